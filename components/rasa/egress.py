"""With whom each of our pods has to talk: the contract's connections, as rules of a network policy.

Pure: connections → rules. A server of this cluster is told by its pods, a managed one by the range of its
network, any other by its address if that is one, and else by its port alone: policies know no names. What a
document of the operator's names (a language model, an action server, a tracing collector) is found there.
Names that end in `.svc`, or have no dot, are Services of this cluster; behind a Service a pod may listen on
another port, so there the namespace counts and not the port.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import urlsplit

from pulumi import Output

from components.contract.cluster import Kubernetes
from components.contract.companions import ActionServer, Analytics, Collector, Duckling, NlgServer
from components.contract.connections import (
    S3,
    AzureBlob,
    Connection,
    CustomTrackerStore,
    DynamoDb,
    Gcs,
    Kafka,
    ModelServer,
    MongoDb,
    Postgres,
    RabbitMq,
    Redis,
    Vault,
    Volume,
)
from components.contract.secrets import StoredSecretLogin
from components.contract.terms import Flavor
from components.kubernetes.documents import Block, Document
from components.kubernetes.network_policies import ANYWHERE, AddressPeer, PodsPeer, Rule
from components.rasa.args import Connections

HTTPS = 443
DNS = 53
OPENSHIFT_DNS = 5353
"""What its DNS pods listen on, behind the Service's 53 (docs/cloud-services.md, OpenShift)."""
MONGODB_SRV_PORTS = (27017, 10260)
"""The ports are in the DNS record, which nobody has read: MongoDB's own, and Azure DocumentDB's."""
DEFAULT_PORTS = {"http": 80, "https": HTTPS, "grpc": 80, "grpcs": HTTPS}
HOST_AND_PORT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.-]*:\d{2,5}$")
IN_CLUSTER = re.compile(r"^[a-z0-9-]+\.(?P<namespace>[a-z0-9-]+)\.svc(\.cluster\.local)?\.?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """One connection's servers: `host:port[,host:port…]`, an empty host for any."""

    what: str
    addresses: Output[str]
    connection: Connection


def servers(connections: Connections) -> Iterator[Server]:
    """Whatever Rasa dials that the contract knows of; HTTPS APIs of clouds are `everywhere`'s part."""
    named: dict[str, Connection | None] = {
        "model storage": connections.model_storage,
        "lock store": connections.lock_store,
        "tracker store": connections.tracker_store,
        "event broker": connections.event_broker,
        "secrets manager": connections.secrets_manager,
        "NLG server": connections.nlg,
    }
    beside = connections.companions
    named |= {
        "action server": beside.actions if isinstance(beside.actions, ActionServer) else None,
        "Duckling": beside.duckling,
        "traces": beside.tracing,
        "metrics": beside.metrics,
    }
    for what, connection in named.items():
        if connection is not None and (addresses := _addresses(connection)) is not None:
            yield Server(what=what, addresses=addresses, connection=connection)


def egress(
    reached: Iterable[Server], cluster: Kubernetes, managed: frozenset[str], document: Block
) -> Output[Sequence[Rule]]:
    """All rules that lead out of a pod which dials these servers; `managed` are those of our own network."""
    listed = list(reached)
    known = Output.all(*(server.addresses for server in listed))
    return known.apply(
        lambda addresses: (
            *cluster_rules(cluster),
            *https_rule(),
            *(
                rule
                for server, text in zip(listed, addresses, strict=True)
                for rule in rules_to(
                    server.what,
                    text,
                    pods=server.connection.pods
                    and PodsPeer(
                        namespace=server.connection.pods.namespace, labels=server.connection.pods.labels
                    ),
                    cidr=cluster.cluster_network.stores_cidr if server.what in managed else None,
                    namespace=cluster.namespace,
                )
            ),
            *rules_of(document, namespace=cluster.namespace),
        )
    )


def setup_egress(
    databases: Iterable[Postgres], cluster: Kubernetes, managed: frozenset[str]
) -> Output[Sequence[Rule]]:
    """The rules of the Jobs that make roles: of Rasa, and of the analytics."""
    listed = list(databases)
    reached = [
        Server(what="tracker store", addresses=_host(one.host, one.port), connection=one) for one in listed
    ]
    whole = egress(reached, cluster, managed, {})
    # The password of an administrator is read over HTTPS, or not read at all.
    reads = any(isinstance(one.admin, StoredSecretLogin) for one in listed)
    return whole.apply(lambda rules: tuple(rule for rule in rules if reads or rule not in https_rule()))


def analytics_egress(
    analytics: Analytics, cluster: Kubernetes, managed: frozenset[str]
) -> Output[Sequence[Rule]]:
    """The rules of Rasa Pro Services: Kafka and its database."""
    database, events = analytics.database, analytics.events
    reached = [
        Server(what="tracker store", addresses=_host(database.host, database.port), connection=database),
        Server(what="event broker", addresses=events.bootstrap, connection=events),
    ]
    return egress(reached, cluster, managed, {})


def cluster_rules(cluster: Kubernetes) -> Iterator[Rule]:
    """What any pod needs: names, and its cloud identity."""
    yield _dns(cluster.flavor, cluster.cluster_network.dns)
    for service in cluster.cluster_network.identity:
        yield Rule(what="cloud identity", peers=(AddressPeer(cidr=service.cidr),), ports=service.ports)


def https_rule() -> tuple[Rule, ...]:
    """Language models, buckets, the clouds' APIs and logins: HTTPS, by names that policies do not know."""
    return (Rule(what="HTTPS", peers=(AddressPeer(cidr=ANYWHERE),), ports=(HTTPS,)),)


def rules_to(
    what: str, addresses: str, *, pods: PodsPeer | None = None, cidr: str | None = None, namespace: str
) -> Iterator[Rule]:
    """The rules for `host:port[,host:port…]`; no port: to all."""
    found = [_split(address) for address in addresses.split(",") if address]
    ports = tuple(sorted({port for _, port in found if port}))
    if pods is not None:
        yield Rule(what=what, peers=(pods,), ports=ports)
        return
    outside = dict[str, set[int]]()
    for host, port in found:
        inside = namespace_of(host, namespace)
        if inside is not None:
            yield Rule(what=what, peers=(PodsPeer(namespace=inside),))
        else:
            outside.setdefault(f"{host}/32" if _is_address(host) else cidr or ANYWHERE, set()).add(port)
    for where, open_ports in sorted(outside.items()):
        exact = () if 0 in open_ports else tuple(sorted(open_ports))
        yield Rule(what=what, peers=(AddressPeer(cidr=where),), ports=exact)


def rules_of(document: Block, *, namespace: str) -> Iterator[Rule]:
    """The rules for whatever an operator's document names: URLs, `host:port`, `host` beside `port`."""
    for address in sorted(set(addresses_in(document))):
        host, port = _split(address)
        if port == HTTPS and namespace_of(host, namespace) is None and not _is_address(host):
            continue  # part of `everywhere`
        yield from rules_to("extra endpoints", address, namespace=namespace)


def addresses_in(document: Document) -> Iterator[str]:
    """Every `host:port` in a document."""
    if isinstance(document, Mapping):
        host, port = document.get("host"), document.get("port")
        if isinstance(host, str) and isinstance(port, int):
            yield f"{host}:{port}"
            if isinstance(grpc := document.get("grpc_port"), int):
                yield f"{host}:{grpc}"
        for value in document.values():
            yield from addresses_in(value)
    elif isinstance(document, str):
        if (url := _url(document)) is not None:
            yield url
        elif HOST_AND_PORT.match(document):
            yield document
    elif isinstance(document, Sequence):
        for value in document:
            yield from addresses_in(value)


def _url(text: str) -> str | None:
    """`host:port` of a URL; what cannot be read as one is none (the configuration's rules say so)."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return f"{host}:{port or DEFAULT_PORTS[parts.scheme]}" if parts.scheme in DEFAULT_PORTS and host else None


def namespace_of(host: str, own: str) -> str | None:
    """The namespace of a Service's name; None for a host outside of the cluster."""
    if host and "." not in host and host != "localhost":
        return own
    found = IN_CLUSTER.match(host)
    return found["namespace"] if found else None


def _dns(flavor: Flavor, addresses: tuple[str, ...]) -> Rule:
    direct = tuple(AddressPeer(cidr=cidr) for cidr in addresses)
    if flavor == "openshift":
        pods, port = (PodsPeer(namespace="openshift-dns"),), OPENSHIFT_DNS
    else:
        # The second is the cache on each node, where there is one.
        pods, port = (
            tuple(
                PodsPeer(namespace="kube-system", labels={"k8s-app": name})
                for name in ("kube-dns", "node-local-dns")
            ),
            DNS,
        )
    return Rule(what="DNS", peers=(*pods, *direct), ports=(port,), protocols=("UDP", "TCP"))


def _addresses(connection: Connection) -> Output[str] | None:  # noqa: PLR0911 (one line for each kind)
    """Where a connection's servers listen; None: behind the HTTPS API of a cloud, or nowhere."""
    match connection:
        case Postgres() | RabbitMq():
            return _host(connection.host, connection.port)
        case Redis():
            # Sentinels and cluster nodes name further addresses: on the same ports, or on Redis' own.
            nodes = ",".join(connection.endpoints)
            found = "" if connection.mode == "standard" else ":6379"
            return Output.concat(_host(connection.host, connection.port), ",", nodes, ",", found)
        case Kafka():
            return connection.bootstrap
        case MongoDb():
            return connection.hosts.apply(_srv) if connection.srv else connection.hosts
        case S3():
            return None if connection.endpoint is None else connection.endpoint.apply(_of_url)
        case CustomTrackerStore():
            # A class of the operator's own, which dials whom it likes.
            port = connection.options.get("port")
            return Output.from_input(f"{connection.options.get('host', '')}:{port or 0}")
        case AzureBlob() | DynamoDb() | Gcs() | Volume():
            return None
        case (
            ModelServer(url=url)
            | NlgServer(url=url)
            | ActionServer(url=url)
            | Duckling(url=url)
            | Vault(address=url)
        ):
            return url.apply(_of_url)
        case Collector():
            return Output.from_input(connection.endpoint)
        case _:
            raise AssertionError(f"{type(connection).__name__} does not say where it is")


def _host(host: Output[str], port: int) -> Output[str]:
    return Output.concat(host, f":{port}")


def _srv(host: str) -> str:
    return ",".join(f"{host}:{port}" for port in MONGODB_SRV_PORTS)


def _of_url(url: str) -> str:
    return ",".join(addresses_in(url))


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True
