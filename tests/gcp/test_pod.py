"""What becomes of Google's connections in Rasa's pod: the side-car, and secrets that stay secret."""

from __future__ import annotations

from typing import Any

import pytest

from components.contract.images import HAPROXY_IMAGE as IMAGE
from components.gcp.tls_side_car import NAME, USER
from tests.stacks import record_stack

RELEASE = "kubernetes:helm.sh/v3:Release"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
BOTH = pytest.mark.parametrize("stack", ["gcp-dev", "gcp-production"])


def rasa(stack: str) -> dict[str, Any]:
    return record_stack(stack).one(RELEASE, "rasa-release").inputs["values"]["rasa"]


@BOTH
def test_the_side_car_runs_before_rasa_without_root_and_writes_nothing(stack: str) -> None:
    (side_car,) = rasa(stack)["initContainers"]
    assert (side_car["image"], side_car["restartPolicy"]) == (IMAGE, "Always")
    security = side_car["securityContext"]
    assert security["runAsUser"] == USER
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert side_car["resources"]["limits"]
    # The kubelet cannot reach loopback: a probe by port would never succeed.
    for probe in ("startupProbe", "livenessProbe"):
        assert side_car[probe]["exec"]["command"][0] == "bash"


@BOTH
def test_the_side_cars_files_are_where_it_looks_for_them(stack: str) -> None:
    (side_car,) = rasa(stack)["initContainers"]
    (mount,) = side_car["volumeMounts"]
    volume = next(one for one in rasa(stack)["volumes"] if one["name"] == mount["name"])
    files = record_stack(stack).one(CONFIG_MAP, "rasa-side-car").inputs["data"]
    assert mount["mountPath"] == f"/etc/{NAME}"
    assert volume["configMap"]
    assert side_car["args"] == ["-f", f"/etc/{NAME}/haproxy.cfg"]
    assert f"ca-file /etc/{NAME}/authority.pem" in files["haproxy.cfg"]
    assert files["authority.pem"]


@BOTH
def test_rasa_talks_to_redis_on_loopback_and_in_the_plain(stack: str) -> None:
    endpoints = rasa(stack)["settings"]["endpoints"]
    for store in ("lock_store", "timer_store"):
        block = endpoints[store]
        assert (block["host"], block["port"], block["use_ssl"]) == ("127.0.0.1", 6379, False)


@BOTH
def test_the_private_key_is_nowhere_in_plain_text(stack: str) -> None:
    holders = [
        (resource, key)
        for resource in record_stack(stack).resources
        for key, value in resource.inputs.items()
        if "planted-private-key" in str(value)
    ]
    # The key for Kafka, and those of Vault and its authority.
    assert {resource.type for resource, _ in holders} - {
        "tls:index/locallySignedCert:LocallySignedCert",
        "tls:index/selfSignedCert:SelfSignedCert",
    } == {"kubernetes:core/v1:Secret", "tls:index/certRequest:CertRequest"}
    assert all(key in resource.secret_inputs for resource, key in holders)


@BOTH
def test_the_redis_password_is_nowhere_in_plain_text(stack: str) -> None:
    for resource in record_stack(stack).resources:
        for key, value in resource.inputs.items():
            assert "planted-auth-string" not in str(value) or key in resource.secret_inputs, resource.urn


@BOTH
def test_rasa_acts_as_its_google_account(stack: str) -> None:
    account = record_stack(stack).one("kubernetes:core/v1:ServiceAccount", "rasa-account").inputs
    email = account["metadata"]["annotations"]["iam.gke.io/gcp-service-account"]
    assert email.endswith(".iam.gserviceaccount.com")
    assert rasa(stack)["additionalArgs"][-4:][:2] == ["--remote-storage", "gcs"]
