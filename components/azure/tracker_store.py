"""Tracker store on Azure: the database of conversations, of the kind that the stack's config names.

`postgres` is the one to take: Rasa Pro's analytics read SQL. DynamoDB exists on AWS only. Another kind is
another database; nothing moves conversations between them.
"""

from __future__ import annotations

from typing import assert_never

from pulumi import ComponentResource, Resource, ResourceOptions

from components.azure.documentdb import create_documentdb
from components.azure.placement import Placement
from components.azure.postgres import create_postgres
from components.contract.connections import MongoDb, Postgres
from components.contract.errors import NotSupported
from components.contract.provider import TrackerStoreArgs


class TrackerStore(ComponentResource):
    """The database, the logins for it, and its alarms."""

    connection: Postgres | MongoDb

    def __init__(
        self, name: str, args: TrackerStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:azure:TrackerStore", name, {}, opts)
        self.connection = _create(name, args, parent=self)
        self.register_outputs({})


def _create(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> Postgres | MongoDb:
    match args.kind:
        case "postgres":
            return create_postgres(name, args, parent=parent)
        case "mongodb":
            return create_documentdb(name, args, parent=parent)
        case "dynamodb":
            # The settings refuse this before; only a caller that builds the platform without them gets here.
            raise NotSupported(
                args.kind, on="azure", because="it exists on AWS only", instead="kind postgres"
            )
        case _:
            assert_never(args.kind)
