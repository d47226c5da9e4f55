"""A kubeconfig whose login no RBAC holds back is said to be one, in production."""

from __future__ import annotations

import base64

import pytest
import yaml

from components.config import notices
from components.config.load import parse
from tests.config import blocks

MASTERS = b"\x31\x17\x30\x15\x06\x03\x55\x04\x0a\x13\x0esystem:masters"
"""A subject as Go encodes it (PrintableString); openssl writes UTF8String."""
REAL = base64.b64decode(
    "MIIBvzCCAWWgAwIBAgIUWj7AkKnMWeoMZQVHaIopxfZwtcEwCgYIKoZIzj0EAwIwNDEXMBUGA1UECgwOc3lzdGVtOm1hc3Rl"
    "cnMxGTAXBgNVBAMMEGt1YmVybmV0ZXMtYWRtaW4wIBcNMjYxMTI2MDU0MzU4WhgPMjEyNjExMDIwNTQzNThaMDQxFzAVBgNV"
    "BAoMDnN5c3RlbTptYXN0ZXJzMRkwFwYDVQQDDBBrdWJlcm5ldGVzLWFkbWluMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"
    "ppvlYAnJQVuAKvG3dPLWVHqPjjTNOUSTTqznjwf+LQnXS+hIqeHBKKShQ+k5OnOT+L0/e2B4O1TyafknfIRme6NTMFEwHQYD"
    "VR0OBBYEFLUWeXwBYE+qOL+zQi7A0qD1oHOoMB8GA1UdIwQYMBaAFLUWeXwBYE+qOL+zQi7A0qD1oHOoMA8GA1UdEwEB/wQF"
    "MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJawx2o9sY7a/wuRHqpC5E1mfgBIYv+EhRumJ1PEKny3AiBQtEqwQCXg0seoK7X9"
    "L3swz59pjvLp8VcJB6kgaE9WIg=="
)
"""What `openssl req -x509 -subj "/O=system:masters/CN=kubernetes-admin" -outform DER` made."""
OTHERS = b"\x31\x14\x30\x12\x06\x03\x55\x04\x0a\x0c\x0bsystem:rasa"


def pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def said_of(user: dict[str, str], profile: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", said.append)
    config = yaml.safe_load(str(blocks.CLUSTER["kubeconfig"]))
    config["users"][0]["user"] = user
    cluster = {**blocks.CLUSTER, "kubeconfig": yaml.safe_dump(config)}
    raw = {**blocks.existing_stack(), "cluster": cluster, "profile": profile}
    notices.say(parse(raw, secret_keys=frozenset(raw), stack="existing"))
    return said


def certificate(der: bytes) -> dict[str, str]:
    return {"client-certificate-data": base64.b64encode(pem(der)).decode(), "client-key-data": "a2V5"}


@pytest.mark.parametrize("der", [REAL, MASTERS])
def test_a_certificate_of_the_masters(der: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    user = certificate(der)
    (said,) = said_of(user, "production", monkeypatch)
    assert "system:masters" in said
    assert "pulumi config set --secret --path 'rasa:cluster.kubeconfig'" in said
    assert not said_of(user, "dev", monkeypatch)


@pytest.mark.parametrize("user", [certificate(OTHERS), {"token": "a-token"}])
def test_any_other_login(user: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not said_of(user, "production", monkeypatch)
