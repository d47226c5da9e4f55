"""The ingress: settings → the ingress's args, and who may call Rasa.

Built after the assistant, because it needs the name of the assistant's Service.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi import Output

from components.config import ingress as o
from components.config.model import secret
from components.config.settings import Settings
from components.contract import ingress as c
from components.contract.cluster import NAME_LABEL, Kubernetes
from components.kubernetes.network_policies import ANYWHERE, EVERY_PORT, AddressPeer, Peer, PodsPeer, Rule
from components.rasa.assistant import Assistant
from components.rasa.spec.channels import public_paths, stateful_channels
from components.rasa.values import PORT, RELEASE
from components.stack.platform import Platform
from components.stack.registry import pull_secret

OPENSHIFT_ROUTER = {"network.openshift.io/policy-group": "ingress"}
"""On the namespace of its router (docs/cloud-services.md, OpenShift)."""


def open_ingress(settings: Settings, platform: Platform, assistant: Assistant) -> Output[str]:
    """Make what `rasa:ingress` asks for; the address of Rasa: from outside, or inside where there is none."""
    if settings.ingress.host is None:
        return assistant.url
    return platform.open_ingress("ingress", ingress_args(settings, settings.ingress.host, assistant)).url


def ingress_args(settings: Settings, host: str, assistant: Assistant) -> c.IngressArgs[None]:
    """What every cloud is told; `platform.py` adds the placement."""
    block, told = settings.ingress, settings.assistant
    channels = (told.credentials, told.extra_endpoints)
    affinity = bool(stateful_channels(*channels)) if block.affinity is None else block.affinity
    return c.IngressArgs(
        placement=None,
        namespace=assistant.namespace,
        service=assistant.service,
        pod_labels={NAME_LABEL: RELEASE, "app.kubernetes.io/instance": RELEASE},
        port=PORT,
        host=host,
        also_hosts=block.also_hosts,
        zone=None if block.zone is None else c.Zone(name=block.zone.name, id=block.zone.id),
        certificate=_certificate(block.certificate),
        affinity=affinity,
        paths=tuple(dict.fromkeys((*public_paths(*channels), *block.paths))),
        api_cidrs=() if block.api is None else block.api.allowed_cidrs,
        idle_seconds=block.idle_seconds,
        internal=block.internal,
        class_name=block.class_name,
        gateway=None if block.gateway is None else c.Gateway(**block.gateway.model_dump()),
        annotations=block.annotations,
        pull_secret=pull_secret(settings.registry),
    )


def callers(settings: Settings, cluster: Kubernetes) -> Iterator[Peer]:
    """Who may reach Rasa: the load balancer, the ingress controller's pods, and who is named."""
    block = settings.ingress
    around = cluster.cluster_network
    if block.host is not None:
        balancers = around.internal_balancers if block.internal else around.public_balancers
        yield from (AddressPeer(cidr=cidr) for cidr in balancers)
        if cluster.flavor == "openshift":
            yield PodsPeer(namespace_labels=OPENSHIFT_ROUTER)
        elif block.controller_namespace is not None:
            yield PodsPeer(namespace=block.controller_namespace)
    yield from map(_peer, block.callers)


def further_egress(settings: Settings) -> tuple[Rule, ...]:
    """What only the operator knows."""
    return tuple(
        Rule(
            what="networkPolicies.egress",
            peers=(_peer(egress),),
            ports=egress.ports or (EVERY_PORT,),
            protocols=egress.protocols,
        )
        for egress in settings.network_policies.egress
    )


def _peer(given: o.Caller | o.Egress) -> Peer:
    if given.namespace is not None:
        return PodsPeer(namespace=given.namespace, labels=given.labels)
    return AddressPeer(cidr=given.cidr or ANYWHERE)


def managed_stores(settings: Settings) -> frozenset[str]:
    """The connections, by the names of `egress.servers`, whose servers the cloud makes in the network."""
    blocks = {
        "lock store": settings.lock_store,
        "tracker store": settings.tracker_store,
        "event broker": settings.event_broker,
    }
    return frozenset(what for what, block in blocks.items() if block.source == "managed")


def _certificate(block: o.CertificateChoice | None) -> c.Certificate:
    match block:
        case o.CertManagerCertificate():
            return c.CertManagerCertificate(
                issuer=block.issuer, cluster_wide=block.kind == "ClusterIssuer", email=block.email
            )
        case o.ExistingCertificate():
            return c.ExistingCertificate(reference=block.reference)
        case o.PemCertificate():
            # The settings have refused a reference to a Secret here: name that Secret, from existing.
            return c.PemCertificate(certificate=str(block.certificate), key=secret(block.key))
        case o.CloudCertificate() | None:
            return c.CloudCertificate()
