"""Azure, as the stack file knows it.

Regions: Azure's "List of Azure regions". Some have no zones: enough for dev, not for production.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from components.config.clouds.facts import (
    AWS_ONLY,
    ClosedRegions,
    CloudFacts,
    Format,
    Gap,
    Ids,
    IngressFacts,
    NameLimit,
    NetworkIds,
    NotSold,
    Ranges,
    Tags,
)
from components.contract.cluster import AZURE_CLIENT_ANNOTATION

_123 = ("1", "2", "3")
# Azure Resource Manager documentation, "Resolve reserved resource name errors": what has a name in the DNS
_NO_TRADEMARK = Format(
    pattern=re.compile(r"(?!login)(?!.*(microsoft|windows))"),
    accepted="one that does not begin with login and holds neither microsoft nor windows",
)


def _resource(pattern: str, example: str, of: str = "Microsoft.Network") -> Format:
    """An id of a resource provider's; Azure does not mind its case."""
    return Format(
        pattern=re.compile(
            rf"^/subscriptions/[0-9a-f-]{{36}}/resourceGroups/[^/]+/providers/{re.escape(of)}/{pattern}$",
            re.IGNORECASE,
        ),
        accepted=f"/subscriptions/<id>/resourceGroups/<group>/providers/{of}/{example}",
    )


_NETWORK = _resource("virtualNetworks/[^/]+", "virtualNetworks/<name>")
_SUBNET = _resource("virtualNetworks/[^/]+/subnets/[^/]+", "virtualNetworks/<name>/subnets/<name>")
_ZONE = _resource("privateDnsZones/[^/]+", "privateDnsZones/<zone>")


AZURE = CloudFacts(
    title="Azure",
    # azure-native's `azure-native:environment` would have to name another cloud, and every private DNS zone.
    closed=(
        ClosedRegions(
            pattern=re.compile(r"china[a-z]+[0-9]?|us(gov|dod|nat|sec)[a-z]+"),
            because="it belongs to another cloud of Microsoft's, whose endpoints and DNS zones are others",
        ),
    ),
    zone_prefix="",
    # Azure's zones are 1, 2 and 3 in every region that has any.
    zones_vary=False,
    account=Format(
        pattern=re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE),
        accepted="an Azure subscription id",
    ),
    # Storage accounts and key vaults (24 each) have no room for a stack's name: see Pulumi.yaml.
    names=(
        NameLimit(
            what="an AKS cluster",
            logical_name="foundation-cluster",
            longest=63,
            fits=_NO_TRADEMARK,
            needs=("cluster",),
        ),
        NameLimit(
            what="a virtual network", logical_name="foundation-network", longest=64, needs=("cluster",)
        ),
        NameLimit(
            what="the resource group of AKS's nodes",
            logical_name="foundation-nodes",
            longest=80,
            needs=("cluster",),
        ),
        NameLimit(
            what="an Azure Managed Redis",
            logical_name="lock-store",
            longest=60,
            fits=_NO_TRADEMARK,
            needs=("lockStore",),
        ),
        NameLimit(
            what="an Azure DocumentDB cluster",
            logical_name="tracker-store",
            longest=40,
            fits=_NO_TRADEMARK,
            needs=("mongodb",),
        ),
        NameLimit(
            what="a PostgreSQL server",
            logical_name="tracker-store",
            longest=63,
            fits=_NO_TRADEMARK,
            needs=("postgres",),
        ),
        NameLimit(
            what="an Event Hubs namespace",
            logical_name="event-broker",
            longest=50,
            fits=_NO_TRADEMARK,
            needs=("eventBroker",),
        ),
        NameLimit(
            what="a SAS rule of Event Hubs",
            logical_name="event-broker-analytics",
            longest=50,
            needs=("eventBroker", "analytics"),
        ),
    ),
    # Azure, "Use tags to organize your Azure resources", limitations; storage accounts take 128 of a name
    tags=Tags(
        key=re.compile(r"(?!microsoft|azure|windows)[^<>%&\\?/]{1,128}", re.IGNORECASE),
        value=re.compile(r".{0,256}"),
        most=50,
        accepted="names of 1 to 128 without <>%&\\?/ that do not begin with microsoft, azure or windows; "
        "values up to 256",
    ),
    # Azure documentation, "Azure CNI overlay networking in AKS", IP address planning
    ranges=Ranges(
        reserved=tuple(
            IPv4Network(cidr) for cidr in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
        ),
        reserved_by="AKS keeps for itself",
        # The same page: services below /12; a node takes a /24 of the pods' range, so a /20 feeds 16 nodes.
        smallest={"podsCidr": 20, "servicesCidr": 24},
        largest={"servicesCidr": 12},
    ),
    admin=Format(
        pattern=re.compile(r"^(user|group|servicePrincipal):(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"),
        accepted="user:, group: or servicePrincipal: and an Entra object id",
    ),
    no_admin="Azure lets nobody into a cluster for having made it, so `pulumi up` could not install Rasa; "
    "name at least the principal that runs it",
    example_admin='"user:$(az ad signed-in-user show --query id -o tsv)"',
    alarm_target=Format(
        pattern=re.compile(
            r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\.Insights"
            r"/actionGroups/[^/]+$",
            re.IGNORECASE,
        ),
        accepted="/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Insights/actionGroups/<name>",
    ),
    registry=_resource("registries/[a-z0-9]{5,50}", "registries/<name>", "Microsoft.ContainerRegistry"),
    postgres_connections={
        ("dev", "small"): 35,
        ("dev", "medium"): 414,
        ("dev", "large"): 844,
        ("production", "small"): 844,
        ("production", "medium"): 1703,
        ("production", "large"): 3422,
    },
    missing_tracker_stores={"dynamodb": Gap(because=AWS_ONLY, instead="kind postgres or mongodb")},
    not_sold=(
        # Azure documentation, "API Server VNet Integration in AKS", limited availability
        NotSold(
            what="AKS with its API server in the stack's network",
            key="cluster",
            regions=frozenset({"qatarcentral"}),
        ),
    ),
    beside_existing_cluster=Ids(
        cluster_name=_resource(
            "managedClusters/[^/]+", "managedClusters/<name>", of="Microsoft.ContainerService"
        ),
        id=_NETWORK,
        subnets=_SUBNET,
        private_zone=_ZONE,
        marks=(AZURE_CLIENT_ANNOTATION,),
    ),
    key=Gap(
        because="the stores there are encrypted with keys that Azure manages",
        instead="none",
    ),
    existing_network=NetworkIds(
        id=_NETWORK,
        subnet=_SUBNET,
        uses=("nodes", "api", "stores", "endpoints", "balancers"),
        zonal=False,
        private_zone=_ZONE,
    ),
    model_access_ends=True,
    # azure-native sends it in one Put Blob of API version 2018-11-09 (pulumi-azure-native:
    # provider/pkg/resources/customresources/custom_storage.go).
    largest_model=256 * 1024 * 1024,
    ingress=IngressFacts(
        zone_id=Format(
            pattern=re.compile(
                r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+"
                r"/providers/Microsoft\.Network/dnszones/[^/]+$",
                re.IGNORECASE,
            ),
            accepted="the resource id of a DNS zone (az network dns zone show --query id)",
        ),
        certificates=("cert-manager", "existing", "pem"),
        issues=True,
        no_api="Application Gateway for Containers knows no addresses of senders",
    ),
    regions={
        "australiacentral": (),
        "australiaeast": _123,
        "australiasoutheast": (),
        "austriaeast": _123,
        "belgiumcentral": _123,
        "brazilsouth": _123,
        "brazilsoutheast": (),
        "canadacentral": _123,
        "canadaeast": (),
        "centralindia": _123,
        "centralus": _123,
        "chilecentral": _123,
        "eastasia": _123,
        "eastus": _123,
        "eastus2": _123,
        "francecentral": _123,
        "francesouth": (),
        "germanynorth": (),
        "germanywestcentral": _123,
        "indonesiacentral": _123,
        "israelcentral": _123,
        "italynorth": _123,
        "japaneast": _123,
        "japanwest": _123,
        "koreacentral": _123,
        "koreasouth": (),
        "malaysiawest": _123,
        "mexicocentral": _123,
        "newzealandnorth": _123,
        "northcentralus": (),
        "northeurope": _123,
        "norwayeast": _123,
        "norwaywest": (),
        "polandcentral": _123,
        "qatarcentral": _123,
        "southafricanorth": _123,
        "southafricawest": (),
        "southcentralus": _123,
        "southeastasia": _123,
        "southindia": (),
        "spaincentral": _123,
        "swedencentral": _123,
        "switzerlandnorth": _123,
        "switzerlandwest": (),
        "uaecentral": (),
        "uaenorth": _123,
        "uksouth": _123,
        "ukwest": (),
        "westcentralus": (),
        "westeurope": _123,
        "westindia": (),
        "westus": (),
        "westus2": _123,
        "westus3": _123,
    },
)
