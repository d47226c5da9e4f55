"""Ask a cluster that exists what it is and what objects of a kind it has, before anything is made in it.

The Kubernetes provider has no way to list what there is, so this asks the API itself, where the kubeconfig
logs in with a token or a certificate (kind, k3d, minikube, OpenShift). It cannot where a program has to be
run to log in (EKS, AKS, GKE), where the answer is no, and where there is no answer.
"""

from __future__ import annotations

import json
import ssl
from base64 import b64decode
from collections.abc import Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import Any, cast
from urllib.request import Request, urlopen

from components.config.kubeconfig import Kubeconfig, login_of

TIMEOUT_SECONDS = 3

Metadata = Mapping[str, Any]
"""`name`, `annotations` and the rest of an object's metadata."""


def metadata_of_all(kubeconfig: Kubeconfig, path: str) -> Sequence[Metadata] | None:
    """Return what a list of the Kubernetes API holds; None where it cannot be asked."""
    try:
        items = cast("list[dict[str, Any]]", cast("Any", answer_of(kubeconfig, path))["items"])
        return [cast("Metadata", item["metadata"]) for item in items]
    except (KeyError, TypeError):
        return None


def answer_of(kubeconfig: Kubeconfig, path: str, *, open_to_all: bool = False) -> object:
    """Return what the Kubernetes API says at a path; None where it cannot be asked.

    Where that is open to all, it is asked without a login, too.
    """
    login = login_of(kubeconfig)
    headers = {"Authorization": f"Bearer {login.token}"} if login.token else {}
    has_login = bool(login.token or login.certificate)
    if not login.server.startswith("https://") or not (has_login or open_to_all):
        return None
    try:
        context = ssl.create_default_context(cadata=_decoded(login.authority))
        if login.certificate and login.key:
            _show(context, b64decode(login.certificate) + b"\n" + b64decode(login.key))
        request = Request(login.server.rstrip("/") + path, headers=headers)  # noqa: S310 (https, see above)
        with urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
            return cast("object", json.load(answer))
    except (OSError, ValueError, RecursionError):
        return None


def is_marked(metadata: Metadata, annotation: str) -> bool:
    """Whether an object says yes in an annotation, as a cluster's default classes do."""
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    return annotations.get(annotation) == "true"


def _decoded(data: str | None) -> str | None:
    return None if data is None else b64decode(data).decode()


def _show(context: ssl.SSLContext, pem: bytes) -> None:
    """Have a client's certificate shown; Python reads one from a file only."""
    with NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
