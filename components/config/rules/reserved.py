"""Rules for names that a service keeps for itself, or that nothing of the kind can have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from components.config.event_broker import ExistingKafka, ExistingRabbitMq
from components.config.messages import set_with
from components.config.model_storage import ExistingAzureBlob, ExistingGcs, ExistingS3
from components.config.rules.databases import existing_postgres
from components.config.rules.runner import Rule
from components.config.secrets_manager import ExistingVault
from components.config.settings import Settings
from components.config.sources import Managed
from components.config.tracker_store import ExistingMongoDb

ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
OF_AWS = re.compile(r"(^|\.)amazonaws\.com(\.cn)?$")
RESERVED_BY_S3 = re.compile(r"(xn--|sthree-|amzn-s3-demo-).*|.*(\.mrap|--ol-s3|--table-s3)")
"""S3 User Guide, "General purpose bucket naming rules". Not among them are `-s3alias` and `--x-s3`: an access
point's alias takes a bucket's place ("Access point aliases"), and a directory bucket is one."""
BUCKET_OF_S3, OLD_REGION = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"), "us-east-1"
"""The same page: until March 2018 there could be others in that region."""
BUCKET_OF_GOOGLE = re.compile(r"(?!goog)(?!.*g[o0]{2}gle)(?=.{3,63}$|.*\.)[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
LONGEST_PART = 63
"""Of a bucket's name between dots (Cloud Storage documentation, "About Cloud Storage buckets", names)."""
TRADEMARK = re.compile(r"microsoft|windows")
"""Azure Resource Manager documentation, "Resolve reserved resource name errors"."""
EVENT_HUB = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
"""Azure, "Naming rules and restrictions for Azure resources", Microsoft.EventHub."""
OF_EVENT_HUBS = re.compile(r"\.servicebus\.windows\.net:[0-9]+$", re.IGNORECASE)
ROLES = re.compile(r"pg_.*|public|none|rds(_.*|admin|repladmin|topmgr)|azure_(superuser|pg_admin)|cloudsql.*")
"""PostgreSQL, CREATE ROLE; RDS User Guide, "Understanding PostgreSQL roles and permissions"; Azure and Cloud
SQL documentation, on users of PostgreSQL."""
DATABASES = re.compile(r"template[01]|rdsadmin|azure_(maintenance|sys)|cloudsqladmin")
"""PostgreSQL, "Template Databases", and what the clouds' own processes use."""
OF_MONGODB = {"admin", "local", "config"}
"""MongoDB Manual, "Local Database", "Config Database" and "System Collections": what is written to `local` is
on one member alone. Two names that differ in case alone are one ("Naming Restrictions")."""
OF_VAULT = {"sys", "auth", "audit", "identity", "cubbyhole"}
"""Where Vault mounts its own (hashicorp/vault, vault/mount.go, `protectedMounts`)."""
LONGEST_OF_AMQP = 255
"""AMQP 0-9-1, 4.2.5.3: bytes of a short string."""


def _bucket(settings: Settings) -> Iterator[str]:
    storage, path = settings.model_storage, "rasa:modelStorage.bucket"
    match storage:
        case ExistingS3(endpoint=endpoint, bucket=name) if endpoint is None or _is_of_aws(endpoint):
            whose, why = "S3", _refused_by_s3(name, storage.region or settings.region)
        case ExistingGcs(bucket=name):
            whose, why = "Cloud Storage", _refused_by_google(name)
        case ExistingAzureBlob(account=name) if TRADEMARK.search(name):
            whose, why = "Azure", "and Azure takes neither microsoft nor windows in it"
            path = "rasa:modelStorage.account"
        case _:
            return
    if why is not None:
        yield f"{path} is {name!r}, {why}: {whose} has none of this name; {set_with(path, '<its name>')}"


def _is_of_aws(endpoint: str) -> bool:
    return OF_AWS.search(urlsplit(endpoint).hostname or "") is not None


def _refused_by_s3(name: str, region: str) -> str | None:
    if ADDRESS.fullmatch(name):
        return "formatted like an address"
    if RESERVED_BY_S3.fullmatch(name):
        return "which begins or ends with what S3 keeps for itself"
    if region != OLD_REGION and not BUCKET_OF_S3.fullmatch(name):
        return "and S3 takes 3 to 63 lower-case letters, digits, '.' and '-'"
    return None


def _refused_by_google(name: str) -> str | None:
    if ADDRESS.fullmatch(name):
        return "formatted like an address"
    if not BUCKET_OF_GOOGLE.fullmatch(name) or any(len(one) > LONGEST_PART for one in name.split(".")):
        return (
            "and Cloud Storage takes 3 to 63 lower-case letters, digits, '-' and '_' (more with dots between "
            "them) that do not begin with goog and do not hold google"
        )
    return None


def _event_hubs(settings: Settings) -> Iterator[str]:
    broker = settings.event_broker
    managed = isinstance(broker, Managed) and settings.cloud == "azure"
    there = isinstance(broker, ExistingKafka) and any(map(OF_EVENT_HUBS.search, broker.bootstrap))
    for path, topic in settings.topics.by_path().items():
        if (managed or there) and not EVENT_HUB.fullmatch(topic):
            yield (
                f"{path} {topic!r} is no name of an event hub; accepted: letters, digits, '.', '_' and '-', "
                f"the first and the last a letter or digit; {set_with(path, '<topic>')}"
            )


def _rabbitmq(settings: Settings) -> Iterator[str]:
    broker, path = settings.event_broker, "rasa:eventBroker.exchange"
    if not isinstance(broker, ExistingRabbitMq):
        return
    # RabbitMQ, "Queues", names: a queue of the exchange's name is declared, too.
    if broker.exchange.startswith("amq."):
        yield (
            f"{path} {broker.exchange!r} begins with amq., which RabbitMQ keeps for itself; "
            + set_with(path, "rasa-exchange")
        )
    if len(broker.exchange.encode()) > LONGEST_OF_AMQP:
        yield f"{path} is longer than {LONGEST_OF_AMQP} bytes; {set_with(path, 'rasa-exchange')}"


def _postgres(settings: Settings) -> Iterator[str]:
    for key, block in existing_postgres(settings):
        roles = {"username": block.username}
        if block.administrator is not None:
            roles["administrator.username"] = block.administrator.username
        for name, role in roles.items():
            if ROLES.fullmatch(role):
                path, own = f"rasa:{key}.{name}", "rasa" if name == "username" else "<role>"
                yield (
                    f"{path} {role!r} is a role that PostgreSQL, or a cloud's, keeps for itself; "
                    + set_with(path, own)
                )
        if DATABASES.fullmatch(block.database):
            path = f"rasa:{key}.database"
            yield (
                f"{path} {block.database!r} is a database that PostgreSQL, or a cloud's, keeps for itself; "
                + set_with(path, "rasa")
            )


def _mongodb(settings: Settings) -> Iterator[str]:
    store, path = settings.tracker_store, "rasa:trackerStore.database"
    if isinstance(store, ExistingMongoDb) and store.database.lower() in OF_MONGODB:
        yield (
            f"{path} {store.database!r} is a database that MongoDB keeps for itself; accepted: one of Rasa's "
            f"own; {set_with(path, 'rasa')}"
        )


def _vault(settings: Settings) -> Iterator[str]:
    vault = settings.secrets_manager
    if not isinstance(vault, ExistingVault):
        return
    if urlsplit(vault.address).path.startswith("/ui"):
        path = "rasa:secretsManager.address"
        bare = vault.address.partition("/ui")[0]
        yield f"{path} {vault.address!r} is the page for browsers; accepted: its API; {set_with(path, bare)}"
    for key, text in {"mount": vault.mount, "namespace": vault.namespace or ""}.items():
        if text.split("/")[0] in OF_VAULT:
            path = f"rasa:secretsManager.{key}"
            yield (
                f"{path} {text!r} is where Vault has its own; accepted: a {key} of yours; "
                + set_with(path, f"<{key}>")
            )


RULES: Sequence[Rule] = (_bucket, _event_hubs, _rabbitmq, _postgres, _mongodb, _vault)
