"""As much of a Kubernetes API as a preview asks, over real TLS, and kubeconfigs that lead to it."""

from __future__ import annotations

import json
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.http_server import Quiet, serve

TOKEN = "planted-token"
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
Served = tuple[str, Path]
"""URL of the API, and the folder of its certificate."""


class Api(Quiet):
    """Answers whoever logs in; what is `open_to_all` has no need of that."""

    def __init__(self, answers: dict[str, Any], open_to_all: frozenset[str], *args: Any) -> None:
        self.answers, self.open_to_all = answers, open_to_all
        super().__init__(*args)

    def do_GET(self) -> None:
        shown = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        known = shown or self.headers.get("Authorization") == f"Bearer {TOKEN}"
        allowed = (known or self.path in self.open_to_all) and self.path in self.answers
        self.send_response(200 if allowed else 403)
        self.end_headers()
        self.wfile.write(json.dumps(self.answers.get(self.path) if allowed else {"kind": "Status"}).encode())


@contextmanager
def served(
    folder: Path, answers: dict[str, Any], open_to_all: frozenset[str] = frozenset()
) -> Generator[Served]:
    """Serve these answers, by path."""
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
    with serve(partial(Api, answers, open_to_all), context) as port:
        yield f"https://127.0.0.1:{port}", folder


def kubeconfig(api: Served, user: dict[str, str], *, authority: bool = True) -> dict[str, Any]:
    """The kubeconfig of that API with this login."""
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
    """A file as kubeconfigs hold it."""
    return b64encode(file.read_bytes()).decode()
