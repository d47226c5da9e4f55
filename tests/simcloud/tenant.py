"""An account to put resources into, without the engine."""

from __future__ import annotations

from pathlib import Path

from simcloud.account import Account
from simcloud.catalog import load
from simcloud.connection import Cloud, Connection
from simcloud.record import Record
from simcloud.resources import Resource
from simcloud.wire import Properties, Value

SAMPLE = Path(__file__).parent / "sample"
REGION: Properties = {"region": "eu-central-1"}


class Tenant:
    """Makes resources as the engine would, without the engine."""

    def __init__(self, path: Path) -> None:
        self.account = Account(path)
        self.cloud = Cloud(self.account)

    def resource(self, token: str, name: str, settings: Properties | None = None) -> Resource:
        package = load(token.split(":", 1)[0])
        return Resource(
            self.cloud, Connection(package, settings or REGION), f"urn:pulumi:s::p::{token}::{name}", token
        )

    def create(self, token: str, name: str, inputs: Properties, settings: Properties | None = None) -> Record:
        self.resource(token, name, settings).create(inputs, preview=False)
        return next(
            record for record in self.account.records.values() if record.urn.endswith(f"{token}::{name}")
        )

    def subnets(self) -> list[Value]:
        """The ids of two, in a VPC of their own: EKS takes no fewer."""
        vpc = self.create("aws:ec2/vpc:Vpc", "main", {"cidrBlock": "10.0.0.0/16"})
        made = [
            self.create("aws:ec2/subnet:Subnet", name, {"vpcId": vpc.id, "cidrBlock": cidr})
            for name, cidr in (("one", "10.0.1.0/24"), ("two", "10.0.2.0/24"))
        ]
        return [subnet.id for subnet in made]
