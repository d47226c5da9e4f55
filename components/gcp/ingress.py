"""The ingress on Google Cloud: a global external Application Load Balancer, made by GKE for a Gateway.

The address is reserved, so that the DNS record outlives a new Gateway. The certificate is Certificate
Manager's, validated by a DNS record, or one that exists. GKE deletes the load balancer with the Gateway,
whose deletion waits for that. What it deliberately does not do: a firewall for applications on the channels
(Cloud Armor's own rules cost per policy), and internal load balancers, which want a subnet of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_gcp as gcp
from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import certificatemanager, compute

from components.contract.errors import NotSupported
from components.contract.ingress import (
    COOKIE_SECONDS,
    CertManagerCertificate,
    CloudCertificate,
    ExistingCertificate,
    IngressArgs,
    PemCertificate,
    Zone,
)
from components.contract.secrets import SecretRef
from components.gcp.apis import enable_api
from components.gcp.placement import Placement
from components.kubernetes.gateway import GATEWAY_API, custom, listeners, name_of, routes, second_service

CLASS = "gke-l7-global-external-managed"
POLICY_API = "networking.gke.io/v1"
RECORD_SECONDS = 300
DRAIN_SECONDS = 60
RANGES_PER_RULE = 10
"""Cloud Armor documentation, "Quotas and limits": IP address ranges of a rule with basic match conditions."""
LAST_RULE = 2147483647
"""Priority of the rule that every security policy ends with."""


class Ingress(ComponentResource):
    """Address, certificate, Gateway and DNS record."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[Placement], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Ingress", name, {}, opts)
        place = args.placement
        address = compute.GlobalAddress(
            name, project=place.apis.compute, address_type="EXTERNAL", opts=ResourceOptions(parent=self)
        )
        armor = _armor(f"{name}-api", args, parent=self) if args.api_cidrs else None
        gateway = custom(
            name,
            "Gateway",
            GATEWAY_API,
            {
                "gatewayClassName": CLASS,
                "addresses": [{"type": "NamedAddress", "value": address.name}],
                "listeners": listeners(args.hosts, None),
            },
            namespace=args.namespace,
            annotations={"networking.gke.io/certmap": _certificate_map(name, args, parent=self)},
            # The load balancer that GKE makes for it uses the security policy until the Gateway is gone, and
            # a policy in use cannot be deleted (Compute Engine API: resourceInUseByAnotherResource).
            opts=ResourceOptions(parent=self, depends_on=[] if armor is None else [armor]),
        )
        _backend(name, args, args.service, None, parent=self)
        api = None
        if armor is not None:
            api = second_service(f"{name}-api", args, parent=self)
            _backend(f"{name}-api", args, api, armor.name, parent=self)
        route = routes(name, args, name_of(gateway), api=api, parent=self)
        if args.zone is not None:
            for child, host in args.per_host(name).items():
                _record(child, args.zone, f"{host}.", "A", address.address, place, parent=self)
        self.url = route.id.apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url, "address": address.address})


def _backend(
    name: str,
    args: IngressArgs[Placement],
    service: Output[str],
    security_policy: Output[str] | None,
    *,
    parent: Resource,
) -> None:
    """How the load balancer treats a Service: time-outs, cookie, addresses let in, and the health check."""
    target = {"group": "", "kind": "Service", "name": service}
    default: dict[str, Any] = {
        # The longest life of a WebSocket, too.
        "timeoutSec": args.idle_seconds,
        "connectionDraining": {"drainingTimeoutSec": DRAIN_SECONDS},
        **({"securityPolicy": security_policy} if security_policy is not None else {}),
    }
    if args.affinity:
        default["sessionAffinity"] = {"type": "GENERATED_COOKIE", "cookieTtlSec": COOKIE_SECONDS}
    custom(
        name,
        "GCPBackendPolicy",
        POLICY_API,
        {"targetRef": target, "default": default},
        namespace=args.namespace,
        opts=ResourceOptions(parent=parent),
    )
    # The default health check asks on another port and path, and finds no healthy pod.
    check = {"type": "HTTP", "httpHealthCheck": {"port": args.port, "requestPath": "/"}}
    custom(
        name,
        "HealthCheckPolicy",
        POLICY_API,
        {"targetRef": target, "default": {"checkIntervalSec": 15, "timeoutSec": 5, "config": check}},
        namespace=args.namespace,
        opts=ResourceOptions(parent=parent),
    )


def _armor(name: str, args: IngressArgs[Placement], *, parent: Resource) -> compute.SecurityPolicy:
    """Let in these addresses and refuse all others."""
    ranges = list(args.api_cidrs)
    groups = [ranges[start : start + RANGES_PER_RULE] for start in range(0, len(ranges), RANGES_PER_RULE)]

    def rule(priority: int, action: str, ranges: list[str]) -> compute.SecurityPolicyRuleArgs:
        config = compute.SecurityPolicyRuleMatchConfigArgs(src_ip_ranges=ranges)
        match = compute.SecurityPolicyRuleMatchArgs(versioned_expr="SRC_IPS_V1", config=config)
        return compute.SecurityPolicyRuleArgs(priority=priority, action=action, match=match)

    allowed = [rule(1000 + number, "allow", group) for number, group in enumerate(groups)]
    return compute.SecurityPolicy(
        name,
        project=args.placement.apis.compute,
        rules=[*allowed, rule(LAST_RULE, "deny(403)", ["*"])],
        opts=ResourceOptions(parent=parent),
    )


def _certificate_map(name: str, args: IngressArgs[Placement], *, parent: Resource) -> Output[str]:
    """The name of the certificate map: which certificate the load balancer shows for which host name."""
    if isinstance(args.certificate, ExistingCertificate):
        return Output.from_input(args.certificate.reference)
    project = enable_api(name, "certificatemanager", args.placement.project, parent=parent)
    certificates = _certificates(name, args, project, parent=parent)
    made = certificatemanager.CertificateMap(name, project=project, opts=ResourceOptions(parent=parent))
    entries = [
        certificatemanager.CertificateMapEntry(
            child,
            project=project,
            map=made.name,
            hostname=host,
            certificates=[certificates[host]],
            opts=ResourceOptions(parent=parent),
        )
        for child, host in args.per_host(name).items()
    ]
    # The name by way of the entries, so that the load balancer waits for them: a map without an entry serves
    # no certificate.
    return Output.all(*(entry.map for entry in entries)).apply(lambda names: names[0])


def _certificates(
    name: str, args: IngressArgs[Placement], project: Output[str], *, parent: Resource
) -> Mapping[str, Output[str]]:
    """Host → id of its certificate."""
    match args.certificate:
        case CloudCertificate():
            # One for each host, so that a further one changes nothing of the others.
            hosts = args.per_host(name)
            return {host: _issued(child, host, args, project, parent=parent) for child, host in hosts.items()}
        case PemCertificate(certificate=text, key=key) if not isinstance(key, SecretRef):
            given = certificatemanager.CertificateSelfManagedArgs(
                pem_certificate=text, pem_private_key=Output.secret(key)
            )
            made = certificatemanager.Certificate(
                name, project=project, self_managed=given, opts=ResourceOptions(parent=parent)
            )
        case PemCertificate() | CertManagerCertificate() | ExistingCertificate():
            raise NotSupported(
                "ingress.certificate in a Kubernetes Secret", on="gcp",
                because="Certificate Manager keeps it itself", instead="from cloud, existing or pem",
            )  # fmt: skip
    return dict.fromkeys(args.hosts, made.id)


def _issued(
    name: str, host: str, args: IngressArgs[Placement], project: Output[str], *, parent: Resource
) -> Output[str]:
    """The id of a certificate that Google issues."""
    if args.zone is None:
        raise NotSupported(
            "ingress.certificate from cloud", on="a host without a zone",
            because="Google wants a record that proves the name", instead="ingress.zone",
        )  # fmt: skip
    authorization = certificatemanager.DnsAuthorization(
        name, project=project, domain=host, opts=ResourceOptions(parent=parent)
    )
    wanted = authorization.dns_resource_records[0]
    record = _record(
        f"{name}-proof", args.zone, wanted.name, wanted.type, wanted.data, args.placement, parent=parent
    )
    # By way of the record, so that it exists first: otherwise Google's validation fails and is tried again an
    # hour later.
    proved = Output.all(authorization.id, record.id).apply(lambda ids: ids[0])
    managed = certificatemanager.CertificateManagedArgs(domains=[host], dns_authorizations=[proved])
    made = certificatemanager.Certificate(
        name, project=project, managed=managed, opts=ResourceOptions(parent=parent)
    )
    return made.id


def _record(  # noqa: PLR0913 (a record's parts, in the order in which a zone file has them)
    name: str,
    zone: Zone,
    host: str | Output[str],
    kind: str | Output[str],
    data: Output[str],
    place: Placement,
    *,
    parent: Resource,
) -> gcp.dns.RecordSet:
    # `projects/<project>/managedZones/<name>`, or the name alone
    project, _, managed_zone = zone.id.rpartition("/managedZones/")
    return gcp.dns.RecordSet(
        name,
        project=project.removeprefix("projects/") or place.project,
        managed_zone=managed_zone,
        name=host,
        type=kind,
        ttl=RECORD_SECONDS,
        rrdatas=[data],
        opts=ResourceOptions(parent=parent),
    )
