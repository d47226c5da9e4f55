"""Blocks of stack files in networks that exist, with every key that they take."""

from __future__ import annotations

from tests.config.blocks import Block
from tests.config.whole_blocks import ON_AWS, ON_AZURE, ON_GOOGLE

IN_A_NETWORK: Block = {
    **ON_AWS,
    "network": {
        "from": "existing",
        "id": "vpc-0123456789abcdef0",
        "subnets": {
            "nodes": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            "stores": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
            "balancers": ["subnet-0123456789abcdef4", "subnet-0123456789abcdef5"],
        },
        "servicesCidr": "172.20.0.0/16",
        "internet": False,
    },
}
SPOKE = (
    "/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/net/providers"
    "/Microsoft.Network/virtualNetworks/spoke"
)
IN_A_SPOKE: Block = {
    **ON_AZURE,
    "network": {
        "from": "existing",
        "id": SPOKE,
        "subnets": {
            use: [f"{SPOKE}/subnets/{use}"] for use in ("nodes", "api", "stores", "endpoints", "balancers")
        },
        "privateDnsZones": [
            SPOKE.replace("virtualNetworks/spoke", "privateDnsZones/privatelink.blob.core.windows.net")
        ],
        "servicesCidr": "172.20.0.0/16",
        "podsCidr": "10.244.0.0/16",
    },
}
IN_A_SHARED_VPC: Block = {
    **ON_GOOGLE,
    "registry": {**ON_GOOGLE["registry"], "mirror": "europe-docker.pkg.dev/company-shared/images"},
    "network": {
        "from": "existing",
        "id": "projects/company-host/global/networks/company",
        "subnets": {
            "nodes": ["projects/company-host/regions/europe-west3/subnetworks/gke"],
            "stores": ["projects/company-host/global/addresses/google-services"],
        },
        "servicesCidr": "172.20.0.0/16",
        "podsCidr": "10.244.0.0/16",
        "internet": False,
    },
}
