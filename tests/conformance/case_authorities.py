"""Rasa Pro's clients, Node.js and curl with rasa:assistant.caBundle: they trust a company and the public."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import certifi
import pytest

from components.config.ca_bundle import joined
from components.kubernetes.trust import OF_ANY
from tests.authorities import authority, served, server_of
from tests.conformance.tools import rasa_python

PYTHON: Mapping[str, str] = {
    "Rasa's HTTP endpoints": """
import asyncio
from rasa.utils.endpoints import EndpointConfig
asyncio.run(EndpointConfig(f"https://localhost:{port}/").request("get", content_type=None))
""",
    "language models (httpx)": """
import httpx
httpx.get(f"https://localhost:{port}/")
""",
    "Vault (hvac)": """
import hvac
hvac.Client(f"https://localhost:{port}", token="x").sys.read_health_status(method="GET")
""",
    "AWS (boto3)": """
import boto3
keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
boto3.client("s3", endpoint_url=f"https://localhost:{port}", **keys).get_object(Bucket="b", Key="k")
""",
    "Kafka (librdkafka)": """
import os
from confluent_kafka import Producer
seen = []
settings = {"bootstrap.servers": f"localhost:{port}", "security.protocol": "SSL", "error_cb": seen.append}
if "SSL_CERT_FILE" in os.environ:
    settings["ssl.ca.location"] = os.environ["SSL_CERT_FILE"]
Producer(settings).poll(3)
assert not any("verify failed" in str(one) for one in seen), seen
""",
}
NODE = """
require("https").get("https://localhost:{port}/", answer => answer.resume())
  .on("error", error => { console.error(error); process.exit(1) })
"""
OTHERS: Mapping[str, tuple[str, ...]] = {
    "curl": ("curl", "--silent", "--show-error", "--fail", "https://localhost:{port}/"),
    "Node.js": ("node", "--eval", NODE),
}
Scene = tuple[Mapping[str, int], Path]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Ports of servers by who signed their certificates, and the joined bundle."""
    folder, company, public = tmp_path_factory.mktemp("tls"), authority("Company"), authority("Public")
    signers = {"company": company, "public": public}
    servers = {name: served(server_of(signer), folder / name) for name, signer in signers.items()}
    stand_in, bundle = folder / "public.pem", folder / "bundle.pem"
    stand_in.write_text(public.pem)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(certifi, "where", lambda: str(stand_in))
        bundle.write_text(joined(company.pem))
    yield {name: server.server_address[1] for name, server in servers.items()}, bundle
    for server in servers.values():
        server.shutdown()


def trusts(command: tuple[str, ...], bundle: Path | None) -> bool:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    if bundle is not None:
        env |= dict.fromkeys(OF_ANY, str(bundle))
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    refused = re.search(r"verify.failed|certificate problem|UNABLE_TO_VERIFY", done.stderr, re.IGNORECASE)
    assert done.returncode == 0 or refused, done.stderr
    return done.returncode == 0


def shown(scene: Scene, command_for: Callable[[int], tuple[str, ...]]) -> None:
    ports, bundle = scene
    assert not trusts(command_for(ports["company"]), None)
    assert trusts(command_for(ports["company"]), bundle)
    if command_for(0)[0] != "node":  # which adds to what it has, and knows no stand-in
        assert trusts(command_for(ports["public"]), bundle)


@pytest.mark.parametrize("client", PYTHON)
def test_clients_of_rasa_trust_both(client: str, scene: Scene) -> None:
    shown(scene, lambda port: (str(rasa_python()), "-c", f"port = {port}\n{PYTHON[client]}"))


@pytest.mark.parametrize("client", OTHERS)
def test_clients_of_an_action_server_trust_both(client: str, scene: Scene) -> None:
    shown(scene, lambda port: tuple(word.replace("{port}", str(port)) for word in OTHERS[client]))
