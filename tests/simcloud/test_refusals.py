"""What the real Kubernetes provider refuses when it checks inputs, and what it lets pass."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

import pytest

from simcloud.errors import CloudError
from simcloud.naming import Hints
from simcloud.wire import UNKNOWN, Properties, Secret, Value, as_map
from tests.simcloud.tenant import Tenant

CLUSTER: Properties = {
    "kubeconfig": json.dumps(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k"}}],
            "clusters": [{"name": "k", "cluster": {"server": "https://10.0.0.1:6443"}}],
        }
    )
}
PATCH, MAP = "kubernetes:apps/v1:DeploymentPatch", "kubernetes:core/v1:ConfigMap"
LIST, RELEASE = "kubernetes:core/v1:ConfigMapList", "kubernetes:helm.sh/v3:Release"
UNNAMED = Hints(disabled=True)
Metadata: TypeAlias = Value


def check(
    tenant: Tenant,
    token: str,
    metadata: Metadata,
    hints: Hints | None = None,
    olds: Properties | None = None,
    **settings: bool,
) -> Properties:
    given: Properties = {"metadata": metadata}
    found, problems = tenant.resource(token, "x", {**CLUSTER, **settings}).check(
        olds or {}, given, hints or Hints()
    )
    assert not problems
    return found


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": UNKNOWN},
        {"name": Secret(UNKNOWN)},
        {"name": ""},
        {"namespace": "rasa"},
        UNKNOWN,
        None,
    ],
)
def test_a_patch_must_know_whose_fields_it_sets(tenant: Tenant, metadata: Metadata) -> None:
    with pytest.raises(CloudError, match=r"^patch resources require the `\.metadata\.name` field to be set$"):
        check(tenant, PATCH, metadata)


@pytest.mark.parametrize("metadata", [{"name": "rasa", "namespace": UNKNOWN}, Secret({"name": "rasa"})])
def test_of_a_patch_only_the_name_must_be_known(tenant: Tenant, metadata: Metadata) -> None:
    check(tenant, PATCH, metadata)


def test_a_patch_is_applied_by_the_server(tenant: Tenant) -> None:
    with pytest.raises(CloudError, match="patch resources require Server-Side Apply mode"):
        check(tenant, PATCH, {"name": "rasa"}, enableServerSideApply=False)
    check(tenant, PATCH, {"name": "rasa"}, enableServerSideApply=True)


def test_a_list_is_no_resource(tenant: Tenant) -> None:
    with pytest.raises(CloudError, match="list resources exist for compatibility with YAML manifests"):
        check(tenant, LIST, {})


def test_names_are_not_left_to_the_cluster(tenant: Tenant) -> None:
    with pytest.raises(CloudError, match=r"`\.metadata\.generateName` field is not supported in Server-Side"):
        check(tenant, MAP, {"generateName": UNKNOWN})
    check(tenant, MAP, {"generateName": "x-", "name": UNKNOWN})
    check(tenant, MAP, {"generateName": "x-"}, enableServerSideApply=False)


def test_without_names_of_the_engines_each_object_says_its_own(tenant: Tenant) -> None:
    with pytest.raises(CloudError, match="autonaming is disabled, resource requires the"):
        check(tenant, MAP, {}, UNNAMED)
    check(tenant, MAP, {"name": UNKNOWN}, UNNAMED)
    was: Properties = {"metadata": {"name": "x-1"}, "__defaults": ["metadata.name"]}
    assert as_map(check(tenant, MAP, {}, UNNAMED, was)["metadata"])["name"] == "x-1"
    resource = tenant.resource(RELEASE, "x", CLUSTER)
    for hints in (UNNAMED, Hints(proposed="dev-x")):
        found, _ = resource.check({}, {"chart": "c"}, hints)
        assert re.fullmatch(r"x-[0-9a-f]{8}", str(found["name"])), "the provider names releases by itself"
