"""Rules for databases that exist: roles that are not Rasa's own, and options that would undo other keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.config.companions import InClusterAnalytics
from components.config.messages import child, rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.tracker_store import ExistingMongoDb, ExistingPostgres
from components.config.urls import NUMBER_LAST

RESERVED = "pg_"
"""PostgreSQL, CREATE SCHEMA: names that begin so are kept for the system."""
OF_KEYS: Mapping[str, str] = {
    "tls": "tls",
    "ssl": "tls",
    "tlscafile": "ca",
    "ssl_ca_certs": "ca",
    "authsource": "authSource",
}
"""Option of MongoDB's URI in lower case, as its drivers read it → the key that says it here."""
UNVERIFIED = frozenset({"tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"})
"""Options with which anybody can answer in the server's place."""


def existing_postgres(settings: Settings) -> Iterator[tuple[str, ExistingPostgres]]:
    """Each PostgreSQL that exists, after its key."""
    blocks: dict[str, object] = {"trackerStore": settings.tracker_store}
    if isinstance(settings.analytics, InClusterAnalytics):
        blocks["analytics.database"] = settings.analytics.database
    for key, block in blocks.items():
        if isinstance(block, ExistingPostgres):
            yield key, block


def _roles(settings: Settings) -> Iterator[str]:
    for key, block in existing_postgres(settings):
        path = f"rasa:{key}.username"
        schema, path_of_schema = block.schema_name or "", f"rasa:{key}.schema"
        if schema.startswith(RESERVED) or schema == "information_schema":
            yield (
                f"{path_of_schema} {schema!r} is a schema that PostgreSQL keeps for itself; accepted: one of "
                f"Rasa's own; {set_with(path_of_schema, 'assistant')}"
            )
        if block.administrator is not None and block.administrator.username == block.username:
            yield (
                f"{path} is {block.username!r}, and so is rasa:{key}.administrator: the Job that makes the "
                "role would give the administrator Rasa's password; accepted: a role of Rasa's own; "
                + set_with(path, "rasa")
            )


def _mongodb(settings: Settings) -> Iterator[str]:
    store = settings.tracker_store
    if not isinstance(store, ExistingMongoDb):
        return
    host = store.srv_host
    if host is not None and (":" in host or NUMBER_LAST.search(host)):
        yield (
            f"rasa:trackerStore.srvHost {host!r} is an address, which has no SRV record; accepted: a name; "
            "list the members in rasa:trackerStore.hosts where there is none; "
            + set_with("rasa:trackerStore.srvHost", "<name>")
        )
    for name, value in store.options.items():
        path, known = child("rasa:trackerStore.options", name), name.lower()
        if not name.isalnum() or not name.isascii() or not value:
            yield (
                f"{path} is no option with a value; accepted: letters and digits, such as replicaSet, and "
                f"what it is; remove it with: {rm_command(path)}"
            )
        elif known in OF_KEYS:
            yield (
                f"{path} is said by rasa:trackerStore.{OF_KEYS[known]}, and would be lost or undo it; remove "
                f"it with: {rm_command(path)}"
            )
        elif known in UNVERIFIED and settings.profile == "production":
            yield (
                f"{path} lets anybody answer in the server's place, which profile production refuses; "
                f"accepted: rasa:trackerStore.ca; remove it with: {rm_command(path)}"
            )


RULES: Sequence[Rule] = (_roles, _mongodb)
