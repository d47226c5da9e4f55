"""The egress rules of the assistant's pods: connections in, rules of a network policy out. Pure.

Network policies match pods and addresses, not DNS names. Servers of this cluster are matched by the labels of
their pods, managed stores by the range of their network, others by IP address, or by port where only a name
is known. Servers that a document of the operator's names (a language model, an action server, a collector)
are read from the document. Names that end in `.svc`, or have no dot, are Services of this cluster; behind a
Service a pod may listen on another port, so the rule names the namespace and no port.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address

from pulumi import Output

from components.contract.cluster import Kubernetes
from components.contract.companions import Analytics
from components.contract.connections import Postgres
from components.contract.secrets import StoredSecretLogin
from components.contract.terms import Flavor
from components.kubernetes.documents import Block
from components.kubernetes.network_policies import ANYWHERE, AddressPeer, PodsPeer, Rule
from components.rasa.connections.addresses import HTTPS, addresses_in, host_and_port
from components.rasa.connections.event_broker import event_broker
from components.rasa.connections.rendered import Rendered
from components.rasa.connections.tracker_store import WHAT

DNS = 53
OPENSHIFT_DNS = 5353
"""What its DNS pods listen on, behind the Service's 53 (docs/cloud-services.md, OpenShift)."""
IN_CLUSTER = re.compile(r"^[a-z0-9-]+\.(?P<namespace>[a-z0-9-]+)\.svc(\.cluster\.local)?\.?$")


def egress(
    reached: Iterable[Rendered], cluster: Kubernetes, managed: frozenset[str], document: Block
) -> Output[Sequence[Rule]]:
    """All rules that lead out of a pod which dials these servers; `managed` are those of our own network."""
    listed = [(one.what, one.connection and one.connection.pods, one.addresses) for one in reached]
    listed = [(what, pods, addresses) for what, pods, addresses in listed if addresses is not None]
    known = Output.all(*(addresses for _, _, addresses in listed))
    return known.apply(
        lambda addresses: (
            *cluster_rules(cluster),
            *https_rule(),
            *(
                rule
                for (what, pods, _), text in zip(listed, addresses, strict=True)
                for rule in rules_to(
                    what,
                    text,
                    pods=pods and PodsPeer(namespace=pods.namespace, labels=pods.labels),
                    cidr=cluster.cluster_network.stores_cidr if what in managed else None,
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
    whole = egress(map(_database, listed), cluster, managed, {})
    # The password of an administrator is read over HTTPS, or not read at all.
    reads = any(isinstance(one.admin, StoredSecretLogin) for one in listed)
    return whole.apply(lambda rules: tuple(rule for rule in rules if reads or rule not in https_rule()))


def analytics_egress(
    analytics: Analytics, cluster: Kubernetes, managed: frozenset[str]
) -> Output[Sequence[Rule]]:
    """The rules of Rasa Pro Services: Kafka and its database."""
    return egress([_database(analytics.database), event_broker(analytics.events)], cluster, managed, {})


def _database(store: Postgres) -> Rendered:
    return Rendered(what=WHAT, connection=store, addresses=host_and_port(store.host, store.port))


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
            continue  # `https_rule` has it
        yield from rules_to("extra endpoints", address, namespace=namespace)


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


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True
