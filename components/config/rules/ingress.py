"""What is wrong with `rasa:ingress`: one message per problem, before anything is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Network

from components.config import ingress as o
from components.config.assistant import Assistant
from components.config.capacity import assistant_replicas
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.messages import parsed_cidr, set_with
from components.config.model import SecretKey
from components.config.rules.certificate_names import covers, names_in
from components.contract.terms import Profile
from components.rasa.spec.channels import stateful_channels

AnyCluster = ManagedCluster | ExistingCluster
KEY = "rasa:ingress"
ZONE_IDS = {
    "aws": (re.compile(r"^Z[A-Z0-9]{5,31}$"), "a hosted zone id such as Z0123456789ABCDEFGHIJ"),
    "azure": (
        re.compile(
            r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+"
            r"/providers/Microsoft\.Network/dnszones/[^/]+$",
            re.IGNORECASE,
        ),
        "the resource id of a DNS zone (az network dns zone show --query id)",
    ),
    "gcp": (re.compile(r"^[a-z][a-z0-9-]{0,62}$"), "the name of a managed zone such as example-com"),
}
CERTIFICATES = {
    "aws": ("cloud", "existing", "pem"),
    "azure": ("cert-manager", "existing", "pem"),
    "gcp": ("cloud", "existing", "pem"),
    "openshift": ("cloud", "existing", "pem"),
    "kubernetes": ("cert-manager", "existing", "pem"),
}
"""Who opens the ingress → where its certificate can come from; the first two of these are the default."""
REFERENCES = {
    "aws": re.compile(r"^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}$"),
    "gcp": re.compile(r"^[a-z][a-z0-9-]{0,62}$"),
}
NO_API = {
    "azure": "Application Gateway for Containers knows no addresses of senders",
    "kubernetes": "an Ingress has no words for the addresses of senders",
}
API_RANGES_ON_AWS = 3
"""A rule of the load balancer takes five values: the host, the path, and so three ranges."""
WIDEST = 8
"""Prefix length: the largest range that one organisation holds."""


def way_of(cloud: str, cluster: AnyCluster) -> str:
    """Who opens the ingress: the cloud that made the cluster, or what is in a cluster that exists."""
    return cluster.flavor if isinstance(cluster, ExistingCluster) else cloud


def _host(cloud: str, cluster: AnyCluster, ingress: o.Ingress) -> Iterator[str]:
    way, host, zone = way_of(cloud, cluster), ingress.host, ingress.zone
    if host is None:
        if given := sorted(ingress.model_fields_set - {"host", "callers"}):
            missing = set_with(f"{KEY}.host", "assistant.example.com")
            yield f"{KEY}.host is missing, without which {', '.join(given)} mean nothing; {missing}"
        return
    if zone is None:
        source = ingress.certificate.source if ingress.certificate else None
        if way in {"aws", "gcp"} and source in {None, "cloud"}:
            yield (
                f"{KEY}.zone is missing: {cloud} issues a certificate for {host!r} when a record in its DNS "
                f"zone proves it yours; {set_with(f'{KEY}.zone.name', '<domain>')}, and so id"
            )
        return
    if way not in ZONE_IDS:
        yield (
            f"{KEY}.zone is given, and this stack has no cloud whose DNS it could write to: make the record "
            f"of {host!r} by hand, and remove the zone with: pulumi config rm --path '{KEY}.zone'"
        )
        return
    if host != zone.name and not host.endswith(f".{zone.name}"):
        yield (
            f"{KEY}.host {host!r} is not in the zone {zone.name!r}; accepted: a name that ends with "
            f".{zone.name}; {set_with(f'{KEY}.host', f'assistant.{zone.name}')}"
        )
    if host == zone.name and way in {"aws", "azure"}:
        yield (
            f"{KEY}.host {host!r} is the zone itself, which cannot be an alias of a load balancer's name; "
            + set_with(f"{KEY}.host", f"assistant.{zone.name}")
        )
    pattern, accepted = ZONE_IDS[way]
    if not pattern.match(zone.id):
        yield f"{KEY}.zone.id {zone.id!r} is not {accepted}; {set_with(f'{KEY}.zone.id', '<id>')}"


def _certificate(cloud: str, cluster: AnyCluster, ingress: o.Ingress) -> Iterator[str]:
    way, block, host = way_of(cloud, cluster), ingress.certificate, ingress.host
    if host is None:
        return
    accepted: Sequence[str] = CERTIFICATES.get(way, ("existing",))
    if block is None or block.source not in accepted:
        if block is not None or "cloud" not in accepted:
            said = "is missing" if block is None else f"is {block.source!r}"
            what = " or ".join(accepted)
            yield (
                f"{KEY}.certificate.from {said}; accepted on {way}: {what}; "
                + set_with(f"{KEY}.certificate.from", accepted[0])
            )
        return
    if isinstance(block, o.CertManagerCertificate):
        yield from _cert_manager(way, ingress, block)
    if isinstance(block, o.ExistingCertificate):
        yield from _reference(way, block.reference)
    if isinstance(block, o.PemCertificate):
        yield from _pem(block, host)


def _reference(way: str, reference: str) -> Iterator[str]:
    if way in REFERENCES and not REFERENCES[way].match(reference):
        what = "the ARN of an ACM certificate" if way == "aws" else "the name of a certificate map"
        yield (
            f"{KEY}.certificate.reference {reference!r} is not {what}; "
            + set_with(f"{KEY}.certificate.reference", "<it>")
        )


def _cert_manager(way: str, ingress: o.Ingress, block: o.CertManagerCertificate) -> Iterator[str]:
    if block.issuer is not None:
        return
    if way != "azure":
        yield (
            f"{KEY}.certificate.issuer is missing: the cluster's cert-manager issues by it; "
            + set_with(f"{KEY}.certificate.issuer", "<ClusterIssuer>")
        )
    elif block.email is None or ingress.zone is None:
        lacking = "email" if block.email is None else "zone"
        path = f"{KEY}.certificate.email" if block.email is None else f"{KEY}.zone.name"
        yield (
            f"{KEY}: {lacking} is missing, by which the stack's cert-manager would get a certificate; "
            f"{set_with(path, '<it>')}, or name an issuer that is there in {KEY}.certificate.issuer"
        )


def _pem(block: o.PemCertificate, host: str) -> Iterator[str]:
    if isinstance(block.certificate, SecretKey) or isinstance(block.key, SecretKey):
        yield (
            f"{KEY}.certificate refers to a Kubernetes Secret; give certificate and key themselves, or "
            f"name a TLS Secret with: pulumi config set --path '{KEY}.certificate.from' existing"
        )
        return
    try:
        names = names_in(block.certificate)
    except ValueError as error:
        yield f"{KEY}.certificate.certificate: {error}; accepted: PEM, the host's certificate first"
        return
    if not covers(names, host):
        yield (
            f"{KEY}.certificate.certificate is for {', '.join(names) or 'no name'}, not for the host "
            f"{host!r}: browsers would refuse it; have it issued for that name, or "
            + set_with(f"{KEY}.host", next(iter(names), "<its name>"))
        )


def _api(cloud: str, profile: str, cluster: AnyCluster, ingress: o.Ingress) -> Iterator[str]:
    way, api = way_of(cloud, cluster), ingress.api
    if ingress.internal and ingress.host is not None and way != "aws":
        yield (
            f"{KEY}.internal is true, which is not supported on {way}; remove it with: "
            f"pulumi config rm --path '{KEY}.internal'"
        )
    if api is None:
        return
    if way in NO_API:
        yield (
            f"{KEY}.api is not supported on {way}: {NO_API[way]}. Call Rasa inside the cluster instead "
            f"({KEY}.callers), and remove it with: pulumi config rm --path '{KEY}.api'"
        )
        return
    if way == "aws" and len(api.allowed_cidrs) > API_RANGES_ON_AWS:
        yield (
            f"{KEY}.api.allowedCidrs names {len(api.allowed_cidrs)} ranges; accepted on aws: "
            f"{API_RANGES_ON_AWS} at most, for a rule of its load balancer has no room for more"
        )
    yield from _ranges(f"{KEY}.api.allowedCidrs", api.allowed_cidrs, narrow=profile == "production")


def _ranges(path: str, texts: Sequence[str], *, narrow: bool) -> Iterator[str]:
    for index, text in enumerate(texts):
        parsed: IPv4Network | str = parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"{path}[{index}] {parsed}"
        elif narrow and parsed.prefixlen < WIDEST:
            yield (
                f"{path}[{index}] opens Rasa's whole HTTP API to the internet ({parsed}), which profile "
                f"production refuses; {set_with(f'{path}[{index}]', '<range>')}"
            )


def _controller(cloud: str, cluster: AnyCluster, ingress: o.Ingress) -> Iterator[str]:
    if ingress.host is None:
        return
    way = way_of(cloud, cluster)
    if way == "kubernetes":
        for key, value in (
            ("className", ingress.class_name),
            ("controllerNamespace", ingress.controller_namespace),
        ):
            if value is None:
                yield (
                    f"{KEY}.{key} is missing: in a cluster that exists the ingress is its own controller's; "
                    + set_with(f"{KEY}.{key}", "<name>")
                )
        return
    for key, value in (
        ("className", ingress.class_name),
        ("controllerNamespace", ingress.controller_namespace),
    ):
        if value is not None:
            yield (
                f"{KEY}.{key} is {value!r}, and {way} brings its own controller; remove it with: "
                f"pulumi config rm --path '{KEY}.{key}'"
            )


def _affinity(
    cloud: str, cluster: AnyCluster, ingress: o.Ingress, assistant: Assistant, profile: Profile
) -> Iterator[str]:
    """Channels like socketio and voice keep a conversation in one pod's memory."""
    channels = stateful_channels(assistant.credentials, assistant.extra_endpoints)
    _, most = assistant_replicas(assistant, profile)
    if ingress.host is None or not channels or most == 1:
        return
    named = ", ".join(channels)
    if ingress.affinity is False:
        yield (
            f"{KEY}.affinity is false, and {named} of rasa:assistant lose conversations when a browser comes "
            f"to another pod; {set_with(f'{KEY}.affinity', 'true')}, or one replica"
        )
    elif way_of(cloud, cluster) == "kubernetes" and not ingress.annotations:
        yield (
            f"{KEY}.annotations is empty, and {named} of rasa:assistant need a browser to come back to its "
            "pod, which only the controller's own annotations can say (for HAProxy's: haproxy.org/cookie-"
            f"persistence); {set_with(f'{KEY}.annotations', '<them>')}"
        )


def _egress(policies: o.NetworkPolicies) -> Iterator[str]:
    for index, egress in enumerate(policies.egress):
        parsed = parsed_cidr(egress.cidr)
        if isinstance(parsed, str):
            yield f"rasa:networkPolicies.egress[{index}].cidr {parsed}"


CHECKS: Sequence[tuple[tuple[str, ...], Callable[..., Iterator[str]]]] = (
    (("cloud", "cluster", "ingress"), _host),
    (("cloud", "cluster", "ingress"), _certificate),
    (("cloud", "profile", "cluster", "ingress"), _api),
    (("cloud", "cluster", "ingress"), _controller),
    (("cloud", "cluster", "ingress", "assistant", "profile"), _affinity),
    (("network_policies",), _egress),
)
"""Field names → check, as in `components/config/rules/stack.py`."""
