"""Nothing that a look for drift reads is missing: each type's own read, from what the vendors publish."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml

from bootstrap.rights import RIGHTS, aws_reads
from simcloud import catalog
from tests.behaviour.vendor.gcp import SCHEMAS, methods
from tests.docs.test_rights import handlers

AZURE: Mapping[str, Sequence[str]] = yaml.safe_load((RIGHTS / "azure.yaml").read_text())["reads"]
GOOGLE: Mapping[str, Sequence[str]] = yaml.safe_load((RIGHTS / "gcp.yaml").read_text())["reads"]
NOT_READ = {
    # docs/rights say why: what is read of them is a password or a content, or they leave the state alone.
    "azure-native:storage:Blob",
    *("gcp:redis/instance:Instance", "gcp:storage/bucketObject:BucketObject"),
    "gcp:projects/serviceIdentity:ServiceIdentity",
}
FURTHER = {
    # Types that are not compared with their limits, and what is a part of another message.
    "compute/routerNat": ("compute.v1", "Router"),
    "iam/workloadIdentityPool": ("iam.v1", "WorkloadIdentityPool"),
    "iam/workloadIdentityPoolProvider": ("iam.v1", "WorkloadIdentityPoolProvider"),
    "kms/keyRing": ("cloudkms.v1", "KeyRing"),
    "projects/iAMCustomRole": ("iam.v1", "Role"),
    "projects/service": ("serviceusage.v1", "GoogleApiServiceusageV1Service"),
}
RENAMED = {
    "certificatemanager.certificates": "certificatemanager.certs",
    "certificatemanager.certificateMaps": "certificatemanager.certmaps",
    "certificatemanager.certificateMapEntries": "certificatemanager.certmapentries",
    "certificatemanager.dnsAuthorizations": "certificatemanager.dnsauthorizations",
    "iam.providers": "iam.workloadIdentityPoolProviders",
    "sql.instances": "cloudsql.instances",
}
"""What an API calls a collection → what permissions call it, where that is another name."""
GRANTED_ON = {
    "artifactregistry/repository": "artifactregistry.repositories",
    "projects/": "resourcemanager.projects",
    "serviceaccount/": "iam.serviceAccounts",
}
"""Beginning of a grant's type → what it is granted on, where that is no type of ours."""


AWS: Mapping[str, Any] = yaml.safe_load((RIGHTS / "aws.yaml").read_text())
CLOUDFORMATIONS_OWN = {
    # For the provider, encryption controls of a VPC are a type of their own, which no stack has (SDK,
    # `ec2.VpcEncryptionControl`), and a database's account and network are not looked at.
    *("ec2:DescribeVpcEncryptionControls", "ec2:DescribeAccountAttributes"),
}


@pytest.mark.parametrize("token", sorted(AWS["types"]))
def test_aws_is_asked_for_each_type_as_cloudformation_reads_it(token: str) -> None:
    unneeded = [pattern.lower() for patterns in AWS["not_called"].values() for pattern in patterns]
    granted = {one.lower() for one in aws_reads()} | {one.lower() for one in CLOUDFORMATIONS_OWN}
    read: Sequence[str] = handlers(token).get("read", {}).get("permissions", [])
    missing = {one.lower() for one in read} - granted
    assert [one for one in missing if not any(fnmatch.fnmatchcase(one, each) for each in unneeded)] == []


@pytest.mark.parametrize("token", sorted(set(AZURE) - NOT_READ))
def test_azure_is_asked_for_each_type_by_its_own_name(token: str) -> None:
    kind = catalog.load("azure-native").type(token)
    assert kind
    _, provider, parts = str(kind.id).rpartition("/providers/")
    # In an id, a name follows each type; `default` is one.
    named = [part for part in parts.split("/") if not part.startswith("{") and part != "default"]
    wanted = "/".join(named) if provider else "Microsoft.Resources/subscriptions/resourceGroups"
    assert wanted.lower() in {one.lower() for one in AZURE[token]}


@pytest.mark.parametrize("token", sorted(set(GOOGLE) - NOT_READ))
def test_google_is_asked_for_each_type_by_its_own_method(token: str) -> None:
    name = token.removeprefix("gcp:").rpartition(":")[0]
    grant = re.fullmatch(r"(.*?)(?:iAM|IAM|Iam)Member", name)
    if grant:
        base = GRANTED_ON.get(grant[1]) or _read_of(grant[1]).removesuffix(".get")
        assert f"{base}.getIamPolicy" in GOOGLE[token]
    elif name == "servicenetworking/connection":  # its list is asked for by a right to the service
        assert GOOGLE[token] == ["servicenetworking.services.get"]
    else:
        document, message = {**SCHEMAS, **FURTHER}[name]
        assert set(_got_by(document, message)) & set(GOOGLE[token])


def _got_by(document: str, message: str) -> Iterator[str]:
    """The permissions by which one message of an API is got."""
    for name, method in methods(document).items():
        if name.endswith(".get") and method.get("response", {}).get("$ref") == message:
            service, *_, collection, _ = name.split(".")
            known = f"{service}.{collection}"
            yield f"{RENAMED.get(known, known)}.get"


def _read_of(name: str) -> str:
    (permissions,) = (GOOGLE[token] for token in GOOGLE if token.startswith(f"gcp:{name}:"))
    return permissions[0]
