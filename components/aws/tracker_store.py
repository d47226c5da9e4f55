"""Tracker store on AWS: the database of conversations, of the kind that the stack's config names.

`postgres` is the one to take: Rasa Pro's analytics read SQL, and an item of DynamoDB ends at 400 KB, which a
long conversation reaches. Another kind is another database; nothing moves conversations between them.
"""

from __future__ import annotations

from typing import assert_never

from pulumi import ComponentResource, Resource, ResourceOptions

from components.aws.documentdb import create_documentdb
from components.aws.dynamodb import create_dynamodb
from components.aws.placement import Placement
from components.aws.postgres import create_postgres
from components.contract.connections import DynamoDb, MongoDb, Postgres
from components.contract.provider import TrackerStoreArgs


class TrackerStore(ComponentResource):
    """The database, the logins for it, and its alarms."""

    connection: Postgres | DynamoDb | MongoDb

    def __init__(
        self, name: str, args: TrackerStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:TrackerStore", name, {}, opts)
        self.connection = _create(name, args, parent=self)
        self.register_outputs({})


def _create(
    name: str, args: TrackerStoreArgs[Placement], *, parent: Resource
) -> Postgres | DynamoDb | MongoDb:
    match args.kind:
        case "postgres":
            return create_postgres(name, args, parent=parent)
        case "dynamodb":
            return create_dynamodb(name, args, parent=parent)
        case "mongodb":
            return create_documentdb(name, args, parent=parent)
        case _:
            assert_never(args.kind)
