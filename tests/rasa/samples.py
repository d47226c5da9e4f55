"""Connections of every kind, with secrets that are easy to find again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from pulumi import Output

from components.contract.cluster import Kubernetes, PodIdentity
from components.contract.companions import NlgServer
from components.contract.connections import (
    S3,
    AccessKeys,
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
    MutualTls,
    Plaintext,
    Postgres,
    RabbitMq,
    Redis,
    SaslTls,
    SideCar,
    Topics,
    TrackerStore,
    Vault,
    Volume,
)
from components.contract.secrets import (
    CertificateLogin,
    ClientCertificate,
    CloudIdentityLogin,
    PasswordLogin,
    SecretRef,
    StoredSecretLogin,
    VaultLogin,
)
from components.kubernetes.documents import Block, Document
from components.rasa import connections
from components.rasa.args import AssistantArgs

REGION = "eu-central-1"


def known(value: str) -> Output[str]:
    return Output.from_input(value)


def secret(name: str) -> Output[str]:
    return Output.secret(f"planted-secret-{name}")


CA = known("-----BEGIN CERTIFICATE-----\nMIIauthority\n-----END CERTIFICATE-----\n")


def iam(username: str | Output[str] = "rasa", **more: Any) -> CloudIdentityLogin:
    return CloudIdentityLogin(username=username, provider="aws", region=REGION, **more)


def password(name: str, username: str = "rasa") -> PasswordLogin:
    return PasswordLogin(username=username, password=secret(name))


MODEL_STORAGES: dict[str, ModelStorage] = {
    "s3": S3(bucket=known("models"), region=REGION),
    "s3-compatible": S3(
        bucket=known("models"),
        region=REGION,
        endpoint=known("https://minio.example:9000"),
        keys=AccessKeys(access_key_id=secret("access-key"), secret_access_key=secret("secret-key")),
    ),
    "azure": AzureBlob(account=known("account"), container=known("models"), credential=secret("sas")),
    "gcs": Gcs(bucket=known("models")),
    "server": ModelServer(url=known("https://models.example/latest"), token=secret("model-token"), ca=CA),
    "volume": Volume(claim=known("models-claim")),
}
RDS = Postgres(
    host=known("db.example"),
    port=5432,
    database="rasa",
    login=iam(),
    tls="verify-full",
    ca=CA,
    max_connections=100,
    admin=StoredSecretLogin(store="aws-secrets-manager", secret=known("arn:secret"), region=REGION),
)
POSTGRES = replace(RDS, login=password("postgres"), admin=password("admin", "postgres"))
MONGODB = MongoDb(
    hosts=known("mongo.example:27017"),
    database="rasa",
    login=password("mongo"),
    ca=CA,
    options={"retryWrites": "false"},
)
IN_VAULT = VaultLogin(username="rasa", key="db-password")
CLIENT = ClientCertificate(certificate=known("certificate"), key=secret("client-key"))
BY_CERTIFICATE = replace(
    RDS, database="certified", login=CertificateLogin(username="certified"), client=CLIENT, admin=None
)
TRACKER_STORES: dict[str, TrackerStore] = {
    "rds-iam": RDS,
    "postgres": POSTGRES,
    "postgres-certificate": BY_CERTIFICATE,
    "dynamodb": DynamoDb(table=known("conversations"), region=REGION),
    "mongodb": MONGODB,
    "mongodb-srv": MongoDb(hosts=known("mongo.example"), database="rasa", login=password("mongo"), srv=True),
    "custom": CustomTrackerStore(
        class_path="our.stores.Store",
        options={"url": "https://x", "port": 443},
        secrets={"api-key": secret("option")},
    ),
}
ELASTICACHE = Redis(
    host=known("redis.example"), port=6379, tls=True, login=iam(known("rasa-user"), server=known("group"))
)
SIDE_CAR = SideCar(
    name="redis-tls",
    image="haproxy:3.2",
    args=("-f", "/etc/redis-tls/haproxy.cfg"),
    files={
        "haproxy.cfg": known(
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
            "listen redis\n  bind 127.0.0.1:6380\n"
            "  server redis redis.example:6379 ssl verify required ca-file /etc/redis-tls/authority.pem\n"
        ),
        "authority.pem": CA,
    },
    port=6380,
)
LOCK_STORES: dict[str, Redis] = {
    "elasticache": ELASTICACHE,
    "password": replace(ELASTICACHE, login=password("redis", "default"), ca=CA),
    "open": replace(ELASTICACHE, login=None, tls=False, database=3, prefix="team"),
    "cluster": replace(ELASTICACHE, mode="cluster", endpoints=("a:6379", "b:6379")),
    "sentinel": replace(
        ELASTICACHE,
        mode="sentinel",
        endpoints=("a:26379", "b:26379"),
        sentinel_service="rasa",
        login=password("redis", "default"),
    ),
    "side-car": replace(ELASTICACHE, login=password("redis", "default"), ca=CA, side_car=SIDE_CAR),
}


def kafka(security: Any) -> Kafka:
    return Kafka(bootstrap=known("b1.example:9098,b2.example:9098"), topics=Topics(), security=security)


EVENT_BROKERS: dict[str, EventBroker] = {
    "msk-iam": kafka(AwsIam(region=REGION)),
    "event-hubs": kafka(SaslTls(mechanism="PLAIN", username="$ConnectionString", password=secret("kafka"))),
    "scram": kafka(SaslTls(mechanism="SCRAM-SHA-512", username="rasa", password=secret("kafka"), ca=CA)),
    "mutual-tls": kafka(MutualTls(certificate=known("certificate"), key=secret("client-key"), ca=CA)),
    "plaintext": kafka(Plaintext()),
    "rabbitmq": RabbitMq(
        host=known("rabbit"), port=5672, login=password("rabbit"), exchange="rasa", tls=False
    ),
    "rabbitmq-tls": RabbitMq(
        host=known("rabbit"),
        port=5671,
        login=password("p@ss/word"),
        exchange="rasa",
        tls=True,
        ca=CA,
        virtual_host="team/chat",
    ),
}
VAULT = Vault(
    address=known("https://vault.example:8200"),
    mount="secret",
    path="rasa-secrets",
    token=secret("vault"),
    namespace="team",
    ca=CA,
)
NLG = NlgServer(url=known("https://nlg.example/nlg"), token=secret("nlg"), ca=CA)
CLUSTER = Kubernetes(
    kubeconfig=secret("kubeconfig"),
    identifier=known("company"),
    namespace="rasa",
    rasa=PodIdentity(
        service_account="rasa", annotations={"identity": known("arn:role")}, pod_labels={"wi": "use"}
    ),
    setup=PodIdentity(service_account="rasa-setup"),
)
BASE = AssistantArgs(
    cluster=CLUSTER,
    namespace=known("rasa"),
    profile="production",
    size="medium",
    environment="production",
    model="prod/bot-7",
    replicas=2,
    workers=1,
    license=secret("license"),
    llm_keys={"OPENAI_API_KEY": secret("openai")},
    model_storage=MODEL_STORAGES["s3"],
    lock_store=ELASTICACHE,
    tracker_store=RDS,
    event_broker=EVENT_BROKERS["msk-iam"],
)
"""The assistant of a production stack on AWS."""
AZURE = replace(
    BASE,
    model_storage=MODEL_STORAGES["azure"],
    lock_store=LOCK_STORES["password"],
    tracker_store=replace(POSTGRES, login=IN_VAULT, admin=None),
    event_broker=EVENT_BROKERS["event-hubs"],
    secrets_manager=VAULT,
    nlg=NLG,
)
GOOGLE = replace(
    BASE,
    model_storage=MODEL_STORAGES["gcs"],
    lock_store=LOCK_STORES["side-car"],
    tracker_store=replace(POSTGRES, tls="verify-ca"),
    event_broker=EVENT_BROKERS["mutual-tls"],
)


def referred(name: str, key: str = "password") -> SecretRef:
    return SecretRef(name=f"their-{name}", key=key)


REFERENCES = replace(
    BASE,
    model_storage=Gcs(bucket=known("models"), credentials=referred("gcs", "key.json")),
    lock_store=replace(
        LOCK_STORES["password"],
        login=PasswordLogin(username="rasa", password=referred("redis")),
        ca=referred("redis", "ca.crt"),
    ),
    tracker_store=replace(
        POSTGRES,
        login=PasswordLogin(username="rasa", password=referred("postgres")),
        admin=PasswordLogin(username="postgres", password=referred("postgres", "admin")),
        ca=referred("postgres", "ca.crt"),
    ),
    event_broker=kafka(
        MutualTls(certificate=referred("kafka", "user.crt"), key=referred("kafka", "user.key"), ca=CA)
    ),
    secrets_manager=replace(VAULT, token=referred("vault", "token"), ca=referred("vault", "ca.crt")),
    nlg=replace(NLG, token=referred("nlg", "token")),
    llm_keys={"OPENAI_API_KEY": referred("llm", "openai")},
)
"""Secrets that are in Rasa's namespace already, and a file of ours beside files of theirs."""
STACKS = {"aws": BASE, "azure": AZURE, "google": GOOGLE}


@cache
def every_kind() -> dict[str, AssistantArgs]:
    """One assistant for each member of each union, the others being plain."""
    from tests.rasa.samples_companions import COMPANIONS  # noqa: PLC0415 (made from what stands here)

    plain = replace(
        BASE,
        model_storage=MODEL_STORAGES["gcs"],
        lock_store=LOCK_STORES["open"],
        tracker_store=POSTGRES,
        event_broker=EVENT_BROKERS["plaintext"],
    )
    return {
        **STACKS,
        **{f"models-{name}": replace(plain, model_storage=it) for name, it in MODEL_STORAGES.items()},
        **{f"tracker-{name}": replace(plain, tracker_store=it) for name, it in TRACKER_STORES.items()},
        **{f"lock-{name}": replace(plain, lock_store=it) for name, it in LOCK_STORES.items()},
        **{f"broker-{name}": replace(plain, event_broker=it) for name, it in EVENT_BROKERS.items()},
        "vault": replace(plain, secrets_manager=VAULT),
        "vault-mongo": replace(
            plain, secrets_manager=VAULT, tracker_store=replace(MONGODB, login=IN_VAULT, ca=None)
        ),
        "references": REFERENCES,
        "nlg": replace(plain, nlg=NLG),
        **{f"companions-{name}": replace(plain, companions=it) for name, it in COMPANIONS.items()},
    }


def endpoints(args: AssistantArgs, extra: Block) -> dict[str, Document]:
    """endpoints.yml, `extra` laid over it."""
    return connections.endpoints(connections.rendered(args), extra)


def environment(args: AssistantArgs) -> connections.Environment:
    """The variables of Rasa's pod."""
    return connections.environment(args, connections.rendered(args))


def files(args: AssistantArgs) -> connections.Files:
    """The certificates of Rasa's pod."""
    return connections.files(connections.rendered(args))
