"""What the identity that previews can do: each action of a cloud is tried against what bootstrap/ grants."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.audiences import Cloud
from bootstrap.rights import RIGHTS, aws_reads
from tests.ci.test_bootstrap_trust import TRUSTS
from tests.ci.trust import rendered
from tests.recorder import Recording

CLOUDS: tuple[Cloud, ...] = ("aws", "azure", "gcp")
IMPOSSIBLE: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
    (Path(__file__).parent / "impossible.yaml").read_text()
)
PREVIEW = "ci-preview"


@cache
def made(cloud: Cloud) -> Recording[Any]:
    return rendered(cloud, TRUSTS["github"])


@cache
def catalogue() -> frozenset[str]:
    """Every action of AWS, in small letters (cfn-lint keeps the Service Authorization Reference)."""
    text = (resources.files("cfnlint") / "data/AdditionalSpecs/Policies.json").read_text()
    known = json.loads(text)
    return frozenset(f"{service}:{name}" for service, one in known.items() for name in one["Actions"])


def statements() -> Iterator[Mapping[str, Any]]:
    """Of each policy of the role on AWS; nothing of AWS's own is attached to it."""
    attached = made("aws").of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert not [one for one in attached if one.name.startswith(PREVIEW)]
    for policy in made("aws").of("aws:iam/rolePolicy:RolePolicy"):
        yield from json.loads(policy.inputs["policy"])["Statement"]


def granted(cloud: Cloud) -> set[str]:
    """What it may do everywhere, in small letters."""
    if cloud == "aws":
        broad = [one for one in statements() if one["Resource"] == "*"]
        assert {one["Effect"] for one in broad} == {"Allow"}
        patterns = [action.lower() for one in broad for action in one["Action"]]
        return {action for action in catalogue() for each in patterns if fnmatch.fnmatchcase(action, each)}
    if cloud == "azure":
        (role,) = made("azure").of("azure-native:authorization:RoleDefinition")
        (permission,) = role.inputs["permissions"]
        assert set(permission) == {"actions"}, "neither data nor exceptions"
        return {action.lower() for action in permission["actions"]}
    role = made("gcp").one("gcp:projects/iAMCustomRole:IAMCustomRole")
    return {one.lower() for one in role.inputs["permissions"]}


def impossible(cloud: Cloud) -> Iterator[str]:
    for patterns in IMPOSSIBLE[cloud].values():
        yield from (pattern.lower() for pattern in patterns)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_nothing_impossible_is_possible(cloud: Cloud) -> None:
    possible = granted(cloud)
    assert possible
    for pattern in impossible(cloud):
        assert [action for action in possible if matches(action, pattern)] == [], pattern


def matches(action: str, pattern: str) -> bool:
    return action == pattern[1:] if pattern.startswith("\\") else fnmatch.fnmatchcase(action, pattern)


def test_each_impossible_action_of_aws_exists() -> None:
    """A pattern that matches no action would forbid nothing."""
    gone = [one for one in impossible("aws") if not fnmatch.filter(catalogue(), one)]
    assert gone == []


def test_nothing_is_written_and_nothing_is_granted_by_a_wildcard() -> None:
    assert not [one for one in aws_reads() if "*" in one]
    assert {one for one in aws_reads() if one.lower() not in catalogue()} == set()
    assert {one for one in aws_reads() if not re.match(r"[\w-]+:(Describe|Get|List)", one)} == {
        "kafka-cluster:Connect"  # which alone reads nothing
    }
    assert {one for one in granted("azure") if not one.endswith("/read")} == {
        "microsoft.containerservice/managedclusters/listclusterusercredential/action",
        "microsoft.documentdb/mongoclusters/listconnectionstrings/action",
    }
    assert {one for one in granted("gcp") if not re.search(r"\.(get|list|getiampolicy)$", one)} == set()


def test_it_reads_the_states_and_decrypts_their_secrets() -> None:
    narrow = [one for one in statements() if one["Resource"] != "*"]
    assert [(one["Effect"], one["Action"], one["Resource"]) for one in narrow] == [
        ("Allow", ["kms:Decrypt"], ["arn:k", "arn:bucket"]),
        ("Allow", ["s3:ListBucket", "s3:GetObject"], ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
    ]


def test_it_holds_no_other_role() -> None:
    members = made("gcp").of("gcp:projects/iAMMember:IAMMember")
    roles = {one.inputs["role"] for one in members if one.name.startswith(PREVIEW)}
    assert roles == {"test-ci-preview-reads-0a1b2c"}
    azure = made("azure")
    (role,) = azure.of("azure-native:authorization:RoleDefinition")
    (grant,) = [one for one in azure.of("azure-native:authorization:RoleAssignment") if "preview" in one.name]
    assert role.urn in grant.data_flow


@pytest.mark.parametrize("cloud", CLOUDS[1:])
def test_every_type_says_what_is_read_of_it(cloud: Cloud) -> None:
    table = yaml.safe_load((RIGHTS / f"{cloud}.yaml").read_text())
    assert set(table["reads"]) == set(table["types"])


def test_what_the_program_asks_azure_in_a_preview_is_allowed() -> None:
    source = "".join(path.read_text() for path in (RIGHTS.parents[1] / "components" / "azure").glob("*.py"))
    actions = {
        "list_managed_cluster_user_credentials": "/listclusterusercredential/action",
        "list_mongo_cluster_connection_strings": "/listconnectionstrings/action",
    }
    # The others are keys, and asked for in an `up` alone (tests/azure/test_kept_answer.py).
    assert set(actions) < set(re.findall(r"\.(list_\w+)_output\(", source))
    for action in actions.values():
        assert any(one.endswith(action) for one in granted("azure"))
