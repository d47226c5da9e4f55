"""Lock store and timer store inside Kubernetes: Valkey, the official image, with Sentinels in production.

Neither an operator nor a chart: Valkey's own operator is at its first version of the API (v1alpha1, 0.4.0)
and knows the cluster mode alone; Valkey's own chart (0.11.0) makes every other pod a replica of its first pod
for ever (valkey/templates/init_config.yaml, `replicaof`), so that no lock can be taken while that one is
lost; Bitnami's images are no longer maintained. Instead there are three short scripts (`valkey/`).

In production three pods on three nodes, each with a Sentinel: when the primary is silent for five seconds,
two of them make another pod the primary, and Rasa asks them whom to dial. TLS with an authority of its own
and a login everywhere but on the Sentinels' port for Rasa, which can use neither there (docs/rasa-pro.md,
Redis Sentinel; `valkey/watch.sh` says what that port answers).

What it deliberately does not do: promise durability. Locks live for seconds, timers for as long as a session;
both outlive a restart, and a failover may forget the last second of them. No backup.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import pulumi_random as random
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components.contract.connections import Pods, Redis
from components.contract.provider import LockStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size
from components.in_cluster.lock_store_pods import (
    PORT,
    SCRIPT_FILES,
    SENTINEL_PORT,
    SERVICE,
    Files,
    Server,
    create_pods,
    read,
)
from components.in_cluster.placement import Placement
from components.kubernetes.server_certificate import create_server_certificate

USER = "rasa"
RIGHTS = "~* &* +@all -@admin -@dangerous +keys"
"""What Rasa needs: data, scripts, and KEYS, which counts as dangerous but is how `concurrent_redis` lists the
tickets of a lock (docs/rasa-pro.md, Locks)."""
REPLICA_RIGHTS = "+psync +replconf +ping"
SENTINEL_RIGHTS = (
    "allchannels +multi +slaveof +replicaof +ping +exec +subscribe +config|rewrite +role +publish +info "
    "+client|setname +client|kill +script|kill"
)
"""The rights that Valkey's documentation lists ("Sentinel", "Access control list authentication")."""
ASKING_RIGHTS = (
    "-@all +ping +hello +client|setname +client|setinfo "
    "+sentinel|masters +sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|replicas"
)
"""What a client without a login may ask a Sentinel: the address of the primary."""
PASSWORD_LENGTH = 40

SERVERS: Mapping[tuple[Profile, Size], Server] = {
    # Locks and timers are small; what grows with the load is the number of commands a second.
    ("dev", "small"): Server(pods=1, cpu="50m", memory_mib=128),
    ("dev", "medium"): Server(pods=1, cpu="100m", memory_mib=256),
    ("dev", "large"): Server(pods=1, cpu="250m", memory_mib=512),
    ("production", "small"): Server(pods=3, cpu="250m", memory_mib=512),
    ("production", "medium"): Server(pods=3, cpu="500m", memory_mib=1024),
    ("production", "large"): Server(pods=3, cpu="1", memory_mib=4096),
}


class LockStore(ComponentResource):
    """The pods, their configuration, and their users."""

    connection: Redis

    def __init__(
        self, name: str, args: LockStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:in_cluster:LockStore", name, {}, opts)
        place, server = args.placement, SERVERS[args.profile, args.size]
        child, labels = ResourceOptions(parent=self), {"app.kubernetes.io/name": name}
        password = random.RandomPassword(name, length=PASSWORD_LENGTH, special=False, opts=child)
        inner = random.RandomPassword(f"{name}-inner", length=PASSWORD_LENGTH, special=False, opts=child)
        host = f"{name}.{place.domain}"
        certificate = create_server_certificate(name, (host, f"*.{host}"), parent=self)
        files = Files(
            config=self._config_map(name, place, server),
            tls=self._secret(f"{name}-tls", place, certificate.files),
            users=self._secret(f"{name}-users", place, _users(password.result, inner.result)),
        )
        service = v1.Service(
            name,
            metadata=ObjectMetaArgs(name=name, namespace=place.access.namespace),
            spec=v1.ServiceSpecArgs(
                cluster_ip="None",
                selector=labels,
                ports=[v1.ServicePortArgs(name="valkey", port=PORT)],
                # Replicas and Sentinels find each other by name before they are ready.
                publish_not_ready_addresses=True,
            ),
            opts=child,
        )
        pods = create_pods(name, args, server, files, labels=labels, host=host, parent=self)
        if server.pods > 1:
            selector = LabelSelectorArgs(match_labels=labels)
            PodDisruptionBudget(
                name,
                metadata=ObjectMetaArgs(namespace=place.access.namespace),
                spec=PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=selector),
                opts=child,
            )
        sentinels = tuple(f"{name}-{pod}.{host}:{SENTINEL_PORT}" for pod in range(server.pods))
        several = server.pods > 1
        self.connection = Redis(
            host=Output.from_input(host),
            port=PORT,
            tls=True,
            ca=certificate.authority,
            login=PasswordLogin(username=USER, password=Output.secret(password.result)),
            mode="sentinel" if several else "standard",
            endpoints=sentinels if several else (),
            sentinel_service=SERVICE if several else None,
            ready=(service, pods),
            pods=Pods(
                namespace=place.access.cluster.namespace,
                labels=labels,
                ports=(PORT, SENTINEL_PORT) if several else (PORT,),
            ),
        )
        self.register_outputs({"host": self.connection.host})

    def _config_map(self, name: str, place: Placement, server: Server) -> Output[str]:
        settings = f"{read('valkey.conf')}maxmemory {server.valkey_mib}mb\n"
        made = v1.ConfigMap(
            name,
            metadata=ObjectMetaArgs(namespace=place.access.namespace),
            # Immutable: a change makes a ConfigMap of another name, and so replaces the pods that read it.
            immutable=True,
            data={**{file: read(file) for file in SCRIPT_FILES}, "valkey.conf": settings},
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _secret(self, name: str, place: Placement, content: Mapping[str, Output[str]]) -> Output[str]:
        made = v1.Secret(
            name,
            metadata=ObjectMetaArgs(namespace=place.access.namespace),
            immutable=True,
            string_data=content,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name


def _users(password: Output[str], inner: Output[str]) -> dict[str, Output[str]]:
    """The users with the hashes of their passwords, and the one password that the pods need in plain text."""
    both = Output.all(password, inner).apply(lambda known: [sha256(p.encode()).hexdigest() for p in known])
    valkey = both.apply(
        lambda hashes: (
            "user default off\n"
            f"user {USER} on #{hashes[0]} {RIGHTS}\n"
            f"user replica on #{hashes[1]} {REPLICA_RIGHTS}\n"
            f"user sentinel on #{hashes[1]} {SENTINEL_RIGHTS}\n"
        )
    )
    sentinel = both.apply(
        lambda hashes: f"user default on nopass {ASKING_RIGHTS}\nuser sentinel on #{hashes[1]} ~* &* +@all\n"
    )
    return {
        "valkey.acl": Output.secret(valkey),
        "sentinel.acl": Output.secret(sentinel),
        "password": Output.secret(inner),
    }
