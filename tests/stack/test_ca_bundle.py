"""A company's own authorities reach all that calls out, beside the public ones; shown to real clients."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import grpc
import pytest

from components.kubernetes.trust import OF_ANY, OF_PYTHON, OF_RASA, PATH, VOLUME
from tests.authorities import Certificate, authority, served, server_of
from tests.recorder import Recorded, Recording
from tests.stacks import stack_config
from tests.variants import record_with

COMPANY = authority("Company Root")
RELEASE, DEPLOYMENT = "kubernetes:helm.sh/v3:Release", "kubernetes:apps/v1:Deployment"
JOB, CRON_JOB = "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
BESIDE: Mapping[str, Any] = {
    "rasa:actions": {"from": "in-cluster", "image": "registry.example.com/actions:1"},
    "rasa:nlgServer": {"from": "in-cluster", "image": "registry.example.com/nlg:1"},
    "rasa:duckling": {"from": "in-cluster"},
    "rasa:analytics": {"from": "in-cluster"},
}
IN_CONFIG_MAP = {"configMapName": "trust", "key": "all.pem"}
IN_SECRET = {"secretName": "trust", "key": "all.pem"}


def recorded(stack: str, bundle: object, **more: Any) -> Recording[Any]:
    assistant = {**json.loads(str(stack_config(stack)["rasa:assistant"])), "caBundle": bundle}
    return record_with(stack, {**more, "rasa:assistant": assistant})


@dataclass(frozen=True)
class Pod:
    """What of a pod says whom it trusts."""

    variables: Mapping[str, str]
    mounts: Mapping[str, str]
    sources: tuple[Any, ...]


def pods(recording: Recording[Any]) -> Iterator[tuple[str, Pod]]:
    for job in (*recording.of(JOB), *recording.of(CRON_JOB)):
        spec = job.inputs["spec"].get("jobTemplate", job.inputs)["spec"]["template"]["spec"]
        yield job.name, _pod(spec["containers"][0], "env", spec["volumes"])
    for one in recording.of(DEPLOYMENT):
        spec = one.inputs["spec"]["template"]["spec"]
        yield one.name, _pod(spec["containers"][0], "env", spec["volumes"])
    for release in recording.of(RELEASE):
        key = {"rasa": "rasa", "rasa-analytics": "rasaProServices"}.get(str(release.inputs["name"]))
        if key is not None:
            part = release.inputs["values"][key]
            yield str(release.inputs["name"]), _pod(part, "additionalEnv", part["volumes"])


def _pod(container: Any, env: str, volumes: Any) -> Pod:
    return Pod(
        variables={one["name"]: one.get("value", "") for one in container[env]},
        mounts={one["name"]: one["mountPath"] for one in container["volumeMounts"]},
        sources=tuple(one["projected"]["sources"] for one in volumes if one["name"] == VOLUME),
    )


def bundle_of(recording: Recording[Any]) -> Recorded:
    return recording.one(CONFIG_MAP, "authorities")


@pytest.mark.parametrize("stack", ["aws-production", "azure-production", "gcp-production", "local-dev"])
def test_it_reaches_every_pod_that_calls_out(stack: str) -> None:
    beside = dict(BESIDE)
    if stack == "local-dev":  # which has no database for them
        del beside["rasa:analytics"]
    found = dict(pods(recorded(stack, COMPANY.pem, **beside)))
    assert {"rasa", "rasa-preflight", "action-server", "nlg-server"} <= found.keys()
    assert ("rasa-analytics" in found) == ("rasa:analytics" in beside)
    calls_nobody = {"duckling"}
    for name, pod in found.items():
        if name in calls_nobody:
            assert pod.sources == ()
            continue
        wanted = OF_RASA if name in {"rasa", "rasa-preflight"} else OF_PYTHON
        if name in {"action-server", "nlg-server"}:
            wanted = OF_ANY
        assert {key: pod.variables.get(key) for key in wanted} == dict.fromkeys(wanted, PATH), name
        assert pod.mounts[VOLUME] == str(Path(PATH).parent), name
        ((source,),) = pod.sources
        assert source["configMap"]["items"] == [{"key": "bundle.pem", "path": Path(PATH).name}], name


def test_it_holds_the_public_authorities_too_and_is_made_anew_with_each_change() -> None:
    made = bundle_of(recorded("local-dev", f"Our own:\n{COMPANY.pem}")).inputs
    text = made["data"]["bundle.pem"]
    assert COMPANY.pem in text
    assert "Our own" not in text
    own, public = _authorities(text), _authorities(Path(certifi.where()).read_text())
    assert len(own) == len(public) + 1
    assert public < own
    assert made["immutable"] is True
    assert "name" not in made["metadata"]


def _authorities(text: str) -> set[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=text)
    return set(context.get_ca_certs(binary_form=True))


@pytest.mark.parametrize(("bundle", "kind"), [(IN_CONFIG_MAP, "configMap"), (IN_SECRET, "secret")])
def test_one_that_exists_is_mounted_as_it_is(bundle: Mapping[str, str], kind: str) -> None:
    recording = recorded("existing-production", bundle)
    assert [one for one in recording.of(CONFIG_MAP) if one.name == "authorities"] == []
    for name, pod in pods(recording):
        if name != "duckling":
            assert pod.sources == (
                [{kind: {"name": "trust", "items": [{"key": "all.pem", "path": "bundle.pem"}]}}],
            ), name


def test_kafka_which_reads_no_variable_is_told_by_its_key() -> None:
    kafka = {"from": "existing", "kind": "kafka", "bootstrap": "kafka.example.com:9093"}
    password = {"secretName": "kafka", "key": "password"}
    login = {"type": "sasl", "mechanism": "PLAIN", "username": "rasa", "password": password}
    broker = {"rasa:eventBroker": {**kafka, "security": login}}
    recording = recorded("existing-production", COMPANY.pem, **broker)
    rasa, analytics = (
        next(one.inputs["values"] for one in recording.of(RELEASE) if one.inputs["name"] == name)
        for name in ("rasa", "rasa-analytics")
    )
    assert rasa["rasa"]["settings"]["endpoints"]["event_broker"]["ssl_cafile"] == PATH
    assert analytics["rasaProServices"]["kafka"]["sslCaLocation"] == PATH


def test_what_a_server_is_given_by_name_goes_before() -> None:
    actions = {**BESIDE["rasa:actions"], "variables": {"SSL_CERT_FILE": "/mine.pem"}}
    found = dict(pods(recorded("local-dev", COMPANY.pem, **{"rasa:actions": actions})))
    assert found["action-server"].variables["SSL_CERT_FILE"] == "/mine.pem"


# Real clients, real servers, real files.

CLIENTS: Mapping[str, str] = {
    "ssl": "import urllib.request as u; u.urlopen(f'https://localhost:{port}/').read()",
    "requests": "import requests; requests.get(f'https://localhost:{port}/', timeout=5)",
    "boto3": (
        "import boto3; boto3.client('s3', region_name='eu-central-1', aws_access_key_id='x', "
        "aws_secret_access_key='x', endpoint_url=f'https://localhost:{port}')"
        ".get_object(Bucket='b', Key='k')"
    ),
    "google": (
        "from google.auth.transport.requests import AuthorizedSession as S; "
        "from google.auth.credentials import AnonymousCredentials as A; "
        "S(A()).get(f'https://localhost:{port}/', timeout=5)"
    ),
    "redis": (
        "import redis, ssl\ntry: redis.Redis(port=port, ssl=True, socket_timeout=5).ping()\n"
        "except redis.exceptions.ConnectionError as e:\n  assert 'CERTIFICATE' not in str(e), e\n"
        "except redis.exceptions.RedisError: pass"
    ),
    "grpc": (
        "import grpc; c = grpc.secure_channel(f'localhost:{port}', grpc.ssl_channel_credentials());"
        " grpc.channel_ready_future(c).result(timeout=3)"
    ),
}
"""Client → what it does; it fails where it does not trust the server."""


def served_by_grpc(certificate: Certificate) -> tuple[grpc.Server, int]:
    pair = [(certificate.key_pem.encode(), certificate.pem.encode())]
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(pair))
    server.start()
    return server, port


def trusts(client: str, port: int, bundle: Path | None) -> bool:
    """Whether a client, in a process that finds what the pod's variables say, trusts a server."""
    env = {"PATH": os.environ["PATH"], "HOME": str(Path(sys.prefix)), "PYTHONPATH": ""}
    if bundle is not None:
        env |= dict.fromkeys(OF_PYTHON, str(bundle))
    done = subprocess.run(
        [sys.executable, "-c", f"port = {port}\n{CLIENTS[client]}"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = ("CERTIFICATE_VERIFY_FAILED", "FutureTimeoutError")
    assert done.returncode == 0 or any(why in done.stderr for why in refused), done.stderr
    return done.returncode == 0


Scene = tuple[Mapping[str, Mapping[str, int]], Path, Path]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Ports of servers by who signed their certificates, the joined bundle, and the company's alone."""
    folder, public = tmp_path_factory.mktemp("tls"), authority("Public Root")
    ports, ends = dict[str, dict[str, int]](), list[Any]()
    for name, signer in {"company": COMPANY, "public": public}.items():
        web = served(server_of(signer), folder / name)
        server, port = served_by_grpc(server_of(signer))
        ends += [web.shutdown, lambda server=server: server.stop(None)]
        ports[name] = {**dict.fromkeys(CLIENTS, web.server_address[1]), "grpc": port}
    stand_in = folder / "public.pem"
    stand_in.write_text(public.pem)
    with pytest.MonkeyPatch.context() as patched:
        # No test reaches a server whose certificate a public authority signed: another one stands for them.
        patched.setattr(certifi, "where", lambda: str(stand_in))
        text = bundle_of(recorded("local-dev", COMPANY.pem)).inputs["data"]["bundle.pem"]
    joined, alone = folder / "joined.pem", folder / "alone.pem"
    joined.write_text(text)
    alone.write_text(COMPANY.pem)
    yield ports, joined, alone
    for end in ends:
        end()


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_trust_the_company_and_the_public(client: str, scene: Scene) -> None:
    ports, joined, alone = scene
    assert not trusts(client, ports["company"][client], None), "as it is without the key"
    assert trusts(client, ports["company"][client], joined)
    assert trusts(client, ports["public"][client], joined)
    if client != "redis":  # which trusts what the machine has besides
        assert not trusts(client, ports["public"][client], alone), "why the two are joined"
