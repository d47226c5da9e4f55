"""Tracker store on Google Cloud: the database of conversations, which is PostgreSQL.

Google Cloud has no DynamoDB, and no MongoDB that is known to create the indexes Rasa asks for; an existing
MongoDB (Atlas, for example) is what `rasa:trackerStore.from: existing` is for.
"""

from __future__ import annotations

from typing import assert_never

from pulumi import ComponentResource, ResourceOptions

from components.contract.connections import Postgres
from components.contract.errors import NotSupported
from components.contract.provider import TrackerStoreArgs
from components.gcp.placement import Placement
from components.gcp.postgres import create_postgres


class TrackerStore(ComponentResource):
    """The database, the logins for it, and its alarms."""

    connection: Postgres

    def __init__(
        self, name: str, args: TrackerStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:gcp:TrackerStore", name, {}, opts)
        match args.kind:
            case "postgres":
                self.connection = create_postgres(name, args, parent=self)
            case "dynamodb" | "mongodb":
                # The settings refuse this before; only a caller that builds the platform without them gets
                # here.
                raise NotSupported(
                    args.kind, on="gcp", because="nothing supplies it", instead="kind postgres"
                )
            case _:
                assert_never(args.kind)
        self.register_outputs({"host": self.connection.host})
