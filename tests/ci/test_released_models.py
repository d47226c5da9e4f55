"""Production's deploying identity neither writes over a model on Google Cloud nor deletes one on Azure.

AWS says it in the bucket's policy, whoever asks: tests/aws/test_stores.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.ci.test_bootstrap_trust import TRUSTS
from tests.ci.trust import cel, rendered
from tests.recorder import Recorded

MEMBER = "gcp:projects/iAMMember:IAMMember"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
OBJECT = "storage.googleapis.com/Object"
MAY_DELETE = {"roles/storage.objectAdmin", "roles/storage.admin", "roles/storage.objectUser"}
CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


def deploys(cloud: str, type_: str, *, keeps_models: bool) -> list[Recorded]:
    recording = rendered(cloud, TRUSTS["github"], keeps_models=keeps_models)
    return [one for one in recording.of(type_) if one.name.startswith("ci-deploy")]


@pytest.mark.parametrize(
    ("kind", "name", "allowed"),
    [
        (OBJECT, "projects/_/buckets/models/objects/assistant-1.0.0.tar.gz", False),
        (OBJECT, "projects/_/buckets/state/objects/.pulumi/stacks/rasa/gcp-production.json", True),
        ("storage.googleapis.com/Bucket", "projects/_/buckets/models", True),
    ],
)
def test_google_takes_the_rights_over_models_alone(kind: str, name: str, allowed: bool) -> None:
    (binding,) = [
        one for one in deploys("gcp", MEMBER, keeps_models=True) if one.inputs["role"] in MAY_DELETE
    ]
    assert cel(binding.inputs["condition"]["expression"], {"type": kind, "name": name}) is allowed


def test_google_lets_it_upload_and_read_all_the_same() -> None:
    roles = {
        one.inputs["role"]: one.inputs.get("condition") for one in deploys("gcp", MEMBER, keeps_models=True)
    }
    assert roles["roles/storage.objectCreator"] is None
    assert roles["roles/storage.objectViewer"] is None


def test_azure_deletes_no_model() -> None:
    (binding,) = [
        one
        for one in deploys("azure", ASSIGNMENT, keeps_models=True)
        if str(one.inputs["roleDefinitionId"]).endswith(CONTRIBUTOR)
    ]
    condition: Any = binding.inputs["condition"]
    assert "blobs/delete'" in condition
    assert "StringNotLike '*.tar.gz'" in condition
    assert binding.inputs["conditionVersion"] == "2.0"


@pytest.mark.parametrize(("cloud", "type_"), [("gcp", MEMBER), ("azure", ASSIGNMENT)])
def test_dev_takes_its_storage_down_with_the_models(cloud: str, type_: str) -> None:
    assert not [one for one in deploys(cloud, type_, keeps_models=False) if one.inputs.get("condition")]
