"""Which cluster a provider addresses, and what becomes of objects in one that does not answer."""

from __future__ import annotations

import json

import pytest

from simcloud.catalog import load
from simcloud.connection import Connection
from simcloud.errors import CloudError
from simcloud.wire import Properties
from tests.simcloud.tenant import Tenant

NAMESPACE, RELEASE = "kubernetes:core/v1:Namespace", "kubernetes:helm.sh/v3:Release"
INPUTS: Properties = {"metadata": {"name": "n"}}


def settings(**changes: str) -> Properties:
    cluster = {"server": "https://kubernetes.example:6443", **changes}
    config = {
        "clusters": [{"name": "c", "cluster": cluster}],
        "contexts": [{"name": "x", "context": {"cluster": "c"}}],
        "current-context": "x",
    }
    return {"kubeconfig": json.dumps(config)}


def moves(before: Properties, after: Properties) -> bool:
    package = load("kubernetes")
    return Connection(package, before).moves(Connection(package, after))


@pytest.mark.parametrize(
    "change",
    [
        {"server": "https://other.example"},
        {"certificate-authority-data": "QQ=="},
        {"proxy-url": "http://proxy.example:3128"},
    ],
)
def test_whatever_is_said_of_a_cluster_tells_it_apart_unless_it_has_an_identifier(
    change: dict[str, str],
) -> None:
    before, after = settings(), settings(**change)
    assert moves(before, after)
    assert not moves({**before, "clusterIdentifier": "a"}, {**after, "clusterIdentifier": "a"})
    assert moves({**before, "clusterIdentifier": "a"}, {**before, "clusterIdentifier": "b"})


def test_an_identifier_that_is_new_tells_nothing() -> None:
    assert not moves(settings(), {**settings(), "clusterIdentifier": "a"})


def test_objects_are_found_at_another_address_of_their_cluster(tenant: Tenant) -> None:
    tenant.create(NAMESPACE, "n", INPUTS, {**settings(), "clusterIdentifier": "a"})
    there = {**settings(server="https://other.example"), "clusterIdentifier": "a"}
    assert tenant.resource(NAMESPACE, "n", there).read("n", {}, {})[0] == "n"


@pytest.mark.parametrize("variable", ["", "true"])
@pytest.mark.parametrize("setting", [None, "false", "true"])
def test_a_silent_cluster_is_forgotten_only_if_asked(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, variable: str, setting: str | None
) -> None:
    monkeypatch.setenv("PULUMI_K8S_DELETE_UNREACHABLE", variable)
    asked: Properties = settings() if setting is None else {**settings(), "deleteUnreachable": setting}
    tenant.create(NAMESPACE, "n", INPUTS, asked)
    tenant.account.silent = True
    if (variable if setting is None else setting) == "true":
        assert tenant.resource(NAMESPACE, "n", asked).read("n", {}, {})[0] == ""
        return
    with pytest.raises(CloudError, match="unreachable"):
        tenant.resource(NAMESPACE, "n", asked).read("n", {}, {})


def test_a_release_is_not_deleted_from_a_silent_cluster(tenant: Tenant) -> None:
    """pulumi-kubernetes, Delete: "can't delete Helm Release with unreachable cluster"."""
    asked: Properties = {**settings(), "deleteUnreachable": "true"}
    tenant.account.silent = True
    tenant.resource(NAMESPACE, "n", asked).delete("n", {})
    with pytest.raises(CloudError, match="unreachable"):
        tenant.resource(RELEASE, "r", asked).delete("r", {})
