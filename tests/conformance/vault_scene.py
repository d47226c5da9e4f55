"""Vault as the stack makes it, in the lab: its server, its cluster and its Jobs."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import Output

from components.contract.cluster import VaultSeal
from components.kubernetes.access import ClusterAccess
from components.rasa.spec.versions import Image
from components.vault.args import TOKEN_KEY, TOKEN_SECRET, VaultArgs
from components.vault.vault import Vault
from tests.conformance.lab import Lab
from tests.conformance.pod import Outcome, Pod, pod_of
from tests.conformance.servers_cloud import AWS
from tests.conformance.servers_vault import Cluster, Server, cluster, jwt, server
from tests.conformance.tools import rasa_python
from tests.rasa import samples
from tests.recorder import Recording, record

PASSWORD = "planted-secret-postgres"
LOGIN, SERVICE_ACCOUNT = "/var/run/secrets/vault", "/var/run/secrets/kubernetes.io/serviceaccount"
AWS_SETUP = """
import json, sys, boto3
endpoint, region = sys.argv[1:]
def client(service):
    return boto3.client(service, endpoint_url=endpoint, region_name=region)
key = client("kms").create_key()["KeyMetadata"]["KeyId"]
where = {"LocationConstraint": region}
import uuid
bucket = f"snapshots-{uuid.uuid4()}"
client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
secret = client("secretsmanager").create_secret(Name=f"recovery-{uuid.uuid4()}")["ARN"]
print(json.dumps({"key": key, "bucket": bucket, "secret": secret}))
"""
AWS_SECRET = """
import sys, boto3
client = boto3.client("secretsmanager", endpoint_url=sys.argv[1], region_name=sys.argv[2])
print(client.get_secret_value(SecretId=sys.argv[3])["SecretString"])
"""
AWS_OBJECTS = """
import sys, boto3
client = boto3.client("s3", endpoint_url=sys.argv[1], region_name=sys.argv[2])
for each in client.list_objects_v2(Bucket=sys.argv[3]).get("Contents", []):
    sys.stdout.buffer.write(client.get_object(Bucket=sys.argv[3], Key=each["Key"])["Body"].read())
"""


def script(code: str, *arguments: str) -> bytes:
    """Run a few lines with boto3, as somebody whom AWS lets in."""
    env = {"PATH": "/usr/bin:/bin", **AWS}
    command = [str(rasa_python()), "-c", code, *arguments]
    return subprocess.run(command, env=env, capture_output=True, check=True, timeout=60).stdout


@dataclass
class VaultScene:
    """One Vault."""

    lab: Lab
    folder: Path
    cloud: Mapping[str, str]
    """What AWS (moto) lends; nothing, where there is no cloud."""
    server: Server
    cluster: Cluster
    content: dict[str, Any] = field(default_factory=dict[str, Any])
    runs: int = 0

    def bootstrap(self, **content: str | Output[str]) -> Outcome:
        """Run the Job as it stands in the stack; `content` is what the stack now wants in Vault."""
        self.content |= content
        pod = self.pod("vault-bootstrap")
        reviewer = {
            "kubernetes_host": self.cluster.url,
            "kubernetes_ca_cert": self.lab.ca,
            "token_reviewer_jwt": jwt("vault"),
        }
        pod.env.update(
            PEERS=self.server.url,
            KUBERNETES_API=self.cluster.url,
            SERVICE_ACCOUNT=f"{pod.folder}{SERVICE_ACCOUNT}",
            NAMESPACE="rasa",
            # Where there is no pod, its own authority and its own token are not where Vault would look.
            KUBERNETES_AUTH=json.dumps(reviewer),
            WAIT_SECONDS="30",
            PAUSE_SECONDS="0",
        )
        pod.files[f"{SERVICE_ACCOUNT}/token"] = jwt("vault-bootstrap")
        pod.files[f"{SERVICE_ACCOUNT}/ca.crt"] = self.lab.ca
        return self.run(pod)

    def snapshot(self) -> Outcome:
        """Run one Job of the CronJob."""
        pod = self.pod("vault-snapshot")
        pod.env["RASA_TOKEN"] = self.token
        return self.run(pod)

    def run(self, pod: Pod) -> Outcome:
        """Run it, and see that no secret is printed."""
        outcome = pod.run()
        told = {self.cluster.secrets.get("vault-bootstrap", {}).get("root-token", ""), self.token}
        for secret in {*told, PASSWORD, *self.recovery_keys()} - {""}:
            assert secret not in outcome.output
        return outcome

    def pod(self, job: str) -> Pod:
        """A Job's pod, led to this Vault."""
        self.runs += 1
        pod = pod_of(recording(self.cloud, self.content), job, self.folder / f"{job}-{self.runs}")
        pod.env.update(VAULT_ADDR=self.server.url)
        if self.cloud:
            # The identity of the pod, and where AWS is.
            names = ("SECRETS_MANAGER", "S3", "KMS")
            pod.env.update(AWS, AWS_DEFAULT_REGION=samples.REGION)
            pod.env.update({f"AWS_ENDPOINT_URL_{name}": self.lab.moto for name in names})
        pod.files[f"{LOGIN}/token"] = jwt(job)
        pod.files = {
            path: self.lab.ca if path.endswith("vault-jobs/ca.crt") else text
            for path, text in pod.files.items()
        }
        return pod

    @property
    def token(self) -> str:
        """Rasa's."""
        return self.cluster.secrets.get(TOKEN_SECRET, {}).get(TOKEN_KEY, "")

    def recovery_keys(self) -> list[str]:
        """What the cloud's secret store holds."""
        if not self.cloud:
            return list(self.cluster.secrets.get("vault-unseal", {}).values())
        try:
            text = script(AWS_SECRET, self.lab.moto, samples.REGION, self.cloud["secret"])
        except subprocess.CalledProcessError:
            return []
        return json.loads(text).get("recovery_keys", [])

    def log_in(self, role: str) -> str:
        """As a person does it with `kubectl create token`."""
        body = {"role": role, "jwt": jwt(f"vault-{role}")}
        return self.server.ask("POST", "auth/kubernetes/login", "", body)["auth"]["client_token"]

    def snapshots(self) -> list[bytes]:
        """What the bucket holds."""
        found = script(AWS_OBJECTS, self.lab.moto, samples.REGION, self.cloud["bucket"])
        return [found] if found else []

    def read_soon(self) -> Any:
        """The same, once there is a leader again."""
        end = time.monotonic() + 30
        while True:
            try:
                return self.read()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def read(self) -> Any:
        """What Rasa would read."""
        return self.server.ask("GET", "secret/data/rasa/tracker-store", self.token)["data"]


def vault_scene(lab: Lab, folder: Path, *, cloud: bool) -> VaultScene:
    """A server that nobody has initialised yet."""
    lent: Mapping[str, str] = json.loads(script(AWS_SETUP, lab.moto, samples.REGION)) if cloud else {}
    content = {"username": "rasa", "password": Output.secret(PASSWORD)}
    release = recording(lent, content).one("kubernetes:helm.sh/v3:Release", "vault")
    text = release.inputs["values"]["server"]["ha"]["raft"]["config"]
    started = server(lab.processes, lab.certificates, text, kms=lab.moto if cloud else None)
    made = VaultScene(lab, folder, lent, started, cluster(lab.certificates), content)

    def plug(name: str, written: dict[str, str]) -> None:
        if name == "vault-bootstrap" and "root-token" in written:
            if not cloud:
                key = made.cluster.secrets["vault-unseal"]["key"]
                started.ask("PUT", "sys/unseal", "", {"key": key})
            started.register_plugin(written["root-token"])

    made.cluster.before_write = plug
    return made


def recording(cloud: Mapping[str, str], content: Mapping[str, Any]) -> Recording[Vault]:
    """The stack's Vault, with the seal that `components/aws` makes, or none."""
    seal = None
    if cloud:
        seal = VaultSeal(
            stanza=Output.from_input(
                f'seal "awskms" {{\n  region     = "{samples.REGION}"\n  kms_key_id = "{cloud["key"]}"\n}}\n'
            ),
            service_account_annotations={},
            pod_labels={},
            recovery_keys=Output.from_input(cloud["secret"]),
            snapshots=Output.from_input(f"s3://{cloud['bucket']}"),
        )

    def program() -> Vault:
        args = VaultArgs(
            image=Image().name,
            access=ClusterAccess("cluster", samples.CLUSTER),
            profile="dev",
            deletion_protection=False,
            seal=seal,
            content=content,
        )
        return Vault("vault", args)

    return record(program)
