"""Environment variables: the names that endpoints.yml and the pod share, and values without conflict."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi import Output, RunError

from components.contract.secrets import SecretValue
from components.kubernetes import trust

TRACKER_STORE_PASSWORD = "TRACKER_STORE_PASSWORD"  # noqa: S105 (names, here and below)
LOCK_STORE_PASSWORD = "LOCK_STORE_PASSWORD"  # noqa: S105
EVENT_BROKER_PASSWORD = "EVENT_BROKER_PASSWORD"  # noqa: S105
MODEL_SERVER_TOKEN = "MODEL_SERVER_TOKEN"  # noqa: S105
NLG_SERVER_TOKEN = "NLG_SERVER_TOKEN"  # noqa: S105
ACTION_SERVER_TOKEN = "ACTION_SERVER_TOKEN"  # noqa: S105
VAULT_TOKEN = "VAULT_TOKEN"  # noqa: S105
AUTH_TOKEN = "AUTH_TOKEN"  # noqa: S105
JWT_SECRET = "JWT_SECRET"  # noqa: S105
LICENSE = "RASA_PRO_LICENSE"
LICENSE_TODAY = "RASA_LICENSE"
"""What Rasa Pro asks for first (`utils/licensing.py:24`); the chart sets the former name alone."""

SET_BY_CHART = frozenset(
    {
        AUTH_TOKEN,
        JWT_SECRET,
        "JWT_METHOD",
        LICENSE,
        LICENSE_TODAY,
        "RASA_TELEMETRY_ENABLED",
        "RASA_TELEMETRY_DEBUG",
        "LOG_LEVEL",
        "RASA_ENVIRONMENT",
        "RASA_DUCKLING_HTTP_URL",
    }
)
"""What the chart puts into the pod itself (`helpers/_containers-env.tpl`), set twice the last one wins, and
what `values.py` puts beside it."""

OF_CONNECTIONS = frozenset(
    {
        TRACKER_STORE_PASSWORD,
        LOCK_STORE_PASSWORD,
        EVENT_BROKER_PASSWORD,
        MODEL_SERVER_TOKEN,
        NLG_SERVER_TOKEN,
        ACTION_SERVER_TOKEN,
        VAULT_TOKEN,
    }
)
"""What connections bring along, where they have a password at all."""

OF_STACK = frozenset(
    {
        "AWS_CA_BUNDLE",
        "AWS_ELASTICACHE_CLUSTER_NAME",
        "AWS_ENDPOINT_URL_S3",
        "AZURE_ACCOUNT_NAME",
        "AZURE_CONTAINER",
        "BUCKET_NAME",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED",
        "FORCE_JSON_LOGGING",
        "IAM_CLOUD_PROVIDER",
        "JWT_PRIVATE_KEY",
        "KAFKA_MSK_AWS_IAM_ENABLED",
        "LITELLM_LOCAL_MODEL_COST_MAP",
        "RDS_SQL_DB_AWS_IAM_ENABLED",
        "SANIC_WORKERS",
        "SQL_MAX_OVERFLOW",
        "SQL_POOL_SIZE",
        "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE",
        "TICKET_LOCK_LIFETIME",
        "VAULT_CACERT",
    }
)
"""What the stack itself sets, from its connections and sizes (`rasa/connections`)."""

OF_BUNDLE = frozenset(trust.OF_RASA)
"""What it sets besides where there is rasa:assistant.caBundle."""

REFERENCE = re.compile(r"\$\{([^}]*)\}")
"""How YAML refers to a variable; `$NAME` without braces is plain text to Rasa (`shared/utils/yaml.py:99`)."""
NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def reference(name: str) -> str:
    """Refer to a variable from endpoints.yml or credentials.yml."""
    return f"${{{name}}}"


def custom_option(key: str) -> str:
    """The variable that carries one option of a tracker store class of the operator's own."""
    return "TRACKER_STORE_" + re.sub(r"[^A-Z0-9]", "_", key.upper())


@dataclass(frozen=True, slots=True)
class Plain:
    """A variable that anybody may read."""

    name: str
    value: str | Output[str]
    source: str
    """Who wants it, for the message when two disagree."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A variable that comes from a Kubernetes Secret."""

    name: str
    value: SecretValue
    source: str


Variable = Plain | Secret


def combined(found: Iterable[Variable]) -> list[Variable]:
    """Keep one variable per name, or raise `RunError` where two values differ."""
    first: dict[str, Variable] = {}
    for variable in found:
        if variable.name in SET_BY_CHART:
            raise RunError(
                f"{variable.name} (from {variable.source}) is set by the Helm chart; choose another name."
            )
        known = first.setdefault(variable.name, variable)
        if known.value is not variable.value and known.value != variable.value:
            raise RunError(
                f"{variable.name} cannot be both {_shown(known)} and {_shown(variable)}: a process has one "
                "environment. Let both use the same value, or give one a source that does not need it."
            )
    return list(first.values())


def _shown(variable: Variable) -> str:
    value = f"{variable.value!r} " if isinstance(variable.value, str) else "the value "
    return f"{value}of {variable.source}"
