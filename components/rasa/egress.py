"""The egress rules of the assistant's pods: connections in, rules of a network policy out. Pure.

Network policies match pods and addresses, not DNS names. Servers of this cluster are matched by the labels of
their pods, managed stores by the range of their network, others by IP address, or by port where only a name
is known. Servers that a document of the operator's names (a language model, an action server, a collector)
are read from the document. What may be the name of a Service of this cluster (`spec/service_names.py`) leads
to its namespace; behind a Service a pod may listen on another port, so that rule names no port. A server that
tells its clients further addresses (`Rendered.discovers`) is reached on its ports at any address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pulumi import Output

from components.contract.cluster import Kubernetes
from components.contract.companions import Analytics
from components.contract.connections import Postgres
from components.contract.secrets import StoredSecretLogin
from components.contract.terms import Flavor
from components.kubernetes.documents import Block
from components.kubernetes.network_policies import ANYWHERE, NODE_PORTS, AddressPeer, PodsPeer, Rule
from components.rasa.connections.addresses import HTTPS, addresses_in, host_and_port, split
from components.rasa.connections.event_broker import event_broker
from components.rasa.connections.rendered import Rendered
from components.rasa.connections.tracker_store import WHAT
from components.rasa.spec.service_names import address_of, service_named

DNS = 53
OPENSHIFT_DNS = 5353
"""What its DNS pods listen on, behind the Service's 53 (docs/cloud-services.md, OpenShift)."""
NODE_CACHES = ("169.254.20.10/32", "169.254.25.10/32")
"""Where NodeLocal DNSCache answers on each node, as a host's process that no label selects: its own default
(kubernetes/kubernetes, cluster/addons/dns/nodelocaldns, `__PILLAR__LOCAL__DNS__`), and Kubespray's
(`nodelocaldns_ip`)."""


def egress(
    reached: Iterable[Rendered], cluster: Kubernetes, managed: frozenset[str], document: Block
) -> Output[Sequence[Rule]]:
    """All rules that lead out of a pod which dials these servers; `managed` are those of our own network."""
    listed = [one for one in reached if one.addresses is not None]
    known = Output.all(*(one.addresses for one in listed if one.addresses is not None))
    return known.apply(
        lambda addresses: (
            *cluster_rules(cluster),
            *https_rule(),
            *(
                rule
                for one, text in zip(listed, addresses, strict=True)
                for rule in _rules_to(one, text, cluster, managed)
            ),
            *rules_of(document, namespace=cluster.namespace),
        )
    )


def _rules_to(one: Rendered, addresses: str, cluster: Kubernetes, managed: frozenset[str]) -> Iterator[Rule]:
    pods = one.connection and one.connection.pods
    return rules_to(
        one.what,
        addresses,
        pods=pods and PodsPeer(namespace=pods.namespace, labels=pods.labels),
        cidrs=cluster.cluster_network.stores_cidrs if one.what in managed else (),
        namespace=cluster.namespace,
        discovers=one.discovers,
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
    what: str,
    addresses: str,
    *,
    pods: PodsPeer | None = None,
    cidrs: Sequence[str] = (),
    namespace: str,
    discovers: bool = False,
) -> Iterator[Rule]:
    """The rules for `host:port[,host:port…]`; port 0: to all of them."""
    every = (split(address) for address in addresses.split(",") if address)
    found = [(host, port) for host, port in every if not _is_loopback(host)]
    if pods is not None:
        yield Rule(what=what, peers=(pods,), ports=tuple(sorted({port for _, port in found if port})))
        return
    inside, outside = dict[str, None](), dict[str, set[int | range]]()
    for host, port in found:
        service = service_named(host, namespace)
        if service is not None:
            inside[service.namespace] = None
        if service is None or not service.only:
            exact = None if discovers else _range_of(host)
            # A broker behind a node's port has a port of its own.
            nodes = discovers and not cidrs and port in NODE_PORTS
            for where in [exact] if exact else cidrs or [ANYWHERE]:
                outside.setdefault(where, set()).add(NODE_PORTS if nodes else port)
    yield from (Rule(what=what, peers=(PodsPeer(namespace=each),)) for each in inside)
    for where, ports in sorted(outside.items()):
        listed = () if 0 in ports else tuple(sorted(ports, key=str))
        yield Rule(what=what, peers=(AddressPeer(cidr=where),), ports=listed)


def _is_loopback(host: str) -> bool:
    """Whether it is in the pod itself, which no network policy guards."""
    address = address_of(host)
    return host.lower().rstrip(".") == "localhost" if address is None else address.is_loopback


def rules_of(document: Block, *, namespace: str) -> Iterator[Rule]:
    """The rules for whatever an operator's document names: URLs, `host:port`, `host` beside `port`."""
    for address in sorted(set(addresses_in(document))):
        for rule in rules_to("extra endpoints", address, namespace=namespace):
            if rule.peers != https_rule()[0].peers or rule.ports != (HTTPS,):
                yield rule


def _range_of(host: str) -> str | None:
    """A literal address as a range; None for a name."""
    address = address_of(host)
    return None if address is None else f"{address}/{address.max_prefixlen}"


def _dns(flavor: Flavor, addresses: tuple[str, ...]) -> Rule:
    caches = () if flavor == "openshift" else NODE_CACHES
    direct = tuple(AddressPeer(cidr=cidr) for cidr in dict.fromkeys((*addresses, *caches)))
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
