"""What a cluster answers when it is asked for its storage classes, over real TLS."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from components.config.preview.storage_classes import DEFAULT, PATH, storage_classes

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="not run: openssl missing (apt-get install openssl)"
)
TOKEN = "planted-token"
CLASSES = {
    "items": [
        {"metadata": {"name": "standard", "annotations": {DEFAULT: "true"}}},
        {"metadata": {"name": "fast"}},
    ]
}
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Api(BaseHTTPRequestHandler):
    """As much of a Kubernetes API as is asked."""

    def do_GET(self) -> None:
        shown = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        known = shown or self.headers.get("Authorization") == f"Bearer {TOKEN}"
        self.send_response(200 if known and self.path == PATH else 403)
        self.end_headers()
        self.wfile.write(json.dumps(CLASSES).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the standard library's)
        del format, args


@pytest.fixture(scope="module", name="api")
def fixture_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("api")
    name = ("-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ["openssl", "req", "-x509", *CURVE, *name, "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    context.load_verify_locations(folder / "certificate.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    server = HTTPServer(("127.0.0.1", 0), Api)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def kubeconfig(api: tuple[str, Path], user: dict[str, str], *, authority: bool = True) -> dict[str, Any]:
    server, folder = api
    cluster = {"server": server}
    if authority:
        cluster["certificate-authority-data"] = encoded(folder / "certificate.pem")
    return {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
        "clusters": [{"name": "k", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
    }


def encoded(file: Path) -> str:
    return b64encode(file.read_bytes()).decode()


def test_a_token_is_shown(api: tuple[str, Path]) -> None:
    assert storage_classes(kubeconfig(api, {"token": TOKEN})) == {"standard": True, "fast": False}


def test_a_certificate_is_shown(api: tuple[str, Path]) -> None:
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
def test_no_answer_is_no_verdict(api: tuple[str, Path], user: dict[str, str], authority: bool) -> None:
    assert storage_classes(kubeconfig(api, user, authority=authority)) is None
