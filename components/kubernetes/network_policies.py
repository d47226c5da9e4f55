"""Network policies: who may talk to a set of pods, and whom these pods may talk to. All else is refused.

A component that runs pods gives their rules (`NetworkPolicyArgs`) and gets one policy for them; `DefaultDeny`
refuses everything to the pods of a namespace that no policy selects. Standard policies, which every network
plug-in in use here enforces (EKS Auto Mode, once told to; Cilium on AKS and GKE; OVN on OpenShift). They know
addresses and pods, not names: a server outside the cluster that is known by its name can be told apart by its
port only. Answers to a connection that was let through need no rule.

What it deliberately does not do: rules for nodes (a kubelet may always probe the pods of its node), and the
network plug-ins' own kinds of policies, which differ from cloud to cloud.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Literal

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorRequirementArgs, ObjectMetaArgs
from pulumi_kubernetes.networking import v1

from components.contract.cluster import LINK_LOCAL

ANYWHERE = "0.0.0.0/0"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The one label that every namespace has (Kubernetes documentation, "Automatic labelling")."""
LARGEST_PORT = 65535
EVERY_PORT = range(1, LARGEST_PORT + 1)
NODE_PORTS = range(30000, 32768)
"""Where any node answers for a Service of type NodePort (Kubernetes documentation, "Service", NodePort)."""
OPERATORS: Mapping[str, str] = {"rasa-pulumi/operators": "true"}
"""Label of the operators' namespaces: operators connect to the servers that they run in Rasa's namespace."""

Protocol = Literal["TCP", "UDP"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PodsPeer:
    """Pods of this cluster."""

    namespace: str | None = None
    """None: of any namespace that `namespace_labels` selects."""
    namespace_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Empty: all pods there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPeer:
    """Addresses."""

    cidr: str = ANYWHERE


Peer = PodsPeer | AddressPeer


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One allowed connection: its purpose, its peers, its ports."""

    what: str
    """The purpose in words, for tests and messages; a NetworkPolicy has no field for it."""
    peers: tuple[Peer, ...]
    ports: tuple[int | range, ...] = ()
    """Of the pods themselves, behind any Service; empty: all, of every protocol."""
    protocols: tuple[Protocol, ...] = ("TCP",)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPolicyArgs:
    """Pods of one namespace, and their rules."""

    namespace: Input[str]
    selects: Mapping[str, Sequence[str]]
    """Label → values: selects the pods that have, of each label, one of its values."""
    ingress: Input[Sequence[Rule]] = ()
    egress: Input[Sequence[Rule]] = ()


class NetworkPolicy(ComponentResource):
    """Allows these pods the connections of these rules, and refuses all others."""

    name: Output[str]

    def __init__(self, name: str, args: NetworkPolicyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:NetworkPolicy", name, {}, opts)
        exact = {label: values[0] for label, values in args.selects.items() if len(values) == 1}
        several = [
            LabelSelectorRequirementArgs(key=label, operator="In", values=list(values))
            for label, values in sorted(args.selects.items())
            if label not in exact
        ]
        made = v1.NetworkPolicy(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace),
            spec=v1.NetworkPolicySpecArgs(
                pod_selector=LabelSelectorArgs(match_labels=exact, match_expressions=several or None),
                policy_types=["Ingress", "Egress"],
                ingress=Output.from_input(args.ingress).apply(ingress_rules),
                egress=Output.from_input(args.egress).apply(egress_rules),
            ),
            opts=ResourceOptions(parent=self),
        )
        self.name = made.metadata.name
        self.register_outputs({"name": self.name})


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultDenyArgs:
    """A namespace that holds pods of this stack alone."""

    namespace: Input[str]


class DefaultDeny(ComponentResource):
    """Refuses every connection to and from the namespace's pods that no other policy allows."""

    def __init__(self, name: str, args: DefaultDenyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:DefaultDeny", name, {}, opts)
        v1.NetworkPolicy(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace),
            spec=v1.NetworkPolicySpecArgs(
                pod_selector=LabelSelectorArgs(), policy_types=["Ingress", "Egress"]
            ),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def ingress_rules(rules: Sequence[Rule]) -> list[v1.NetworkPolicyIngressRuleArgs]:
    """As Kubernetes writes them."""
    return [v1.NetworkPolicyIngressRuleArgs(from_=_peers(rule), ports=_ports(rule)) for rule in rules]


def egress_rules(rules: Sequence[Rule]) -> list[v1.NetworkPolicyEgressRuleArgs]:
    """As Kubernetes writes them."""
    return [v1.NetworkPolicyEgressRuleArgs(to=_peers(rule), ports=_ports(rule)) for rule in rules]


def _peers(rule: Rule) -> list[v1.NetworkPolicyPeerArgs]:
    # Kubernetes reads a rule without peers as "everybody": refuse to write one.
    assert rule.peers, f"{rule.what}: a rule without peers"
    return [_pods(peer) if isinstance(peer, PodsPeer) else _addresses(peer) for peer in rule.peers]


def _pods(peer: PodsPeer) -> v1.NetworkPolicyPeerArgs:
    name = {} if peer.namespace is None else {NAMESPACE_NAME: peer.namespace}
    return v1.NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(match_labels={**name, **peer.namespace_labels}),
        pod_selector=LabelSelectorArgs(match_labels=dict(peer.labels)) if peer.labels else None,
    )


def _addresses(peer: AddressPeer) -> v1.NetworkPolicyPeerArgs:
    # A range that holds the metadata services leaves them out; Kubernetes wants exceptions to lie within it.
    wide = ip_network(peer.cidr, strict=False)
    hidden = [
        range_
        for range_ in LINK_LOCAL
        if (held := ip_network(range_)).version == wide.version and held != wide and wide.supernet_of(held)  # pyright: ignore[reportArgumentType] (of one version)
    ]
    return v1.NetworkPolicyPeerArgs(ip_block=v1.IPBlockArgs(cidr=peer.cidr, except_=hidden or None))


def _ports(rule: Rule) -> list[v1.NetworkPolicyPortArgs] | None:
    """None where every port of every protocol is meant."""
    if not rule.ports:
        return None
    return [
        v1.NetworkPolicyPortArgs(port=port, protocol=protocol)
        if isinstance(port, int)
        else v1.NetworkPolicyPortArgs(port=port.start, end_port=port.stop - 1, protocol=protocol)
        for port in rule.ports
        for protocol in rule.protocols
    ]
