"""HashiCorp Vault itself, with the configuration that the stack gives it; and the cluster that its Job calls.

Of the configuration only addresses and folders are others, and the seal's endpoint, behind which moto stands
for AWS. The cluster is the test's own: its API for Secrets and for the review of tokens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from components.vault.args import UNSEAL_KEY
from components.vault.values import UNSEAL, UNSEALER
from tests.conformance.process import HOST, Processes, free_port
from tests.conformance.tools import vault

PLUGIN = "vault-plugin-auth-kubernetes"
NAMESPACE = "rasa"


def jwt(account: str) -> str:
    """A token as Kubernetes makes them; who believes it asks the cluster."""
    claims = {
        "iss": "https://kubernetes.default.svc",
        "sub": f"system:serviceaccount:{NAMESPACE}:{account}",
        "aud": ["vault"],
        "exp": int(time.time()) + 3600,
        "iat": int(time.time()),
        "kubernetes.io": {
            "namespace": NAMESPACE,
            "serviceaccount": {"name": account, "uid": f"uid-of-{account}"},
        },
    }
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, base64.urlsafe_b64encode(b"signature").decode().rstrip("=")])


@dataclass
class Cluster:
    """Secrets by name, and what the cluster was asked."""

    port: int
    secrets: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    owners: dict[str, Any] = field(default_factory=dict[str, Any])
    writes: list[str] = field(default_factory=list[str])
    before_write: Callable[[str, dict[str, str]], int | None] = lambda _name, _content: None
    """Called before a Secret is written; a status refuses the write."""

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"


def cluster(certificates: Path) -> Cluster:
    """Start the API; it ends with the test's process."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            held = made.secrets.get(name)
            data = {key: base64.b64encode(value.encode()).decode() for key, value in (held or {}).items()}
            self._answer(404 if held is None else 200, {"data": data})

        def do_PATCH(self) -> None:
            body = self._body()
            name = self.path.partition("?")[0].rpartition("/")[2]
            content = {key: base64.b64decode(value).decode() for key, value in body["data"].items()}
            refused = made.before_write(name, content)
            if not refused:
                made.writes.append(name)
                made.secrets[name] = content
                made.owners[name] = body["metadata"]["ownerReferences"]
            self._answer(refused or 200, {})

        def do_POST(self) -> None:
            asked = self._body()
            claims = asked["spec"]["token"].split(".")[1]
            known = json.loads(base64.urlsafe_b64decode(claims + "=="))
            account = known["kubernetes.io"]["serviceaccount"]
            user = {"username": known["sub"], "uid": account["uid"], "groups": ["system:serviceaccounts"]}
            status = {"authenticated": True, "user": user, "audiences": known["aud"]}
            self._answer(201, {**asked, "status": status})

        def _body(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            pass

    made = Cluster(free_port())
    server = ThreadingHTTPServer(("127.0.0.1", made.port), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    return made


@dataclass
class Server:
    """One server; `stop` it and `start` it again as a pod would be."""

    processes: Processes
    certificates: Path
    folder: Path
    configuration: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def name(self) -> str:
        return self.folder.name

    def start(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        file = self.folder / "vault.hcl"
        file.write_text(self.configuration)
        env = {
            "VAULT_API_ADDR": self.url,
            "VAULT_CLUSTER_ADDR": f"https://{HOST}:{self.port + 1}",
            "VAULT_RAFT_NODE_ID": self.name,
            # The identity of the pod: AWS would vouch for it.
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "eu-central-1",
        }
        command = [str(vault() / "vault"), "server", f"-config={file}"]
        self.process = self.processes.start(self.name, command, ports=[self.port], env=env)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.processes.running.remove(self.process)
            self.process = None

    def restart(self, *, key: str = "") -> None:
        """As a pod is replaced; `key` is what its side-car would open it with."""
        self.stop()
        self.start()
        end = time.monotonic() + 30
        while self.ask("GET", "sys/seal-status")["sealed"] and time.monotonic() < end:
            if key:
                self.unseal(key)
            time.sleep(0.3)

    def unseal(self, key: str) -> None:
        """Run once what the side-car runs over and over, with Vault's own client."""
        folder = self.folder / "unseal"
        folder.mkdir(exist_ok=True)
        (folder / UNSEAL_KEY).write_text(key)
        script = UNSEALER.replace(UNSEAL, str(folder)).replace("while true; do", "").replace("done", "")
        env = {
            "PATH": f"{vault()}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "VAULT_ADDR": self.url,
            "VAULT_CACERT": str(self.certificates / "ca.pem"),
        }
        once = script.replace("sleep 5", "")
        subprocess.run(["/bin/sh", "-c", once], env=env, check=False, capture_output=True, timeout=30)

    def wipe(self) -> None:
        """Take its volume away."""
        self.stop()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """Ask it something, as a person would."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/v1/{path}", data=data, headers={"X-Vault-Token": token}, method=method
        )
        context = ssl.create_default_context(cafile=str(self.certificates / "ca.pem"))
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            text = answer.read()
        return json.loads(text) if text[:1] == b"{" else text

    def register_plugin(self, token: str) -> None:
        """The small build has the log-in by Kubernetes beside it, not in it."""
        digest = hashlib.sha256((vault() / PLUGIN).read_bytes()).hexdigest()
        body = {"sha256": digest, "command": PLUGIN}
        for _ in range(60):
            try:
                self.ask("PUT", "sys/plugins/catalog/auth/kubernetes", token, body)
            except OSError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError("the plugin cannot be registered")


def server(processes: Processes, certificates: Path, configuration: str, *, kms: str | None = None) -> Server:
    """A server with the stack's configuration, led to loopback."""
    port = free_port()
    folder = processes.folder / f"vault-{port}"
    folder.mkdir()
    leads = {
        "[::]:8200": f"127.0.0.1:{port}",
        "[::]:8201": f"127.0.0.1:{port + 1}",
        "https://vault-0.vault-internal:8200": f"https://{HOST}:{port}",
        "/vault/tls/tls.crt": str(certificates / "server.pem"),
        "/vault/tls/tls.key": str(certificates / "server.key"),
        "/vault/tls/ca.crt": str(certificates / "ca.pem"),
        "/vault/data": str(folder / "data"),
        # The labels of a pod, for which there is no pod here.
        'service_registration "kubernetes" {}': "",
        'seal "awskms" {': f'seal "awskms" {{\n  endpoint = "{kms}"',
    }
    for there, here in leads.items():
        configuration = configuration.replace(there, here)
    configuration += f'disable_mlock = true\nplugin_directory = "{vault().resolve()}"\n'
    made = Server(processes, certificates, folder, configuration, port)
    made.start()
    return made
