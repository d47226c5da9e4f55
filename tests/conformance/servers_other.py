"""FerretDB (MongoDB's protocol), RabbitMQ, HAProxy, and HTTPS servers for models, responses and actions."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.process import Processes, as_user, free_port, give_to
from tests.conformance.servers_cloud import MODEL
from tests.conformance.tools import command, ferretdb, rasa_python

HTTP = """
import http.server, json, ssl, sys
TOKEN = {"renewable": True, "ttl": 3000, "creation_ttl": 3600, "period": 3600,
         "namespace_path": ""}
SECRETS = {"/v1/secret/data/rasa-secrets": {"db-password": "planted-secret-postgres"},
           "/v1/secret/data/rasa/tracker-store": {"username": "rasa", "password": "planted-secret-postgres"},
           "/v1/secret/data/rasa/production": {"postgres-password": "planted-secret-postgres"},
           "/v1/secret/data/mongo": {"db-password": "planted-secret-mongo"},
           "/v1/secret/data/other": {"pass": "x"}}
port, certificate, key, model = int(sys.argv[1]), sys.argv[2], sys.argv[3], bytes.fromhex(sys.argv[4])
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body=b"{}", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path.startswith("/health"):
            return self.answer(200)
        if self.path.startswith("/v1/"):
            return self.vault()
        if "token=planted-secret-model-token" not in self.path:
            return self.answer(401)
        if self.path.startswith("/latest"):
            return self.answer(200, model, ETag='"1"')
        self.answer(404)
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/nlg-in-cluster":
            return self.answer(200)
        if "token=planted-secret-nlg" not in self.path:
            return self.answer(403)
        self.answer(200 if self.path.startswith("/nlg") else 404)
    def vault(self):
        if self.headers["X-Vault-Token"] != "planted-secret-vault":
            return self.answer(403, b'{"errors": ["permission denied"]}')
        if self.path == "/v1/auth/token/lookup-self":
            return self.answer(200, json.dumps({"data": TOKEN}).encode())
        found = SECRETS.get(self.path)
        body = {"errors": []} if found is None else {"data": {"data": found, "metadata": {"version": 1}}}
        self.answer(404 if found is None else 200, json.dumps(body).encode())
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
"""
RABBIT_USERS = ("planted-secret-rabbit", "planted-secret-p@ss/word")
"""Passwords of the samples' user `rasa`: without TLS, and with it."""


@dataclass(frozen=True)
class Rabbit:
    """Ports."""

    plain: int
    tls: int


def https(processes: Processes, certificates: Path) -> int:
    """Start a server with a model at /latest, responses at /nlg and health at /health; its port."""
    port = free_port()
    pair = [str(certificates / "server.pem"), str(certificates / "server.key")]
    server = [str(rasa_python()), "-c", HTTP, str(port), *pair, MODEL.hex()]
    processes.start("https", server, ports=[port])
    return port


def mongo(processes: Processes, certificates: Path) -> int:
    """Start FerretDB with TLS and one user; its port."""
    port = free_port()
    folder = processes.folder / "ferretdb"
    folder.mkdir()
    server = [str(ferretdb()), "--handler=sqlite", f"--sqlite-url=file:{folder}/", "--telemetry=disable"]
    server += ["--listen-addr=", f"--listen-tls=127.0.0.1:{port}", "--debug-addr=-", f"--state-dir={folder}"]
    server += [f"--listen-tls-cert-file={certificates / 'server.pem'}"]
    server += [f"--listen-tls-key-file={certificates / 'server.key'}"]
    server += ["--test-enable-new-auth", "--setup-database=admin", "--setup-username=rasa"]
    processes.start("ferretdb", [*server, "--setup-password=planted-secret-mongo"], ports=[port])
    return port


def rabbit(processes: Processes, certificates: Path, password: str, virtual_host: str = "/") -> Rabbit:
    """Start RabbitMQ with one user `rasa` and one virtual host; its ports."""
    ports = Rabbit(free_port(), free_port())
    folder = processes.folder / f"rabbit-{ports.plain}"
    folder.mkdir()
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{ports.plain}\n"
        f"listeners.ssl.1 = 127.0.0.1:{ports.tls}\n"
        f"ssl_options.cacertfile = {certificates / 'ca.pem'}\n"
        f"ssl_options.certfile = {certificates / 'server.pem'}\n"
        f"ssl_options.keyfile = {folder / 'server.key'}\n"
        "ssl_options.verify = verify_none\n"
        f"default_user = rasa\ndefault_pass = {password}\n"
        f"default_vhost = {virtual_host}\n"
    )
    (folder / "server.key").write_bytes((certificates / "server.key").read_bytes())
    give_to("rabbitmq", folder)
    environment = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"rasa{ports.plain}@localhost",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
    }
    server = [*as_user("rabbitmq"), command("rabbitmq-server")]
    processes.start(
        f"rabbit-{ports.plain}", server, ports=[ports.plain, ports.tls], env=environment, cwd=folder
    )
    return ports


def haproxy(processes: Processes, folder: Path, arguments: list[str], port: int) -> subprocess.Popen[bytes]:
    """Start the side-car of a pod with the very files and arguments that the pod has."""
    return processes.start(f"haproxy-{port}", [command("haproxy"), *arguments], ports=[port], cwd=folder)
