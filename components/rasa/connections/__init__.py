"""What Rasa Pro is told about its connections: endpoints.yml, the pod's environment, and its files. Pure.

One file per dependency turns its connection into a `Rendered`; here they are put together. Only keys that
Rasa reads are written, in the form in which it reads them. Addresses are literal, so that endpoints.yml
tells a person what is used; secrets are `${VARIABLE}`, for the file becomes a ConfigMap. TLS of PostgreSQL
and AWS identities are environment: Rasa has no key for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output, RunError

from components.contract.connections import S3, MongoDb, Postgres
from components.contract.secrets import FileContent, SecretValue, VaultLogin
from components.kubernetes import trust
from components.kubernetes.documents import Document, merged
from components.rasa.args import AssistantArgs
from components.rasa.connections.companions import companions, nlg
from components.rasa.connections.event_broker import event_broker
from components.rasa.connections.lock_store import lock_store
from components.rasa.connections.model_storage import model_storage
from components.rasa.connections.rendered import Rendered
from components.rasa.connections.secrets_manager import secrets_manager
from components.rasa.connections.tracker_store import SOURCE, tracker_store
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import (
    ANALYTICS_CONNECTIONS,
    SURGE,
    pool_for,
    tracker_stores_per_process,
)
from components.rasa.spec.endpoint_rules import plain_secrets, problems_of
from components.rasa.spec.literal_keys import key_variables
from components.rasa.spec.variables import Plain, Secret, Variable, combined

TICKET_LOCK_SECONDS = 300
"""Longest turn of a conversation: an LLM call and an action. Rasa's 60 s let a second pod into a slow turn,
and its own time-out for NLG and action servers is 300 s (`utils/endpoints.py`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Variable → value; the secret ones go through a Kubernetes Secret."""

    plain: Mapping[str, str | Output[str]]
    secret: Mapping[str, SecretValue]

    @property
    def names(self) -> frozenset[str]:
        """Every variable that Rasa finds in its pod."""
        return variables.SET_BY_CHART | self.plain.keys() | self.secret.keys()


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """File name → content."""

    authorities: Mapping[str, FileContent]
    """PEM bundles, mounted at `AUTHORITIES`; public, so they go into a ConfigMap."""
    client: Mapping[str, FileContent]
    """What Rasa shows to a server (certificate, key), mounted at `CLIENT`; they change together, so they go
    into one Secret."""


def rendered(connections: AssistantArgs) -> tuple[Rendered, ...]:
    """What each connection asks of Rasa's pod."""
    bundle = None if connections.cluster.trust is None else trust.PATH
    store, vault = connections.tracker_store, connections.secrets_manager
    if vault is None and isinstance(store, Postgres | MongoDb) and isinstance(store.login, VaultLogin):
        raise RunError(
            "The tracker store's password is to come from Vault, and there is none: give "
            "rasa:secretsManager, or the password itself in rasa:trackerStore.password."
        )
    return (
        model_storage(connections.model_storage),
        lock_store(connections.lock_store),
        tracker_store(store),
        event_broker(connections.event_broker, bundle=bundle),
        *(() if vault is None else (secrets_manager(vault),)),
        *(() if connections.nlg is None else (nlg(connections.nlg),)),
        *companions(connections.companions),
    )


def endpoints(each: Sequence[Rendered], extra: Mapping[str, Document]) -> dict[str, Document]:
    """Write endpoints.yml for these connections, lay `extra` over it, and refuse what Rasa would ignore."""
    document = merged({key: block for one in each for key, block in one.blocks.items()}, extra)
    if problems := [*problems_of(document), *plain_secrets(extra)]:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise RunError(
            f"endpoints.yml would not say what it seems to (see rasa:assistant.extraEndpoints):{lines}"
        )
    return document


def files(each: Sequence[Rendered]) -> Files:
    """Collect the files that the connections bring along."""
    return Files(
        authorities={name: content for one in each for name, content in one.authorities.items()},
        client={name: content for one in each for name, content in one.client_files.items()},
    )


def environment(
    args: AssistantArgs, each: Sequence[Rendered], *written: Mapping[str, Document]
) -> Environment:
    """Collect every variable, or raise `RunError` where two sources contradict each other.

    `written` are Rasa's files as its pod gets them (`spec/literal_keys.py`).
    """
    _refuse_foreign_keys(args, each)
    return _environment(
        [
            *_general(args),
            *(variable for one in each for variable in one.variables),
            *_pools(args),
            *_trust(args),
            *key_variables(*written),
            *(Secret(name, key, "rasa:llmKeys") for name, key in args.llm_keys.items()),
            *(Plain(name, value, "rasa:assistant.variables") for name, value in args.variables.items()),
        ]
    )


def environment_of(args: AssistantArgs, one: Rendered) -> Environment:
    """The variables of one connection, and whom its client trusts."""
    return _environment([*one.variables, *_trust(args)])


def _environment(found: Sequence[Variable]) -> Environment:
    """A process has one environment: two values for one variable (two AWS regions, say) are refused."""
    each = combined(found)
    return Environment(
        plain={v.name: v.value for v in each if isinstance(v, Plain)},
        secret={v.name: v.value for v in each if isinstance(v, Secret)},
    )


def _general(args: AssistantArgs) -> Iterator[Variable]:
    source = "Rasa Pro itself"
    # Without it, importing litellm fetches a price list from GitHub (docs/rasa-pro.md, Start without egress).
    yield Plain("LITELLM_LOCAL_MODEL_COST_MAP", "True", source)
    yield Plain("SANIC_WORKERS", str(args.workers), source)
    yield Plain("TICKET_LOCK_LIFETIME", str(TICKET_LOCK_SECONDS), source)
    yield Plain("FORCE_JSON_LOGGING", "true", source)
    if args.api.is_asymmetric:
        # Without any it does not start; it signs nothing (docs/rasa-pro.md, Tokens of the HTTP API).
        yield Plain("JWT_PRIVATE_KEY", "none", "rasa:assistant.api.jwt")


def _trust(args: AssistantArgs) -> Iterator[Variable]:
    if args.cluster.trust is not None:
        yield from (Plain(name, trust.PATH, "rasa:assistant.caBundle") for name in trust.OF_RASA)


def _pools(args: AssistantArgs) -> Iterator[Variable]:
    """How many connections each process keeps to a PostgreSQL, which all of them share with the analytics."""
    store, analytics = args.tracker_store, args.companions.analytics
    if not isinstance(store, Postgres):
        return
    pool = pool_for(
        max_connections=store.max_connections,
        replicas=args.most,
        surge=SURGE,
        workers=args.workers,
        stores=tracker_stores_per_process(args.extra_endpoints),
        others=ANALYTICS_CONNECTIONS if analytics and analytics.beside_rasa else 0,
    )
    yield Plain("SQL_POOL_SIZE", str(pool.size), SOURCE)
    yield Plain("SQL_MAX_OVERFLOW", str(pool.overflow), SOURCE)


def _refuse_foreign_keys(args: AssistantArgs, each: Sequence[Rendered]) -> None:
    """Static keys of an S3-compatible store would replace the pod's AWS identity for everything else."""
    users = " and ".join(f"the {one.what}" for one in each if one.by_aws_identity)
    storage = args.model_storage
    if not users or not isinstance(storage, S3):
        return
    if storage.ca is not None:
        raise RunError(
            "The model storage's certificate is signed by an authority of its own (AWS_CA_BUNDLE), and boto3 "
            f"would trust no other for {users}, either. Put a public certificate before the store, or give "
            "these a login with a password."
        )
    if storage.keys is not None:
        raise RunError(
            "The model storage logs in with access keys of its own (AWS_ACCESS_KEY_ID), and boto3 would use "
            f"them instead of the pod's AWS identity for {users}, too. Let the pod's identity read the "
            "bucket, or give these a login with a password."
        )
