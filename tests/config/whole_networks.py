"""Blocks of stack files in networks that exist on the simulated clouds, with every key that they take."""

from __future__ import annotations

from tests.config.blocks import CLUSTER, Block, existing_stack
from tests.config.whole_blocks import ON_AWS, ON_AZURE, ON_GOOGLE
from tests.variants import ACCOUNTS, CLUSTERS, KEYS, NETWORKS

IN_A_NETWORK: Block = {
    **ON_AWS,
    "network": {**NETWORKS["aws"], "servicesCidr": "172.20.0.0/16", "internet": False},
    "encryptionKey": KEYS["aws"],
}
IN_A_SPOKE: Block = {
    **ON_AZURE,
    "account": ACCOUNTS["azure"],
    "network": {**NETWORKS["azure"], "servicesCidr": "172.20.0.0/16", "podsCidr": "10.244.0.0/16"},
}
IN_A_SHARED_VPC: Block = {
    **ON_GOOGLE,
    "registry": {**ON_GOOGLE["registry"], "mirror": "europe-docker.pkg.dev/company-shared/images"},
    "network": {**NETWORKS["gcp"], "internet": False},
    "encryptionKey": KEYS["gcp"],
}
BESIDE_AKS: Block = {
    **existing_stack(),
    "cloud": "azure",
    "region": "westeurope",
    "account": ACCOUNTS["azure"],
    "cluster": {**CLUSTER, "network": CLUSTERS["azure"]},
    "lockStore": {},
    "trackerStore": {},
}
BESIDE_GKE: Block = {
    **existing_stack(),
    "cloud": "gcp",
    "region": "europe-west3",
    "account": ACCOUNTS["gcp"],
    "cluster": {**CLUSTER, "network": CLUSTERS["gcp"]},
    "lockStore": {},
    "eventBroker": {},
}
