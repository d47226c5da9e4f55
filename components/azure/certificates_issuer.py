"""cert-manager on AKS, with Let's Encrypt and the stack's DNS zone.

Azure's load balancer reads Secrets only, and issues no certificate by itself. Let's Encrypt checks a DNS
record (DNS-01), so that the host need not be reachable yet. cert-manager's identity may write to that zone
and nothing else. Where an issuer is in the cluster already, name it in `rasa:ingress.certificate.issuer` and
none of this is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Output, ResourceOptions

from components.azure.cluster_add_on import Chart, create_identity, install
from components.azure.identity import POD_LABELS
from components.azure.placement import Placement
from components.azure.roles import Role
from components.contract.images import CERT_MANAGER
from components.contract.ingress import Zone
from components.kubernetes.gateway import custom, name_of

CHART = Chart(
    release="cert-manager",
    chart=CERT_MANAGER,
    service_account="cert-manager",
    pod_security="restricted",
)
AUTHORITY = "https://acme-v02.api.letsencrypt.org/directory"
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
    pull_secret: Output[str] | None
    """As in `Kubernetes`."""


class CertificatesIssuer(ComponentResource):
    """cert-manager and one ClusterIssuer."""

    issuer: Output[str]

    def __init__(self, name: str, args: CertificatesIssuerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:CertificatesIssuer", name, {}, opts)
        rights: Mapping[Role, tuple[str, Output[str]]] = {
            "dns-contributor": (name, Output.from_input(args.zone.id))
        }
        identity = create_identity(name, CHART, rights, args.placement, parent=self)
        values = {
            "crds": {"enabled": True},
            "podLabels": dict(POD_LABELS),
            "serviceAccount": {"labels": dict(POD_LABELS)},
        }
        release = install(name, CHART, identity, values, pull_secret=args.pull_secret, parent=self)
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
