"""What `ci recover` makes of a state that was cut off; on the engine: tests/engine/test_crashes.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ci.errors import JobError
from ci.pulumi_cli import Outcome
from ci.recover import recover, to_look_for
from simcloud.known_ids import known_id

PROVIDER = "urn:pulumi:dev::rasa::pulumi:providers:{0}::{0}"
STATE = "urn:pulumi:dev::rasa::{}::{}"


def resource(type_: str, called: str, /, **inputs: object) -> dict[str, Any]:
    package = type_.split(":", 1)[0]
    urn, by = STATE.format(type_, called), f"{PROVIDER.format(package)}::1"
    return {"urn": urn, "type": type_, "custom": True, "inputs": inputs, "provider": by}


def provider(package: str, **inputs: object) -> dict[str, Any]:
    type_ = f"pulumi:providers:{package}"
    return {"urn": PROVIDER.format(package), "type": type_, "custom": True, "id": "1", "inputs": inputs}


class Pulumi:
    """Keeps one state, and notes what it is asked."""

    def __init__(self, resources: list[dict[str, Any]], *pending: tuple[str, dict[str, Any]]) -> None:
        operations = [{"type": how, "resource": one} for how, one in pending]
        self.state: dict[str, Any] = {
            "version": 3,
            "deployment": {"resources": resources, "pending_operations": operations},
        }
        self.asked: list[str] = []

    def __call__(self, *command: str, live: bool = False) -> Outcome:
        del live
        self.asked.append(" ".join(command[1:3]))
        if command[1:3] == ("stack", "import"):
            self.state = json.loads(Path(command[command.index("--file") + 1]).read_text())
        return Outcome(code=0, stdout=json.dumps(self.state), stderr="")

    @property
    def ids(self) -> dict[str, object]:
        return {
            one["urn"].rsplit("::", 1)[-1]: one.get("id") for one in self.state["deployment"]["resources"]
        }


SECRET = resource("kubernetes:core/v1:Secret", "login", metadata={"name": "login", "namespace": "rasa"})
VPC = resource("aws:ec2/vpc:Vpc", "network", cidrBlock="10.0.0.0/16", tags={"Name": "aws-dev-network"})


def test_what_has_a_name_is_found_by_it() -> None:
    pulumi = Pulumi([provider("kubernetes")], ("creating", SECRET), ("updating", VPC))
    assert recover("dev", runner=pulumi) == []
    assert pulumi.ids["login"] == "rasa/login"
    assert "network" not in pulumi.ids
    assert pulumi.asked == ["stack export", "stack import", "refresh --yes", "stack export"]
    assert pulumi.state["deployment"]["pending_operations"] == []


def test_what_the_cloud_names_is_looked_for_by_people() -> None:
    pulumi = Pulumi([provider("aws", region="eu-central-1")], ("creating", SECRET), ("creating", VPC))
    lost = recover("dev", runner=pulumi)
    assert "aws:ec2/vpc:Vpc aws-dev-network" in to_look_for("dev", lost)
    assert pulumi.asked == ["stack export"]
    assert recover("dev", none_left=True, runner=pulumi) == []
    assert pulumi.ids.keys() == {"aws", "login"}


def test_what_exists_in_the_state_alone_is_made_anew() -> None:
    password = resource("random:index/randomPassword:RandomPassword", "password", length=32)
    pulumi = Pulumi([], ("creating", password))
    assert recover("dev", runner=pulumi) == []
    assert not pulumi.ids


def test_a_replacement_is_begun_again() -> None:
    """Two of one URN: the former is still the stack's, and the next `up` deletes the new one."""
    former = {**SECRET, "id": "rasa/former"}
    pulumi = Pulumi([provider("kubernetes"), former], ("creating", SECRET))
    assert recover("dev", runner=pulumi) == []
    deleted = {one.get("id"): one.get("delete") for one in pulumi.state["deployment"]["resources"]}
    assert deleted == {"1": None, "rasa/former": None, "rasa/login": True}


@pytest.mark.parametrize(
    ("status", "command"), [("pending-install", "helm uninstall"), ("pending-upgrade", "helm rollback")]
)
def test_a_release_that_helm_left_unfinished_is_named(status: str, command: str) -> None:
    release = resource("kubernetes:helm.sh/v3:Release", "rasa", name="rasa", namespace="bots")
    release |= {
        "id": "bots/rasa",
        "outputs": {"status": {"status": status, "name": "rasa", "namespace": "bots"}},
    }
    with pytest.raises(JobError) as refused:
        recover("dev", runner=Pulumi([provider("kubernetes"), release]))
    assert f"{command} rasa --namespace bots" in str(refused.value)


@pytest.mark.parametrize(
    ("type_", "inputs", "settings", "wanted"),
    [
        ("aws:iam/role:Role", {"name": "rasa-1"}, {"region": "eu-west-1"}, "rasa-1"),
        ("aws:s3/bucket:Bucket", {"bucket": "models-1"}, {"region": "eu-west-1"}, "models-1"),
        ("aws:kms/key:Key", {"description": "a key"}, {"region": "eu-west-1", "account": "123456789012"}, ""),
        (
            "azure-native:network:VirtualNetwork",
            {"resourceGroupName": "g", "virtualNetworkName": "n"},
            {"subscriptionId": "s"},
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n",
        ),
        # Whose account the simulated one is, is no answer for a real one.
        (
            "azure-native:network:VirtualNetwork",
            {"resourceGroupName": "g", "virtualNetworkName": "n"},
            {},
            "",
        ),
        ("aws:sns/topic:Topic", {"name": "alarms"}, {"region": "eu-west-1"}, ""),
        (
            "aws:sns/topic:Topic",
            {"name": "alarms"},
            {"region": "eu-west-1", "account": "123456789012", "partition": "aws"},
            "arn:aws:sns:eu-west-1:123456789012:alarms",
        ),
        (
            "gcp:compute/network:Network",
            {"name": "n"},
            {"project": "p", "region": "europe-west3"},
            "projects/p/global/networks/n",
        ),
    ],
)
def test_an_id_follows_from_what_was_asked_for(
    type_: str, inputs: dict[str, Any], settings: dict[str, Any], wanted: str
) -> None:
    assert known_id(type_, inputs, settings) == wanted
