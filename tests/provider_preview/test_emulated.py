"""What of a run on the emulator counts as its own, what fails it, and that the emulator is as is said."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.aws_emulator import LOGIN, aws_emulator
from tests.provider_preview import emulated, up

ROOT = Path(__file__).parents[2]
ADDON, ALARM, POD = "aws:eks/addon:Addon", "aws:cloudwatch/metricAlarm:MetricAlarm", "kubernetes:core/v1:Pod"
STACK = "pulumi:pulumi:Stack"
NOT_THERE = "operation error EKS: CreateAddon, https response error StatusCode: 404, RequestID: , api error"


def client(service: str, url: str) -> Any:
    """Of boto3, which has types for a few services alone; what it lacks is asked for once."""
    once = Config(retries={"total_max_attempts": 1})
    return cast("Any", boto3).client(service, endpoint_url=url, config=once, **LOGIN)


def urn(type_: str) -> str:
    return f"urn:pulumi:aws-dev::rasa::rasa:aws:Cluster${type_}::x"


def said(type_: str, text: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": "error", "urn": urn(type_), "message": f"<{{%reset%}}>{text}\n"}}


def made(type_: str, op: str = "create") -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"op": op, "type": type_, "urn": urn(type_)}}}


@pytest.mark.parametrize(
    ("type_", "text", "forgiven"),
    [
        (ADDON, NOT_THERE, True),
        (ADDON, "waiting for EKS Add-On (x:y) create: couldn't find resource", True),
        (POD, "configured Kubernetes cluster is unreachable: unable to load schema", True),
        (ADDON, "configured Kubernetes cluster is unreachable", False),
        (POD, NOT_THERE, False),
        (ALARM, f"{ALARM} resource 'x' has a problem: expected period to be one of [10 20 30]", False),
        (ALARM, "error reading from server: EOF", False),
        ("random:index/randomPassword:RandomPassword", NOT_THERE, False),
        (STACK, "update failed", None),
        (STACK, "Program failed with an unhandled exception", False),
    ],
)
def test_only_what_is_the_emulator_s_is_forgiven(type_: str, text: str, *, forgiven: bool | None) -> None:
    verdict = emulated.judge([said(type_, text)])
    assert verdict.refused == ({type_: text} if forgiven else {})
    assert bool(verdict.faults) == (forgiven is False)


def test_the_first_refusal_of_a_type_is_kept_and_what_is_made_is_counted() -> None:
    verdict = emulated.judge(
        [
            made(ALARM),
            made(STACK),
            made(ALARM, "delete"),
            said(ADDON, NOT_THERE),
            said(ADDON, "StatusCode: 500"),
        ]
    )
    assert verdict.done == [(ALARM, "x"), (ALARM, "x")]
    assert verdict.refused == {ADDON: NOT_THERE}
    assert not verdict.faults


def test_a_command_that_only_ends_is_a_fault() -> None:
    assert emulated.judge([], "error: no stack named 'aws-dev' found").faults
    assert not emulated.judge([made(ALARM)], "error: update failed").faults


def test_what_must_come_up_is_asked_for() -> None:
    wanted = {type_ for type_, _ in emulated.asked()}
    assert wanted.issuperset(emulated.COME_UP)
    assert {type_.partition(":")[0] for type_ in wanted} == set(up.PACKAGES)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with aws_emulator() as running:
        yield running


def test_bucket_and_its_tags_are_reached_by_the_addresses_given(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = emulated.environment(tmp_path, url)
    s3 = client("s3", given["AWS_ENDPOINT_URL"])
    s3.create_bucket(Bucket="a-bucket")
    control = client("s3control", given["AWS_ENDPOINT_URL_S3_CONTROL"])
    # "123456789012.localhost" is known to resolvers that follow RFC 6761, such as those of GitHub's runners.
    found = socket.getaddrinfo

    def resolved(host: str, *rest: Any, **more: Any) -> Any:
        return found("127.0.0.1" if host == "123456789012.localhost" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    of = {"AccountId": "123456789012", "ResourceArn": "arn:aws:s3:::a-bucket"}
    control.tag_resource(**of, Tags=[{"Key": "a", "Value": "b"}])
    assert control.list_tags_for_resource(**of)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_what_the_emulator_lacks_it_answers_with_a_status(url: str) -> None:
    """Which the provider says as `StatusCode: …`; not with silence, for which it would wait."""
    eks, cache = (client(name, url) for name in ("eks", "elasticache"))
    with pytest.raises(ClientError, match="404"):
        eks.create_addon(clusterName="x", addonName="y")
    with pytest.raises(ResponseParserError, match="500 Internal Server Error"):
        cache.create_user_group(UserGroupId="x", Engine="valkey", UserIds=["a"])


def test_the_emulator_never_finishes_a_cluster_of_msk(url: str) -> None:
    """If it does, LIMIT_SECONDS is needed no more."""
    msk = client("kafka", url)
    nodes = {"InstanceType": "kafka.m7g.large", "ClientSubnets": ["subnet-1"]}
    arn = msk.create_cluster(
        ClusterName="x", KafkaVersion="3.9.x", NumberOfBrokerNodes=3, BrokerNodeGroupInfo=nodes
    )["ClusterArn"]
    assert msk.describe_cluster(ClusterArn=arn)["ClusterInfo"]["State"] == "CREATING"


def test_the_workflow_demands_the_plugins() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/provider-preview.yml").read_text())
    job = workflow["jobs"]["up"]
    (run,) = [step for step in job["steps"] if step.get("run") == "make provider-up"]
    assert run["env"]["REQUIRE_PLUGINS"] == "1"
    assert job["timeout-minutes"] * 60 > 2 * (emulated.LIMIT_SECONDS + emulated.LAST_SECONDS)
