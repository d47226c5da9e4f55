"""The lists of rights, APIs and costs cover all that stacks and bootstrap can make, and invent nothing."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import pytest

from tests.docs.resource_types import enabled_apis, recorded_types, resource_types
from tests.docs.tables import DOCS, aws_policies, load, written

CLOUDS = ("aws", "azure", "gcp")
POLICY_CHARACTERS, POLICIES = 6144, 10
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; white space does not count."""
FORMER_NAMES = {
    # What azure-native calls by the service's name, and ARM by its provider's.
    "dns": "Network",
    "mongocluster": "DocumentDB",
    "monitor": "Insights",
    "privatedns": "Network",
    "redisenterprise": "Cache",
}
CLOUDFORMATION = {
    # Pulumi's name of a type (that of the Terraform provider) where CloudFormation has another.
    "acm/certificate": "CertificateManager::Certificate",
    "cloudwatch/logGroup": "Logs::LogGroup",
    "cloudwatch/metricAlarm": "CloudWatch::Alarm",
    "docdb/cluster": "DocDB::DBCluster",
    "docdb/clusterInstance": "DocDB::DBInstance",
    "docdb/clusterParameterGroup": "DocDB::DBClusterParameterGroup",
    "docdb/subnetGroup": "DocDB::DBSubnetGroup",
    "ec2/routeTableAssociation": "EC2::SubnetRouteTableAssociation",
    "iam/openIdConnectProvider": "IAM::OIDCProvider",
    "rds/instance": "RDS::DBInstance",
    "rds/parameterGroup": "RDS::DBParameterGroup",
    "rds/subnetGroup": "RDS::DBSubnetGroup",
    "route53/record": "Route53::RecordSet",
    "vpc/securityGroupIngressRule": "EC2::SecurityGroupIngress",
}
NOT_OF_CLOUDFORMATION = {
    # Parts of a resource there, or nothing.
    *("acm/certificateValidation", "ec2/defaultSecurityGroup", "eks/accessPolicyAssociation"),
    *("iam/rolePolicyAttachment", "s3/bucketLifecycleConfiguration", "s3/bucketMetric"),
    *("s3/bucketOwnershipControls", "s3/bucketPublicAccessBlock"),
    *("s3/bucketObjectv2", "s3/bucketServerSideEncryptionConfiguration", "s3/bucketVersioning"),
}


@pytest.mark.slow
@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_type_has_its_rights_and_no_other_has(cloud: str) -> None:
    assert recorded_types(cloud) <= resource_types(cloud), "the source was not read to the end"
    assert set(load(f"rights/{cloud}.yaml")["types"]) == resource_types(cloud)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_type_has_its_cost_or_is_free(cloud: str) -> None:
    table = load("costs.yaml")[cloud]
    paid = {one for row in table["rows"] for one in (*row["types"], *row.get("instead", ()))}
    types = set(load(f"rights/{cloud}.yaml")["types"])
    assert paid <= types
    assert [one for one in types - paid if not one.startswith(tuple(table["free"]))] == []
    assert [one for one in table["free"] if not any(each.startswith(one) for each in types)] == []


def test_documents_are_written_from_the_data() -> None:
    for path in DOCS.glob("*.md"):
        assert written(path.read_text()) == path.read_text(), f"{path.name}; run: make readme"
    for name, text in aws_policies().items():
        assert (DOCS / name).read_text() == text, f"{name}; run: make readme"


def test_policies_fit_into_what_aws_takes() -> None:
    policies = aws_policies()
    assert len(policies) <= POLICIES
    for name, text in policies.items():
        assert len(re.sub(r"\s", "", text)) <= POLICY_CHARACTERS, name
    granted = {action for text in policies.values() for action in json.loads(text)["Statement"][0]["Action"]}
    rights = load("rights/aws.yaml")
    for called in (rights["any"], *rights["types"].values()):
        assert [action for action in called if not _matches(action, granted)] == []


def test_actions_of_aws_exist() -> None:
    known: Mapping[str, Any] = cfnlint("data/AdditionalSpecs/Policies.json")
    rights = load("rights/aws.yaml")
    for action in {*rights["any"], *(one for called in rights["types"].values() for one in called)}:
        service, _, name = action.partition(":")
        assert fnmatch.filter(known[service]["Actions"], name.lower()), action


def test_what_cloudformation_needs_for_the_same_types_is_granted_or_said_to_be_unneeded() -> None:
    rights = load("rights/aws.yaml")
    granted = {*rights["any"], *(one for called in rights["types"].values() for one in called)}
    unneeded = [pattern for patterns in rights["not_called"].values() for pattern in patterns]
    named: set[str] = set()
    for token in rights["types"]:
        named |= set(_handlers_permissions(token))
    assert len(named) > len(rights["types"])
    left = {action for action in named if not _matches(action, granted)}
    assert sorted(action for action in left if not _matches(action, unneeded)) == []
    assert [one for one in unneeded if not any(fnmatch.fnmatchcase(action, one) for action in left)] == []


def test_azure_names_providers_and_roles_as_azure_does() -> None:
    rights = load("rights/azure.yaml")
    for token, (provider, role) in rights["types"].items():
        module = token.split(":")[1]
        assert provider.lower() == f"microsoft.{FORMER_NAMES.get(module, module)}".lower()
        # Contributor is refused what decides over access, and that alone.
        assert role == ("User Access Administrator" if module == "authorization" else "Contributor")
    assert set(rights["roles"]) == {role for _, role in rights["types"].values()}


def test_google_enables_what_the_program_enables() -> None:
    rights = load("rights/gcp.yaml")
    apis = {api for api, _ in rights["types"].values()} | set(rights["without_a_type"]["apis"])
    assert enabled_apis() <= apis
    roles = {role for _, role in rights["types"].values()} | set(rights["without_a_type"]["roles"])
    assert set(rights["roles"]) == roles


def _matches(action: str, patterns: Any) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def _handlers_permissions(token: str) -> Iterator[str]:
    for name, handler in handlers(token).items():
        if name != "list":  # of all such resources of an account, which only CloudFormation makes
            yield from handler["permissions"]


def handlers(token: str) -> Mapping[str, Any]:
    """What CloudFormation does to a resource of the same type, by name; nothing where it has no such type."""
    name = token.removeprefix("aws:").rpartition(":")[0]
    if name in NOT_OF_CLOUDFORMATION:
        return {}
    wanted = f"AWS::{CLOUDFORMATION.get(name, name.replace('/', '::'))}".lower()
    (schema,) = (one for known, one in cloudformation().items() if known.lower() == wanted)
    return cfnlint(f"data/schemas/resources/{schema}.json").get("handlers", {})


@cache
def cloudformation() -> Mapping[str, str]:
    return cfnlint("data/schemas/providers/us-east-1.json")


def cfnlint(path: str) -> Any:
    return json.loads((resources.files("cfnlint") / path).read_text())
