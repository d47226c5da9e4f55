"""Vault and the cluster, as the Jobs around Vault talk to them. No message holds a secret."""

# The image has hvac and requests, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import hvac
import requests
from hvac.exceptions import VaultError

TERMINATION_LOG = Path("/dev/termination-log")
SECONDS = 20
"""How long one request may take."""
SILENT = (requests.ConnectionError, requests.Timeout)
NOT_FOUND, REFUSED = 404, 403
FIELD_MANAGER = "vault-bootstrap"


class Stop(Exception):
    """What is wrong, and what to do: for a person."""


def vault(address: str | None = None, token: str | None = None) -> hvac.Client:
    """A client of one address, by default the service of all servers."""
    return hvac.Client(
        url=address or os.environ["VAULT_ADDR"],
        token=token or "",
        verify=os.environ["VAULT_CACERT"],
        timeout=SECONDS,
    )


def log_in(role: str) -> hvac.Client:
    """Log in with the pod's Kubernetes token; return a client with Vault's token for a role."""
    client = vault()
    shown = Path(os.environ["VAULT_JWT"]).read_text().strip()
    body = {"role": role, "jwt": shown}
    answer = client.adapter.post("/v1/auth/kubernetes/login", json=body)
    client.token = answer["auth"]["client_token"]
    return client


class Cluster:
    """The namespace's Secrets that the pod may read and write, each by its name."""

    def __init__(self) -> None:
        folder = Path(os.environ["SERVICE_ACCOUNT"])
        token = (folder / "token").read_text().strip()
        self._address = f"{os.environ['KUBERNETES_API']}/api/v1/namespaces/{os.environ['NAMESPACE']}/secrets"
        self._session = requests.Session()
        self._session.verify = str(folder / "ca.crt")
        self._session.trust_env = False  # a proxy of the pod's would not know the cluster's own names
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._owner = _service_account(token)

    def read(self, name: str) -> dict[str, str]:
        """A Secret's content; empty where the Secret does not exist."""
        answer = self._session.get(f"{self._address}/{name}", timeout=SECONDS)
        if answer.status_code == NOT_FOUND:
            return {}
        self._accepted(answer, "read", name)
        data: Mapping[str, str] = answer.json().get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def write(self, name: str, content: Mapping[str, str]) -> None:
        """Make the Secret hold this and nothing else.

        A server-side apply, which also creates: RBAC can bind that to a name, and a plain create not. With
        its owner the Secret is deleted, too.
        """
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "ownerReferences": [self._owner]},
            "data": {key: base64.b64encode(value.encode()).decode() for key, value in content.items()},
        }
        answer = self._session.patch(
            f"{self._address}/{name}",
            params={"fieldManager": FIELD_MANAGER, "force": "true"},
            data=json.dumps(body),
            headers={"Content-Type": "application/apply-patch+yaml"},
            timeout=SECONDS,
        )
        self._accepted(answer, "write", name)

    def _accepted(self, answer: requests.Response, doing: str, name: str) -> None:
        if not answer.ok:
            raise Stop(
                f"Kubernetes does not let this Job {doing} the Secret {name} (HTTP {answer.status_code}); "
                "its Role names it: was the Role changed by hand? `pulumi refresh` shows it"
            )


def _service_account(token: str) -> dict[str, str]:
    """The pod's service account, read from its token: a Secret's owner needs the uid."""
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    account: Mapping[str, str] = claims["kubernetes.io"]["serviceaccount"]
    return {"apiVersion": "v1", "kind": "ServiceAccount", "name": account["name"], "uid": account["uid"]}


def said(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, SILENT):
        text = str(error)
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate is not signed by the authority in VAULT_CACERT"
        return "no answer"
    if isinstance(error, VaultError):
        listed: Any = error.errors
        text = "; ".join(map(str, listed)) if listed else str(error)
    else:
        text = str(error)
    return (text.strip() or type(error).__name__).splitlines()[0][:300]


def report(message: str) -> None:
    """Write it to the log, and to the termination message, which `pulumi up` shows."""
    print(message, flush=True)
    if TERMINATION_LOG.exists():
        TERMINATION_LOG.write_text(message)


def fail(script: str, message: str) -> NoReturn:
    """Report what is wrong and stop."""
    report(f"{script}: {message}")
    sys.exit(1)
