"""The ingress on Azure: Application Gateway for Containers, which follows a Gateway of the cluster.

Not the application routing add-on: its NGINX ends in November 2026, and the version of Azure's API that the
SDK in use speaks cannot switch on its Gateway API. The load balancer, its frontend and its association with
the subnet are resources of the stack, so the DNS record does not wait for the cluster. What it deliberately
does not do: addresses inside the network, and filtering by the sender's address (a policy of its own).
"""

from __future__ import annotations

from typing import Any

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import Provider, dns, network, servicenetworking

from components.azure.certificates_issuer import ZONE_ID, CertificatesIssuer, CertificatesIssuerArgs
from components.azure.gateway_controller import GatewayController, GatewayControllerArgs
from components.azure.placement import Placement
from components.contract.errors import NotSupported
from components.contract.ingress import (
    CertManagerCertificate,
    CloudCertificate,
    ExistingCertificate,
    IngressArgs,
    PemCertificate,
    Zone,
)
from components.contract.secrets import SecretRef
from components.kubernetes.cert_manager import issued_secret
from components.kubernetes.gateway import GATEWAY_API, custom, listeners, name_of, routes, tls_secret

CLASS = "azure-alb-external"
API = "alb.networking.azure.io/v1"
DELEGATION = "Microsoft.ServiceNetworking/trafficControllers"
RECORD_SECONDS = 300


class Ingress(ComponentResource):
    """Load balancer, controller, Gateway, certificate and DNS record."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[Placement], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Ingress", name, {}, opts)
        subnet_id = _subnet(name, args.placement, parent=self)
        balancer, frontend, association = _load_balancer(name, args.placement, subnet_id, parent=self)
        controller = GatewayController(
            f"{name}-controller",
            GatewayControllerArgs(
                placement=args.placement, subnet_id=subnet_id, pull_secret=args.pull_secret
            ),
            ResourceOptions(parent=self),
        )
        reference = {"kind": "Secret", "group": "", "name": _secret(name, args, parent=self)}
        gateway = custom(
            name,
            "Gateway",
            GATEWAY_API,
            {
                "gatewayClassName": CLASS,
                "addresses": [{"type": "alb.networking.azure.io/alb-frontend", "value": frontend.name}],
                "listeners": listeners(args.hosts, {"mode": "Terminate", "certificateRefs": [reference]}),
            },
            namespace=args.namespace,
            annotations={"alb.networking.azure.io/alb-id": balancer.id},
            # The controller brings the type Gateway. And the Gateway's deletion needs the controller with its
            # rights, and the load balancer's association with the subnet.
            opts=ResourceOptions(parent=self, depends_on=[*controller.ready, association]),
        )
        route = routes(name, args, name_of(gateway), parent=self)
        self._policies(name, args, name_of(route))
        if args.zone is not None:
            _records(name, args, args.zone, frontend.fqdn, parent=self)
        self.url = route.id.apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url, "address": frontend.fqdn})

    def _policies(self, name: str, args: IngressArgs[Placement], route: Output[str]) -> None:
        """Time-outs and cookie of the route, and the health check."""
        default: dict[str, Any] = {"timeouts": {"routeTimeout": f"{args.idle_seconds}s"}}
        if args.affinity:
            default["sessionAffinity"] = {"affinityType": "managed-cookie"}
        target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route}
        custom(
            name,
            "RoutePolicy",
            API,
            {"targetRef": target, "default": default},
            namespace=args.namespace,
            opts=ResourceOptions(parent=self),
        )
        healthy = {"path": "/", "match": {"statusCodes": [{"start": 200, "end": 299}]}}
        custom(
            name,
            "HealthCheckPolicy",
            API,
            {
                "targetRef": {"group": "", "kind": "Service", "name": args.service},
                "default": {"interval": "15s", "timeout": "5s", "port": args.port, "http": healthy},
            },
            namespace=args.namespace,
            opts=ResourceOptions(parent=self),
        )


def _subnet(name: str, place: Placement, *, parent: Resource) -> Output[str]:
    """The id of the balancer's subnet, which is made with the ingress, unless the network exists."""
    if place.network.balancers_subnet_id is not None:
        return place.network.balancers_subnet_id
    made = network.Subnet(
        name,
        resource_group_name=place.resource_group,
        virtual_network_name=place.network.network_name,
        address_prefix=place.network.balancers_cidr,
        delegations=[network.DelegationArgs(name="service", service_name=DELEGATION)],
        opts=ResourceOptions(parent=parent),
    )
    return made.id


def _load_balancer(
    name: str, place: Placement, subnet_id: Output[str], *, parent: Resource
) -> tuple[servicenetworking.TrafficControllerInterface, servicenetworking.FrontendsInterface, Resource]:
    group = place.resource_group
    balancer = servicenetworking.TrafficControllerInterface(
        name, resource_group_name=group, tags=place.tags, opts=ResourceOptions(parent=parent)
    )
    frontend = servicenetworking.FrontendsInterface(
        name,
        resource_group_name=group,
        traffic_controller_name=balancer.name,
        tags=place.tags,
        opts=ResourceOptions(parent=parent),
    )
    association = servicenetworking.AssociationsInterface(
        name,
        resource_group_name=group,
        traffic_controller_name=balancer.name,
        association_type="subnets",
        subnet=servicenetworking.AssociationSubnetArgs(id=subnet_id),
        tags=place.tags,
        opts=ResourceOptions(parent=parent),
    )
    return balancer, frontend, association


def _secret(name: str, args: IngressArgs[Placement], *, parent: Resource) -> Output[str]:
    """The TLS Secret of the hosts."""
    match args.certificate:
        case ExistingCertificate(reference=secret):
            return Output.from_input(secret)
        case PemCertificate(certificate=text, key=key) if not isinstance(key, SecretRef):
            return tls_secret(name, args, text, key, parent=parent)
        case CertManagerCertificate(issuer=str(issuer)):
            return issued_secret(name, args, issuer, parent=parent)
        case CertManagerCertificate(email=str(email)) if args.zone is not None:
            ours = CertificatesIssuer(
                f"{name}-certificates",
                CertificatesIssuerArgs(
                    placement=args.placement, zone=args.zone, email=email, pull_secret=args.pull_secret
                ),
                ResourceOptions(parent=parent),
            )
            return issued_secret(name, args, ours.issuer, parent=parent)
        case CloudCertificate() | CertManagerCertificate() | PemCertificate():
            raise NotSupported(
                "this ingress.certificate", on="azure", because="its load balancer reads TLS Secrets only",
                instead="from cert-manager (with email and zone, or an issuer), existing or pem",
            )  # fmt: skip


def _records(
    name: str, args: IngressArgs[Placement], zone: Zone, fqdn: Output[str], *, parent: Resource
) -> None:
    where = ZONE_ID.match(zone.id)
    assert where is not None, "the settings have checked the id"
    # Zones often are in a subscription of their own, and the stack's provider writes to the stack's.
    provider = Provider(
        f"{name}-dns",
        location=args.placement.region,
        subscription_id=where["subscription"].lower(),
        opts=ResourceOptions(parent=parent),
    )
    for child, host in args.per_host(name).items():
        dns.RecordSet(
            child,
            resource_group_name=where["group"],
            zone_name=where["name"],
            relative_record_set_name=host.removesuffix(f".{zone.name}"),
            record_type="CNAME",
            cname_record=dns.CnameRecordArgs(cname=fqdn),
            ttl=RECORD_SECONDS,
            opts=ResourceOptions(parent=parent, provider=provider),
        )
