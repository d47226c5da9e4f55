"""The ingress on AWS: an Application Load Balancer, made by EKS Auto Mode for an Ingress, and gone with it.

The certificate is ACM's, validated by a record in the Route 53 zone, or one that exists. HTTPS only; the
paths of the channels and no other, unless the config names who may reach the rest. What it deliberately does
not do: a web application firewall, whose rules are the account's choice (`wafv2-acl-arn` on the Ingress takes
one); a Gateway (docs/cloud-services.md, Gateway API on EKS Auto Mode).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking import v1

from components.aws.placement import Placement
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
from components.kubernetes.gateway import custom, name_of, second_service

API, PREFIX = "eks.amazonaws.com", "alb.ingress.kubernetes.io"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
"""TLS 1.2 with forward secrecy, and 1.3 (Elastic Load Balancing, "Security policies")."""
RECORD_SECONDS = 300
DRAIN_SECONDS = 60
"""As long as Rasa's own grace period: requests of a pod that goes are finished."""


class Ingress(ComponentResource):
    """Load balancer, certificate and DNS record."""

    url: Output[str]

    def __init__(self, name: str, args: IngressArgs[Placement], opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Ingress", name, {}, opts)
        load_balancer_class = _class(name, args, _certificates(name, args, parent=self), parent=self)
        api = second_service(f"{name}-api", args, parent=self) if args.api_cidrs else None
        ingress = v1.Ingress(
            name,
            metadata=ObjectMetaArgs(namespace=args.namespace, annotations=_annotations(args, api)),
            spec=v1.IngressSpecArgs(
                ingress_class_name=load_balancer_class,
                rules=[
                    v1.IngressRuleArgs(host=host, http=v1.HTTPIngressRuleValueArgs(paths=_paths(args, api)))
                    for host in args.hosts
                ],
            ),
            opts=ResourceOptions(parent=self),
        )
        address = ingress.status.apply(_hostname)
        if args.zone is not None:
            for child, host in args.per_host(name).items():
                aws.route53.Record(
                    child,
                    zone_id=args.zone.id,
                    name=host,
                    type="CNAME",
                    ttl=RECORD_SECONDS,
                    records=[address],
                    opts=ResourceOptions(parent=self),
                )
        # Without this the address would be given out before a load balancer answers there.
        self.url = address.apply(lambda _: f"https://{args.host}")
        self.register_outputs({"url": self.url, "address": address})


def _hostname(status: Any) -> str:  # noqa: ANN401 - an output type whose every part the SDK calls optional
    return str(status.load_balancer.ingress[0].hostname)


def _class(
    name: str, args: IngressArgs[Placement], certificates: list[Output[str]], *, parent: Resource
) -> Output[str]:
    """Where Auto Mode reads certificate and attributes of the load balancer; for this namespace alone."""
    subnets = args.placement.balancer_subnet_ids
    parameters = custom(
        f"{name}-class",
        "IngressClassParams",
        f"{API}/v1",
        {
            "scheme": "internal" if args.internal else "internet-facing",
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": args.namespace}},
            "certificateARNs": certificates,
            **({"subnets": {"ids": list(subnets)}} if subnets else {}),
            "loadBalancerAttributes": [
                {"key": "idle_timeout.timeout_seconds", "value": str(args.idle_seconds)},
                {"key": "routing.http.drop_invalid_header_fields.enabled", "value": "true"},
            ],
        },
        namespace=None,
        opts=ResourceOptions(parent=parent),
    )
    made = v1.IngressClass(
        f"{name}-class",
        spec=v1.IngressClassSpecArgs(
            controller=f"{API}/alb",
            parameters=v1.IngressClassParametersReferenceArgs(
                api_group=API, kind="IngressClassParams", name=name_of(parameters)
            ),
        ),
        opts=ResourceOptions(parent=parent),
    )
    return made.metadata.name


def _annotations(
    args: IngressArgs[Placement], api: Output[str] | None
) -> Mapping[str, str] | Output[Mapping[str, str]]:
    """EKS user guide, "Create an IngressClass": what of the controller's annotations is left in Auto Mode."""
    attributes = {"deregistration_delay.timeout_seconds": str(DRAIN_SECONDS)}
    if args.affinity:
        attributes |= {
            "stickiness.enabled": "true",
            "stickiness.type": "lb_cookie",
            "stickiness.lb_cookie.duration_seconds": str(COOKIE_SECONDS),
        }
    plain = {
        f"{PREFIX}/target-type": "ip",
        f"{PREFIX}/listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": 443}]),
        f"{PREFIX}/ssl-redirect": "443",
        f"{PREFIX}/ssl-policy": TLS_POLICY,
        f"{PREFIX}/healthcheck-path": "/",
        f"{PREFIX}/target-group-attributes": ",".join(f"{key}={one}" for key, one in attributes.items()),
    }
    if api is None:
        return plain
    source = [{"field": "source-ip", "sourceIpConfig": {"values": list(args.api_cidrs)}}]
    # A condition holds for all rules of one Service, so the restricted paths have a Service of their own.
    return api.apply(lambda service: {**plain, f"{PREFIX}/conditions.{service}": json.dumps(source)})


def _paths(args: IngressArgs[Placement], api: Output[str] | None) -> list[v1.HTTPIngressPathArgs]:
    def path(value: str, kind: str, service: Output[str]) -> v1.HTTPIngressPathArgs:
        port = v1.ServiceBackendPortArgs(number=args.port)
        backend = v1.IngressServiceBackendArgs(name=service, port=port)
        return v1.HTTPIngressPathArgs(
            path=value, path_type=kind, backend=v1.IngressBackendArgs(service=backend)
        )

    channels = [path(value, "Exact" if value == "/" else "Prefix", args.service) for value in args.paths]
    return [*channels, *([] if api is None else [path("/", "Prefix", api)])]


def _certificates(name: str, args: IngressArgs[Placement], *, parent: Resource) -> list[Output[str]]:
    """The ARNs of the certificates, known once ACM has validated them."""
    match args.certificate:
        case ExistingCertificate(reference=arn):
            return [Output.from_input(arn)]
        case PemCertificate(certificate=text, key=key):
            if isinstance(key, SecretRef):
                raise NotSupported(
                    "ingress.certificate.key by reference", on="aws", because="ACM keeps it itself",
                    instead="the key itself, set with --secret",
                )  # fmt: skip
            first, chain = split_chain(text)
            given = aws.acm.Certificate(
                name,
                certificate_body=first,
                certificate_chain=chain or None,
                private_key=Output.secret(key),
                opts=ResourceOptions(parent=parent),
            )
            return [given.arn]
        case CloudCertificate():
            # One for each host, so that a further one changes nothing of the others: the balancer chooses.
            hosts = args.per_host(name)
            return [_proved(child, host, args.zone, parent=parent) for child, host in hosts.items()]
        case CertManagerCertificate():
            raise NotSupported(
                "ingress.certificate from cert-manager", on="aws", because="ALBs read no Secrets",
                instead="from cloud, existing or pem",
            )  # fmt: skip


def _proved(name: str, host: str, zone: Zone | None, *, parent: Resource) -> Output[str]:
    certificate = aws.acm.Certificate(
        name, domain_name=host, validation_method="DNS", opts=ResourceOptions(parent=parent)
    )
    if zone is None:
        raise NotSupported(
            "ingress.certificate from cloud", on="a host without a zone",
            because="AWS wants a record that proves the name", instead="ingress.zone",
        )  # fmt: skip
    # A certificate has one name, so one record.
    wanted = certificate.domain_validation_options[0]
    record = aws.route53.Record(
        f"{name}-proof",
        zone_id=zone.id,
        name=wanted.resource_record_name,
        type=wanted.resource_record_type,
        ttl=RECORD_SECONDS,
        records=[wanted.resource_record_value],
        opts=ResourceOptions(parent=parent),
    )
    valid = aws.acm.CertificateValidation(
        name,
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn],
        opts=ResourceOptions(parent=parent),
    )
    return valid.certificate_arn


def split_chain(text: str) -> tuple[str, str]:
    """Split a PEM chain into the certificate and its intermediates."""
    end = "-----END CERTIFICATE-----"
    first, _, rest = text.strip().partition(end)
    return f"{first}{end}\n", rest.strip()
