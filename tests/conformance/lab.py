"""The servers of a run, each started when the first case asks for it, and how a pod is led to them.

What is changed of a pod is its addresses (host, port, URL), the authorities that it trusts, the certificate
that it shows, and, where no real login can be had, the identity: each line below that does so says which.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from components.kubernetes.documents import as_yaml
from tests.conformance import servers_cloud, servers_kafka, servers_other, servers_redis, servers_sql
from tests.conformance.pod import Pod
from tests.conformance.process import HOST, Processes, free_port
from tests.conformance.tools import NotRun, rasa_python
from tests.rasa.samples import REGION
from tests.recorder import value_of

ENDPOINTS = "/app/endpoints.yml"
MODEL, STACKS_MODEL = "prod/bot-7.tar.gz", "assistant-1.0.0.tar.gz"
PASSWORDS = {
    "EVENT_BROKER_PASSWORD": servers_kafka.PASSWORD,
    "LOCK_STORE_PASSWORD": servers_redis.PASSWORD,
    "NLG_SERVER_TOKEN": "planted-secret-nlg",
    "VAULT_TOKEN": "planted-secret-vault",
}
"""Of those that connections bring along; the database's is real, for its Job sets it."""
Document = dict[str, dict[str, Any]]


class Lab:
    """All servers, and the test's authority."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.certificates = folder / "certificates"
        self.certificates.mkdir()
        self.processes = Processes(folder)
        maker = Path(__file__).parent / "certificates.py"
        subprocess.run([str(rasa_python()), str(maker), str(self.certificates)], check=True)
        self.ca = (self.certificates / "ca.pem").read_text()

    @cached_property
    def postgres(self) -> servers_sql.Postgres:
        return servers_sql.postgres(self.processes, self.certificates)

    @cached_property
    def rds(self) -> servers_sql.Postgres:
        return servers_sql.postgres(self.processes, self.certificates)

    @cached_property
    def postgres_expired(self) -> servers_sql.Postgres:
        return servers_sql.postgres(self.processes, self.certificates, certificate="expired")

    @cached_property
    def redis(self) -> int:
        return servers_redis.redis(self.processes, self.certificates)

    @cached_property
    def redis_expired(self) -> int:
        return servers_redis.redis(self.processes, self.certificates, certificate="expired")

    @cached_property
    def redis_open(self) -> int:
        return servers_redis.open_redis(self.processes)

    @cached_property
    def redis_cluster(self) -> tuple[int, int]:
        return servers_redis.cluster(self.processes, self.certificates)

    @cached_property
    def sentinel(self) -> int:
        return servers_redis.sentinel(self.processes, self.certificates, self.redis)

    @cached_property
    def kafka(self) -> servers_kafka.Kafka:
        return servers_kafka.kafka(self.processes, self.certificates)

    @cached_property
    def moto(self) -> str:
        return servers_cloud.moto(self.processes, REGION, MODEL)

    @cached_property
    def gcs(self) -> str:
        return servers_cloud.gcs(self.processes, MODEL)

    @cached_property
    def blob(self) -> servers_cloud.Blob:
        return servers_cloud.blob(self.processes, self.certificates, MODEL, STACKS_MODEL)

    @cached_property
    def mongo(self) -> int:
        return servers_other.mongo(self.processes, self.certificates)

    @cached_property
    def https(self) -> int:
        return servers_other.https(self.processes, self.certificates)

    @cached_property
    def rabbit(self) -> servers_other.Rabbit:
        return servers_other.rabbit(self.processes, self.certificates, servers_other.RABBIT_USERS[0])

    @cached_property
    def rabbit_tls(self) -> servers_other.Rabbit:
        return servers_other.rabbit(
            self.processes, self.certificates, servers_other.RABBIT_USERS[1], "team/chat"
        )

    # -- a pod is led here -----------------------------------------------------------------------------

    def lead(self, pod: Pod) -> Document:
        """Change the pod's addresses; give back its endpoints.yml for a case to spoil (`write` it back)."""
        for path in pod.files:
            if path.endswith(("authority.pem", ".pem")):
                pod.files[path] = self.ca
        document: Document = yaml.safe_load(pod.files[ENDPOINTS])
        if "AWS_DEFAULT_REGION" in pod.env:
            # The pod's identity: AWS would vouch for it, here nobody does, and no server asks.
            pod.env = {**servers_cloud.AWS, **pod.env}
        # What a cloud would have made, or the operator's own Secrets hold: here the servers' passwords.
        stand_in = {name for name, value in pod.env.items() if not value.startswith("planted-secret-")}
        pod.env.update({name: value for name, value in PASSWORDS.items() if name in stand_in})
        self._tracker_store(pod, document["tracker_store"])
        self._redis(pod, document)
        self._event_broker(pod, document["event_broker"])
        self._models(pod, document)
        if "nlg" in document:
            # One that runs in the cluster asks for no token.
            path = "nlg" if "token" in document["nlg"] else "nlg-in-cluster"
            document["nlg"]["url"] = f"https://{HOST}:{self.https}/{path}"
            document["nlg"].setdefault("cafile", str(self.certificates / "ca.pem"))
        if "url" in document.get("action_endpoint", {}):
            scheme = "grpc" if document["action_endpoint"]["url"].startswith("grpc:") else "https"
            document["action_endpoint"]["url"] = f"{scheme}://{HOST}:{self.https}/webhook"
            document["action_endpoint"]["cafile"] = str(self.certificates / "ca.pem")
        if "secrets_manager" in document:
            # Vault's HTTP API as Rasa Pro's client uses it, and not Vault: see `report.SERVERS`.
            document["secrets_manager"]["url"] = f"https://{HOST}:{self.https}"
            # The image's public authorities do not vouch for loopback; the test's does.
            pod.env.setdefault("VAULT_CACERT", str(self.certificates / "ca.pem"))
        self.write(pod, document)
        return document

    def write(self, pod: Pod, document: Document) -> None:
        """Put endpoints.yml into the pod, as the chart writes it."""
        pod.files[ENDPOINTS] = value_of(as_yaml(document))

    def _tracker_store(self, pod: Pod, block: dict[str, Any]) -> None:
        kind = block["type"]
        if kind == "SQL":
            server = self.rds if "RDS_SQL_DB_AWS_IAM_ENABLED" in pod.env else self.postgres
            block.update(url=HOST, port=server.port)
            self._show(pod, block.get("query", {}), "sslcert", "sslkey")
        elif kind == "dynamo":
            pod.env["AWS_ENDPOINT_URL_DYNAMODB"] = self.moto
        elif kind == "mongod":
            if block["url"].startswith("mongodb+srv"):
                raise NotRun("an SRV record needs a DNS server that answers for a name of ours")
            block["url"] = block["url"].replace("mongo.example:27017", f"{HOST}:{self.mongo}")
        else:
            # The operator's class, as their image would bring it.
            pod.files["/app/our/__init__.py"] = ""
            pod.files["/app/our/stores.py"] = (
                "from rasa.core.tracker_stores.tracker_store import InMemoryTrackerStore\n"
                "class Store(InMemoryTrackerStore):\n"
                "    def __init__(self, host, domain, event_broker, **options):\n"
                "        assert host and options, 'no options came'\n"
                "        super().__init__(domain, event_broker)\n"
            )

    def _redis(self, pod: Pod, document: Document) -> None:
        mode = document["lock_store"].get("deployment_mode", "standard")
        user = document["lock_store"].get("username")
        if user and "password" not in document["lock_store"]:
            self._token_user(user, cluster=mode == "cluster")
        side_car = self._side_car(pod, document["lock_store"]["port"]) if pod.side_cars else None
        for block in (document["lock_store"], document["timer_store"]):
            if side_car is not None:
                block["port"] = side_car
            elif not block["use_ssl"]:
                block.update(host=HOST, port=self.redis_open)
            else:
                ports = self._redis_ports(mode)
                block.update(host=HOST, port=ports[0])
                if "endpoints" in block:
                    block["endpoints"] = [f"{HOST}:{port}" for port in ports]
                # The image's public authorities do not vouch for loopback; the test's does.
                block.setdefault("ssl_ca_certs", str(self.certificates / "ca.pem"))

    def _token_user(self, user: str, *, cluster: bool) -> None:
        """ElastiCache's IAM user: AWS would verify the token that comes as password, here any is right."""
        rules = servers_redis.RIGHTS.split()
        for port in self.redis_cluster if cluster else (self.redis,):
            servers_redis.ask(port, self.certificates, "ACL", "SETUSER", user, "on", "nopass", *rules)

    def _redis_ports(self, mode: str) -> tuple[int, ...]:
        match mode:
            case "cluster":
                return self.redis_cluster
            case "sentinel":
                return (self.sentinel,)
            case _:
                return (self.redis,)

    def _side_car(self, pod: Pod, port: int) -> int:
        """Start what stands in the pod, by its own files; only its own port and its server are others."""
        (side_car,) = pod.side_cars
        if not side_car.image.rpartition("/")[2].startswith("haproxy"):
            raise NotRun(f"a side-car of image {side_car.image} cannot be run here")
        listens, path = free_port(), f"/etc/{side_car.name}/haproxy.cfg"
        text = str(pod.files[path]).replace(f"127.0.0.1:{port}", f"127.0.0.1:{listens}")
        server = next(line for line in text.splitlines() if line.strip().startswith("server "))
        pod.files[path] = text.replace(server.split()[2], f"127.0.0.1:{self.redis}")
        pod.lay_out()
        arguments = [pod.placed(argument) for argument in side_car.arguments]
        servers_other.haproxy(self.processes, pod.folder, arguments, listens)
        return listens

    def _event_broker(self, pod: Pod, block: dict[str, Any]) -> None:
        if block["type"] == "pika":
            if str(block["url"]).startswith("amqps"):
                port = self.rabbit_tls.tls
                block["url"] = block["url"].replace("rabbit:5671", f"{HOST}:{port}")
            else:
                port, block["url"] = self.rabbit.plain, HOST
            block["port"] = port
            return
        how = {"PLAINTEXT": "plaintext", "SSL": "mutual"}.get(block["security_protocol"], "sasl")
        how = {"OAUTHBEARER": "oauth", "SCRAM-SHA-512": "scram"}.get(block.get("sasl_mechanism", ""), how)
        block["url"] = f"{HOST}:{getattr(self.kafka, how)}"
        if how != "plaintext":
            block.setdefault("ssl_cafile", str(self.certificates / "ca.pem"))
        self._show(pod, block, "ssl_certfile", "ssl_keyfile")

    def _show(self, pod: Pod, block: dict[str, Any], certificate: str, key: str) -> None:
        """Give the pod the certificate that the test's authority has signed, where it shows one."""
        for name, suffix in ((certificate, "pem"), (key, "key")):
            if name in block:
                pod.files[block[name]] = (self.certificates / f"client.{suffix}").read_text()

    def _models(self, pod: Pod, document: Document) -> None:
        if "models" in document:
            document["models"]["url"] = f"https://{HOST}:{self.https}/latest"
        elif "--remote-storage" not in pod.arguments:
            pod.files[f"/app/{pod.arguments[-1]}"] = servers_cloud.MODEL
        else:
            model = pod.arguments[-1].removesuffix(".tar.gz")
            self._lead_to_storage(pod, f"{model}.tar.gz")
            if "AZURE_ACCOUNT_KEY" in pod.env:
                # The samples' SAS is none; this one is Azurite's, and may read, as ours may.
                pod.env["AZURE_ACCOUNT_KEY"] = self.blob.sas

    def lead_upload(self, pod: Pod) -> None:
        """Lead the Job of the first model to the same storages, with a login that may write there."""
        if "--remote-storage" not in pod.arguments:
            Path(f"{pod.folder}/app/models").mkdir(parents=True)  # the claim, empty
            return
        if "AWS_DEFAULT_REGION" in pod.env:
            pod.env = {**servers_cloud.AWS, **pod.env}
        self._lead_to_storage(pod, "nothing.tar.gz")
        if "AZURE_ACCOUNT_KEY" in pod.env:
            pod.env["AZURE_ACCOUNT_KEY"] = servers_cloud.ACCOUNT_KEY

    def _lead_to_storage(self, pod: Pod, model: str) -> None:
        """Lead a pod to a storage; in a bucket that is not the lab's own there is that model."""
        storage = pod.arguments[pod.arguments.index("--remote-storage") + 1]
        bucket = pod.env.get("BUCKET_NAME", "")
        leads: dict[str, Callable[[], dict[str, str]]] = {
            "aws": lambda: self._s3(bucket, model),
            # The pod's Google identity: the emulator asks for none.
            "gcs": lambda: self._gcs(bucket, model),
            # The account's name is its host name.
            "azure": lambda: {**self.blob.environment, "AZURE_ACCOUNT_NAME": servers_cloud.ACCOUNT},
        }
        pod.env.update(leads[storage]())

    def _s3(self, bucket: str, model: str) -> dict[str, str]:
        if bucket != servers_cloud.BUCKET:
            servers_cloud.aws_bucket(self.moto, REGION, bucket, model)
        return {"AWS_ENDPOINT_URL_S3": self.moto}

    def _gcs(self, bucket: str, model: str) -> dict[str, str]:
        if bucket != servers_cloud.BUCKET:
            servers_cloud.gcs_bucket(self.gcs, bucket, model)
        return {"STORAGE_EMULATOR_HOST": self.gcs}
