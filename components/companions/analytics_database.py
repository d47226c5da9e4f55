"""The analytics' database and role, beside Rasa's on the tracker store's server."""

from __future__ import annotations

from dataclasses import replace

import pulumi_random as random
from pulumi import ComponentResource, Output, ResourceOptions

from components.contract.connections import Postgres
from components.contract.secrets import PasswordLogin

NAME = "rasa_analytics"
"""Database and role."""
PASSWORD_LENGTH = 32


class AnalyticsDatabase(ComponentResource):
    """Names both and gives the role a password; the setup Job makes them. Rasa's own role cannot read it."""

    connection: Postgres

    def __init__(self, name: str, args: Postgres, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:companions:AnalyticsDatabase", name, {}, opts)
        made = random.RandomPassword(
            "analytics-password",
            length=PASSWORD_LENGTH,
            special=False,  # it stands in a URL
            opts=ResourceOptions(parent=self),
        )
        login = PasswordLogin(username=NAME, password=Output.secret(made.result))
        self.connection = replace(args, database=NAME, login=login)
        self.register_outputs({})
