"""What runs inside the cluster: each mistake is one message, which says what is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.config.preview.storage_classes import problems
from components.config.settings import Settings
from components.config.sources import InClusterStore
from components.contract.errors import ConfigurationError
from tests.config import blocks

INSIDE = {"from": "in-cluster"}


def parsed(**changes: object) -> Settings:
    raw: dict[str, Any] = {
        "cloud": "none",
        "profile": "dev",
        "cluster": {**blocks.CLUSTER, "hasNamespace": False},
        **dict.fromkeys(("modelStorage", "lockStore", "trackerStore", "eventBroker"), INSIDE),
        "assistant": {"model": "m"},
        "license": "x",
        **changes,
    }
    return parse(raw, secret_keys=frozenset(raw), stack="local-dev")


MISTAKES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a volume for one node, in production": (
        {"profile": "production"},
        ["rasa:modelStorage.storageClass is missing", "ReadWriteMany", "azurefile-csi", "pulumi config set"],
    ),
    "the same, for the models alone": (
        {"modelStorage": {**INSIDE, "profile": "production"}},
        ["rasa:modelStorage.storageClass is missing"],
    ),
    "a class that can be none": (
        {"cluster": {**blocks.CLUSTER, "storageClass": "Fast SSD"}},
        ["rasa:cluster.storageClass is text of another form; accepted: lower-case letters"],
    ),
    "an operator that nobody knows": (
        {"cluster": {**blocks.CLUSTER, "operators": ["zalando"]}},
        ["rasa:cluster.operators[0] is 'zalando'", "'cloudnative-pg' or 'strimzi'"],
    ),
    "a key of another store": (
        {"lockStore": {**INSIDE, "snapshotClass": "x"}},
        ["rasa:lockStore.snapshotClass is not a known key", "storageClass"],
    ),
    "another kind of database": (
        {"trackerStore": {**INSIDE, "kind": "mongodb"}},
        ["rasa:trackerStore.kind is not a known key"],
    ),
}


@pytest.mark.parametrize(("changes", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_message(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parsed(**changes)
    found = refused.value.problems
    assert len([problem for problem in found if all(word in problem for word in words)]) == 1, found


def test_production_with_a_shared_volume_is_accepted() -> None:
    shared = {**INSIDE, "storageClass": "cephfs"}
    assert parsed(profile="production", modelStorage=shared).profile == "production"


def store(**keys: str) -> InClusterStore:
    return InClusterStore.model_validate({**INSIDE, **keys})


CLASSES = {"standard": True, "fast": False}


def test_an_unknown_class_is_answered_with_those_that_exist() -> None:
    (problem,) = problems({"lock_store": store(storageClass="quick")}, None, CLASSES)
    assert "rasa:lockStore.storageClass 'quick' is no StorageClass of the cluster" in problem
    assert "it has: standard (default), fast;" in problem


def test_the_key_that_says_it_is_the_one_named() -> None:
    (problem,) = problems({"lock_store": store()}, "quick", CLASSES)
    assert problem.startswith("rasa:cluster.storageClass 'quick'")


def test_no_class_is_needed_where_there_is_a_default_one() -> None:
    assert not list(problems({"lock_store": store()}, None, CLASSES))
    (problem,) = problems({"lock_store": store()}, None, {"fast": False})
    assert "rasa:cluster.storageClass is missing, and the cluster has no default" in problem
