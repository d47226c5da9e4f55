"""The environment of Rasa's pod: what endpoints.yml has no key for, and the secrets that it refers to.

Pure: connections → variables. A process has one environment, so two connections that want different values
for one variable (two AWS regions, say) are refused here rather than one of them being wrong in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from pulumi import Output, RunError

from components.contract.companions import ActionServer
from components.contract.connections import (
    S3,
    AwsIam,
    AzureBlob,
    CustomTrackerStore,
    DynamoDb,
    EventBroker,
    Gcs,
    Kafka,
    ModelServer,
    ModelStorage,
    MongoDb,
    Postgres,
    RabbitMq,
    Redis,
    SaslTls,
    Volume,
)
from components.contract.secrets import CloudIdentityLogin, Login, PasswordLogin, SecretValue, VaultLogin
from components.rasa.args import AssistantArgs, Connections
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import (
    ANALYTICS_CONNECTIONS,
    SURGE,
    pool_for,
    tracker_stores_per_process,
)
from components.rasa.spec.pod_files import GOOGLE_CREDENTIALS, authority_path, client_path
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


def environment(args: AssistantArgs) -> Environment:
    """Collect every variable, or raise `RunError` where two sources contradict each other."""
    _refuse_foreign_keys(args)
    found = combined(
        [
            *_general(args),
            *_model_storage(args.model_storage),
            *_lock_store(args.lock_store),
            *_tracker_store(args),
            *_event_broker(args.event_broker),
            *_servers(args),
            *(Secret(name, key, "rasa:llmKeys") for name, key in args.llm_keys.items()),
        ]
    )
    return Environment(
        plain={v.name: v.value for v in found if isinstance(v, Plain)},
        secret={v.name: v.value for v in found if isinstance(v, Secret)},
    )


def of_model_storage(env: Environment, storage: ModelStorage) -> Environment:
    """The part of an environment by which a pod finds the model storage, and nothing else."""
    names = {variable.name for variable in _model_storage(storage)}
    return Environment(
        plain={name: value for name, value in env.plain.items() if name in names},
        secret={name: value for name, value in env.secret.items() if name in names},
    )


def _general(args: AssistantArgs) -> Iterator[Variable]:
    source = "Rasa Pro itself"
    # Without it, importing litellm fetches a price list from GitHub (docs/rasa-pro.md, Start without egress).
    yield Plain("LITELLM_LOCAL_MODEL_COST_MAP", "True", source)
    yield Plain("SANIC_WORKERS", str(args.workers), source)
    yield Plain("TICKET_LOCK_LIFETIME", str(TICKET_LOCK_SECONDS), source)
    yield Plain("FORCE_JSON_LOGGING", "true", source)


def _model_storage(storage: ModelStorage) -> Iterator[Variable]:
    source = "the model storage"
    match storage:
        case S3():
            yield from _s3(storage, source)
        case AzureBlob():
            yield Plain("AZURE_ACCOUNT_NAME", storage.account, source)
            yield Plain("AZURE_CONTAINER", storage.container, source)
            # Account key or SAS string; Rasa takes no identity (docs/rasa-pro.md, Blob storage).
            yield Secret("AZURE_ACCOUNT_KEY", storage.credential, source)
        case Gcs():
            yield Plain("BUCKET_NAME", storage.bucket, source)
            if storage.credentials is not None:
                yield Plain("GOOGLE_APPLICATION_CREDENTIALS", client_path(GOOGLE_CREDENTIALS), source)
        case ModelServer():
            if storage.token is not None:
                yield Secret(variables.MODEL_SERVER_TOKEN, storage.token, source)
        case Volume():
            return
        case _:
            assert_never(storage)


def _s3(storage: S3, source: str) -> Iterator[Variable]:
    yield Plain("BUCKET_NAME", storage.bucket, source)
    yield Plain("AWS_DEFAULT_REGION", storage.region, source)
    if storage.endpoint is not None:
        # Rasa hands AWS_ENDPOINT_URL to S3 and boto3 hands it to every other client as well; this one
        # boto3 gives to S3 alone, where Rasa passes none (core/persistor.py:94).
        yield Plain("AWS_ENDPOINT_URL_S3", storage.endpoint, source)
    if storage.ca is not None:
        # Rasa has no key for it; botocore reads this, and then trusts nobody else.
        yield Plain("AWS_CA_BUNDLE", authority_path("model-storage"), source)
    if storage.keys is not None:
        yield Secret("AWS_ACCESS_KEY_ID", storage.keys.access_key_id, source)
        yield Secret("AWS_SECRET_ACCESS_KEY", storage.keys.secret_access_key, source)


def _lock_store(redis: Redis) -> Iterator[Variable]:
    source = "the lock store"
    match redis.login:
        case None:
            return
        case PasswordLogin(password=password):
            yield Secret(variables.LOCK_STORE_PASSWORD, password, source)
        case CloudIdentityLogin(region=region, server=server):
            if server is None:
                raise RunError(
                    "The lock store logs in with a cloud identity, whose token is bound to a name: the "
                    "connection needs `server` (ElastiCache: the replication group's id)."
                )
            yield from _aws_identity(region, source)
            yield Plain("ELASTICACHE_REDIS_AWS_IAM_ENABLED", "true", source)
            yield Plain("AWS_ELASTICACHE_CLUSTER_NAME", server, source)
        case _:
            assert_never(redis.login)


def _tracker_store(args: AssistantArgs) -> Iterator[Variable]:
    source, store = "the tracker store", args.tracker_store
    match store:
        case Postgres():
            yield from _postgres(store, args)
            if isinstance(store.login, PasswordLogin):
                yield Secret(variables.TRACKER_STORE_PASSWORD, store.login.password, source)
        case DynamoDb():
            yield Plain("AWS_DEFAULT_REGION", store.region, source)
        case MongoDb():
            if isinstance(store.login, PasswordLogin):
                yield Secret(variables.TRACKER_STORE_PASSWORD, store.login.password, source)
        case CustomTrackerStore():
            for key, value in store.secrets.items():
                yield Secret(variables.custom_option(key), value, f"{source}'s option {key}")
        case _:
            assert_never(store)


def _postgres(store: Postgres, args: AssistantArgs) -> Iterator[Variable]:
    source = "the tracker store"
    # Without the variable libpq's default, `prefer`, verifies nothing (docs/rasa-pro.md, PostgreSQL).
    yield Plain("SQL_TRACKER_STORE_SSL_MODE", store.tls, source)
    if store.ca is not None:
        yield Plain("SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", authority_path("tracker-store"), source)
    elif store.tls in {"verify-full", "verify-ca"}:
        raise RunError(
            f"The tracker store's certificate is to be verified ({store.tls}) and no authority is given: the "
            "PostgreSQL driver in Rasa's image (psycopg2-binary) finds no system authorities, not even with "
            "sslrootcert=system. Give the PEM bundle in rasa:trackerStore.ca."
        )
    analytics = args.companions.analytics
    pool = pool_for(
        max_connections=store.max_connections,
        replicas=args.most,
        surge=SURGE,
        workers=args.workers,
        stores=tracker_stores_per_process(args.extra_endpoints),
        others=ANALYTICS_CONNECTIONS if analytics and analytics.beside_rasa else 0,
    )
    yield Plain("SQL_POOL_SIZE", str(pool.size), source)
    yield Plain("SQL_MAX_OVERFLOW", str(pool.overflow), source)
    match store.login:
        case PasswordLogin() | VaultLogin():
            return
        case CloudIdentityLogin(region=region):
            yield from _aws_identity(region, source)
            yield Plain("RDS_SQL_DB_AWS_IAM_ENABLED", "true", source)
        case _:
            assert_never(store.login)


def _event_broker(broker: EventBroker) -> Iterator[Variable]:
    source = "the event broker"
    match broker:
        case RabbitMq(login=login):
            password = login.password
            if broker.tls and isinstance(password, Output):
                # With TLS Rasa pastes the password into a URL as it is (pika.py:179).
                password = password.apply(lambda plain: quote(plain, safe=""))
            yield Secret(variables.EVENT_BROKER_PASSWORD, password, source)
        case Kafka(security=SaslTls(password=password)):
            yield Secret(variables.EVENT_BROKER_PASSWORD, password, source)
        case Kafka(security=AwsIam(region=region)):
            yield from _aws_identity(region, source)
            yield Plain("KAFKA_MSK_AWS_IAM_ENABLED", "true", source)
        case Kafka():
            return
        case _:
            assert_never(broker)


def _servers(connections: Connections) -> Iterator[Variable]:
    vault, nlg = connections.secrets_manager, connections.nlg
    if vault is not None:
        yield Secret(variables.VAULT_TOKEN, vault.token, "the secrets manager")
        if vault.ca is not None:
            # Rasa's Vault client has no key for it; hvac reads this (docs/rasa-pro.md, Vault).
            yield Plain("VAULT_CACERT", authority_path("secrets-manager"), "the secrets manager")
    if nlg is not None and nlg.token is not None:
        yield Secret(variables.NLG_SERVER_TOKEN, nlg.token, "the NLG server")
    actions = connections.companions.actions
    if isinstance(actions, ActionServer) and actions.token is not None:
        yield Secret(variables.ACTION_SERVER_TOKEN, actions.token, "the action server")


def _aws_identity(region: str, source: str) -> Iterator[Variable]:
    # Both variables: docs/rasa-pro.md, Cloud identities. boto3 does not read AWS_REGION.
    yield Plain("IAM_CLOUD_PROVIDER", "aws", source)
    yield Plain("AWS_DEFAULT_REGION", region, source)


def _refuse_foreign_keys(args: AssistantArgs) -> None:
    """Static keys of an S3-compatible store would replace the pod's AWS identity for everything else."""
    users = [
        source
        for source, uses in (
            ("the lock store", _by_identity(args.lock_store.login)),
            ("the tracker store", _tracker_by_identity(args)),
            ("the event broker", isinstance(getattr(args.event_broker, "security", None), AwsIam)),
        )
        if uses
    ]
    storage = args.model_storage
    if users and isinstance(storage, S3) and storage.ca is not None:
        raise RunError(
            "The model storage's certificate is signed by an authority of its own (AWS_CA_BUNDLE), and boto3 "
            f"would trust no other for {' and '.join(users)}, either. Put a public certificate before the "
            "store, or give these a login with a password."
        )
    if users and isinstance(storage, S3) and storage.keys is not None:
        raise RunError(
            "The model storage logs in with access keys of its own (AWS_ACCESS_KEY_ID), and boto3 would use "
            f"them instead of the pod's AWS identity for {' and '.join(users)}, too. Let the pod's identity "
            "read the bucket, or give these a login with a password."
        )


def _by_identity(login: Login | VaultLogin | None) -> bool:
    return isinstance(login, CloudIdentityLogin)


def _tracker_by_identity(args: AssistantArgs) -> bool:
    store = args.tracker_store
    return isinstance(store, DynamoDb) or (isinstance(store, Postgres) and _by_identity(store.login))
