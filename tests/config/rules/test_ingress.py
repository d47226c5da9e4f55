"""One message for each mistake in `rasa:ingress`, and none for what is right."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.config.rules.certificate_names import covers, names_in
from components.contract.errors import ConfigurationError
from tests.config import blocks

PEM = """\
-----BEGIN CERTIFICATE-----
MIIBpjCCAU2gAwIBAgIUcuqQrMkT6HpdcH7pD9kY7hDdAu4wCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAgFw0yNjExMjIxOTUwNTJaGA8yMTI2MTAyOTE5NTA1Mlow
DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN6ETNbEZGDs
sH9E3kNghoZ90+rxt7g+J35XC2rFbzyouZUatbC55lpUeyC8W1Y89p3dTBCgAABI
K7IYKPpFGP6jgYowgYcwHQYDVR0OBBYEFL6VJy6drUX5/WaoGS1X7DSNkIIiMB8G
A1UdIwQYMBaAFL6VJy6drUX5/WaoGS1X7DSNkIIiMA8GA1UdEwEB/wQFMAMBAf8w
NAYDVR0RBC0wK4IVYXNzaXN0YW50LmV4YW1wbGUuY29tghIqLmNoYXQuZXhhbXBs
ZS5jb20wCgYIKoZIzj0EAwIDRwAwRAIgIdETUb239edFUYNiNmQ0AHxM0Hku92nn
FvqCzZR3WncCIHzNCfu2/POg6xPqgHJAvC/5jTnHmwiC112yY8SWi+w1
-----END CERTIFICATE-----
"""
"""For assistant.example.com and *.chat.example.com."""
HOST = "assistant.example.com"
ZONES = {
    "aws": {"name": "example.com", "id": "Z0123456789ABCDEFGHIJ"},
    "azure": {
        "name": "example.com",
        "id": "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/dns"
        "/providers/Microsoft.Network/dnszones/example.com",
    },
    "gcp": {"name": "example.com", "id": "example-com"},
}
RIGHT: dict[str, dict[str, Any]] = {
    "aws": {"host": HOST, "zone": ZONES["aws"]},
    "azure": {
        "host": HOST,
        "zone": ZONES["azure"],
        "certificate": {"from": "cert-manager", "email": "ops@example.com"},
    },
    "gcp": {"host": HOST, "zone": ZONES["gcp"]},
    "none": {
        "host": HOST,
        "className": "haproxy",
        "controllerNamespace": "haproxy",
        "certificate": {"from": "existing", "reference": "tls"},
    },
}
STACKS: dict[str, dict[str, Any]] = {
    "aws": {"cloud": "aws", "region": "eu-central-1"},
    "azure": {
        "cloud": "azure",
        "region": "westeurope",
        "cluster": {"admins": ["user:00000000-0000-4000-8000-00000000000a"]},
    },
    "gcp": {"cloud": "gcp", "region": "europe-west3", "account": "example-project"},
    "none": blocks.existing_stack(),
}
SOCKETIO: dict[str, Any] = {"model": "m", "credentials": {"socketio": {}}, "replicas": 2}
GATEWAY = {"name": "shared", "namespace": "gateways"}
AT_A_GATEWAY = {"host": HOST, "gateway": GATEWAY, "controllerNamespace": "envoy-gateway-system"}
GIVEN = {"from": "pem", "certificate": PEM, "key": "planted-key"}


def problems(cloud: str, ingress: dict[str, Any], **more: Any) -> list[str]:
    raw = {"assistant": {"model": "m"}, "license": "x", **STACKS[cloud], "ingress": ingress, **more}
    try:
        parse(raw, secret_keys=frozenset(raw), stack="s")
    except ConfigurationError as error:
        return list(error.problems)
    return []


def test_a_gateway_instead_of_a_class() -> None:
    assert problems("none", AT_A_GATEWAY) == []
    (said,) = problems("none", AT_A_GATEWAY, assistant=SOCKETIO)
    assert "the Gateway API has no field for" in said
    assert "pulumi config set --path 'rasa:ingress.affinity' true" in said
    assert problems("none", {**AT_A_GATEWAY, "affinity": True}, assistant=SOCKETIO) == []


@pytest.mark.parametrize("cloud", RIGHT)
def test_what_is_right(cloud: str) -> None:
    assert problems(cloud, RIGHT[cloud]) == []
    assert problems(cloud, {}) == []
    sticky = {"annotations": {"a": "b"}} if cloud == "none" else {}
    assert problems(cloud, {**RIGHT[cloud], **sticky}, assistant=SOCKETIO) == []


def test_a_certificate_that_is_given_has_every_name() -> None:
    also = {"host": HOST, "certificate": GIVEN, "alsoHosts": ["x.chat.example.com", "bot.example.com"]}
    (said,) = problems("aws", also)
    assert "not for the host 'bot.example.com'" in said
    assert "'rasa:ingress.alsoHosts[1]'" in said


def test_a_certificate_that_is_given() -> None:
    assert problems("aws", {"host": HOST, "certificate": GIVEN}) == []
    assert problems("aws", {"host": "x.chat.example.com", "certificate": GIVEN}) == []


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no zone": ("aws", {"zone": None}, "rasa:ingress.zone is missing"),
    "no zone on Google Cloud": ("gcp", {"zone": None}, "rasa:ingress.zone is missing"),
    "outside of the zone": ("aws", {"host": "assistant.example.org"}, "is not in the zone 'example.com'"),
    "looks like the zone": ("gcp", {"host": "assistant.notexample.com"}, "is not in the zone"),
    "the zone itself": ("azure", {"host": "example.com"}, "is the zone itself"),
    "another cloud's zone": ("aws", {"zone": ZONES["gcp"]}, "rasa:ingress.zone.id"),
    "a zone without a cloud": ("none", {"zone": ZONES["aws"]}, "by hand"),
    "no host": ("aws", {"host": None}, "rasa:ingress.host is missing"),
    "another name": (
        "aws",
        {"host": "bot.example.com", "certificate": GIVEN},
        "is for assistant.example.com, *.chat.example.com, not for the host 'bot.example.com'",
    ),
    "a wildcard is one label": (
        "aws",
        {"host": "a.b.chat.example.com", "certificate": GIVEN},
        "not for the host",
    ),
    "no certificate in it": (
        "aws",
        {"certificate": {**GIVEN, "certificate": "-----BEGIN CERTIFICATE-----\nx"}},
        "is no PEM",
    ),
    "Azure issues none": ("azure", {"certificate": {"from": "cloud"}}, "accepted on azure: cert-manager"),
    "Azure wants an answer": ("azure", {"certificate": None}, "rasa:ingress.certificate.from is missing"),
    "nobody to tell": ("azure", {"certificate": {"from": "cert-manager"}}, "email is missing"),
    "no ARN": ("aws", {"certificate": {"from": "existing", "reference": "tls"}}, "the ARN of an ACM"),
    "no issuer": ("none", {"certificate": {"from": "cert-manager"}}, "issuer is missing"),
    "no class": ("none", {"className": None}, "rasa:ingress.className is missing"),
    "a class too many": ("aws", {"className": "nginx"}, "brings its own controller"),
    "a Gateway too many": ("gcp", {"gateway": GATEWAY}, "gateway is 'shared', and gcp brings its own"),
    "a class and a Gateway": ("none", {"gateway": GATEWAY, "certificate": None}, "are both given"),
    "a certificate beside a Gateway": ("none", {"className": None, "gateway": GATEWAY}, "the Gateway's own"),
    "API where it cannot be closed": ("azure", {"api": {"allowedCidrs": ["10.0.0.0/8"]}}, "not supported"),
    "API open to all": ("gcp", {"api": {"allowedCidrs": ["0.0.0.0/0"]}}, "production refuses"),
    "too many ranges": (
        "aws",
        {"api": {"allowedCidrs": [f"10.{n}.0.0/16" for n in range(4)]}},
        "3 at most",
    ),
    "no range": ("aws", {"api": {"allowedCidrs": ["ten"]}}, "is not a range"),
    "internal": ("gcp", {"internal": True}, "rasa:ingress.internal"),
}


@pytest.mark.parametrize(("cloud", "change", "words"), WRONG.values(), ids=WRONG)
def test_one_message(cloud: str, change: dict[str, Any], words: str) -> None:
    block = {key: value for key, value in {**RIGHT[cloud], **change}.items() if value is not None}
    (problem,) = problems(cloud, block, profile="production")
    assert words in problem
    assert "planted" not in problem


def test_socketio_without_affinity() -> None:
    (problem,) = problems("aws", {**RIGHT["aws"], "affinity": False}, assistant=SOCKETIO)
    assert "rasa:ingress.affinity is false, and socketio" in problem
    assert problems("aws", {**RIGHT["aws"], "affinity": False}, assistant={**SOCKETIO, "replicas": 1}) == []
    (problem,) = problems("none", RIGHT["none"], assistant=SOCKETIO)
    assert "rasa:ingress.annotations is empty" in problem


def test_names_of_a_certificate() -> None:
    assert names_in(PEM) == (HOST, "*.chat.example.com")
    assert covers(names_in(PEM), "ASSISTANT.example.com")
    with pytest.raises(ValueError, match="cannot be read"):
        names_in("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----")
    with pytest.raises(ValueError, match="no certificate"):
        names_in("nothing")


def test_egress_that_is_no_range() -> None:
    (problem,) = problems("aws", {}, networkPolicies={"egress": [{"cidr": "x", "ports": [1]}]})
    assert "rasa:networkPolicies.egress[0].cidr" in problem
