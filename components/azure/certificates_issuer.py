"""cert-manager on AKS, with Let's Encrypt and the stack's DNS zone.

Azure's load balancer reads Secrets only, and issues no certificate by itself. Let's Encrypt checks a DNS
record (DNS-01), so that the host need not be reachable yet. cert-manager's identity may write to that zone
and nothing else. Where an issuer is in the cluster already, name it in `rasa:ingress.certificate.issuer` and
none of this is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_azure_native import managedidentity
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.azure.identity import POD_LABELS, federate, subject
from components.azure.placement import Placement
from components.azure.roles import assign, built_in
from components.contract.ingress import Zone
from components.kubernetes.gateway import custom, name_of

CHART = "oci://quay.io/jetstack/charts/cert-manager"
VERSION = "v1.21.0"
NAMESPACE, SERVICE_ACCOUNT = "cert-manager", "cert-manager"
AUTHORITY = "https://acme-v02.api.letsencrypt.org/directory"
POD_SECURITY = "restricted"
ZONE_ID = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.Network/dnszones/(?P<name>[^/]+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificatesIssuerArgs:
    """The zone of the host name, and the account at Let's Encrypt."""

    placement: Placement
    zone: Zone
    email: str


class CertificatesIssuer(ComponentResource):
    """cert-manager and one ClusterIssuer."""

    issuer: Output[str]

    def __init__(self, name: str, args: CertificatesIssuerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:CertificatesIssuer", name, {}, opts)
        place = args.placement
        identity = managedidentity.UserAssignedIdentity(
            name, resource_group_name=place.resource_group, tags=place.tags, opts=ResourceOptions(parent=self)
        )
        trust = federate(
            name,
            identity,
            resource_group=place.resource_group,
            oidc_issuer=place.oidc_issuer,
            subject=subject(NAMESPACE, SERVICE_ACCOUNT),
            parent=self,
        )
        grant = assign(
            name,
            role_id=built_in("dns-contributor", place.subscription_id),
            principal_id=identity.principal_id,
            scope=args.zone.id,
            parent=self,
        )
        namespace = v1.Namespace(
            name,
            metadata=ObjectMetaArgs(
                name=NAMESPACE, labels={"pod-security.kubernetes.io/enforce": POD_SECURITY}
            ),
            opts=ResourceOptions(parent=self),
        )
        release = Release(
            name,
            name="cert-manager",
            namespace=namespace.metadata.name,
            chart=CHART,
            version=VERSION,
            values={
                "crds": {"enabled": True},
                "podLabels": dict(POD_LABELS),
                "serviceAccount": {"labels": dict(POD_LABELS)},
            },
            atomic=True,
            # AKS puts the identity into a pod when the pod starts.
            opts=ResourceOptions(parent=self, depends_on=[trust, grant]),
        )
        made = custom(
            name,
            "ClusterIssuer",
            "cert-manager.io/v1",
            {"acme": _acme(args, identity.client_id)},
            namespace=None,
            # The release brings the type ClusterIssuer, and the webhook that checks such objects.
            opts=ResourceOptions(parent=self, depends_on=[release]),
        )
        self.issuer = name_of(made)
        self.register_outputs({"issuer": self.issuer})


def _acme(args: CertificatesIssuerArgs, client_id: Output[str]) -> dict[str, object]:
    where = ZONE_ID.match(args.zone.id)
    assert where is not None, "the settings have checked the id"
    solver = {
        "hostedZoneName": where["name"],
        "resourceGroupName": where["group"],
        "subscriptionID": where["subscription"],
        "environment": "AzurePublicCloud",
        "managedIdentity": {"clientID": client_id},
    }
    return {
        "server": AUTHORITY,
        "email": args.email,
        "privateKeySecretRef": {"name": "acme-account"},
        "solvers": [{"dns01": {"azureDNS": solver}}],
    }
