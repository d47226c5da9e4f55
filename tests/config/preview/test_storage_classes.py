"""What a cluster answers when it is asked for its storage classes, over real TLS."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from components.config.preview.storage_classes import DEFAULT, PATH, storage_classes
from tests.config.preview.api import TOKEN, Served, encoded, kubeconfig, served

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="not run: openssl missing (apt-get install openssl)"
)
CLASSES = {
    "items": [
        {"metadata": {"name": "standard", "annotations": {DEFAULT: "true"}}},
        {"metadata": {"name": "fast"}},
    ]
}


@pytest.fixture(scope="module", name="api")
def fixture_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("api"), {PATH: CLASSES}) as api:
        yield api


def test_a_token_is_shown(api: Served) -> None:
    assert storage_classes(kubeconfig(api, {"token": TOKEN})) == {"standard": True, "fast": False}


def test_a_certificate_is_shown(api: Served) -> None:
    certificate, key = encoded(api[1] / "certificate.pem"), encoded(api[1] / "key.pem")
    user = {"client-certificate-data": certificate, "client-key-data": key}
    assert storage_classes(kubeconfig(api, user)) == {"standard": True, "fast": False}


@pytest.mark.parametrize(
    ("user", "authority"),
    [
        ({"token": "another"}, True),
        ({"token": TOKEN}, False),
        ({"client-certificate-data": "%", "client-key-data": "%"}, True),
        ({}, True),
    ],
    ids=["refused", "not trusted", "no certificate", "a program logs in"],
)
def test_no_answer_is_no_verdict(api: Served, user: dict[str, str], authority: bool) -> None:
    assert storage_classes(kubeconfig(api, user, authority=authority)) is None
