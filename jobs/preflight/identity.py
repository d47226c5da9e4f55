"""The tokens of the pod's cloud identity that Rasa Pro logs in with."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import os
from typing import Any

from preflight.report import Problem


def identity(endpoints: Any) -> str:
    """Make every token with Rasa Pro's own code, which only logs when it cannot."""
    from rasa.core.iam_credentials_providers import credentials_provider_protocol as iam  # noqa: PLC0415

    kinds, store, lock = iam.SupportedServiceType, endpoints.tracker_store, endpoints.lock_store
    wanted = {
        "RDS_SQL_DB_AWS_IAM_ENABLED": {
            "service_type": kinds.TRACKER_STORE,
            "service_name": "sql",
            "username": store and store.kwargs.get("username"),
            "host": store and store.url,
            "port": store and store.kwargs.get("port"),
        },
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED": {
            "service_type": kinds.LOCK_STORE,
            "service_name": "redis",
            "username": lock and lock.kwargs.get("username"),
            "cluster_name": os.environ.get("AWS_ELASTICACHE_CLUSTER_NAME"),
        },
        "KAFKA_MSK_AWS_IAM_ENABLED": {"service_type": kinds.EVENT_BROKER, "service_name": "kafka"},
    }
    minted: list[str] = []
    for variable, described in wanted.items():
        if os.environ.get(variable, "").lower() != "true":
            continue
        provider = iam.create_iam_credentials_provider(iam.IAMCredentialsProviderInput(**described))
        try:
            token = provider and provider.get_temporary_credentials()
        except Exception:  # noqa: BLE001 (each service has a way of its own to find no credentials)
            token = None
        if not token or not (token.auth_token or token.presigned_url):
            raise Problem(
                f"no AWS token can be made for {described['service_name']}: the pod has no AWS credentials",
                "Bind Rasa's service account to its role (Pod Identity association, or the IRSA annotation)",
            )
        minted.append(str(described["service_name"]))
    return f"tokens minted for {', '.join(minted)}"
