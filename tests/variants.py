"""Variants of the examples, for what no example says: an example and the blocks that it has besides."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from tests.recorder import Recording
from tests.stacks import SIMULATED, record_config, stack_config

MIRROR = "registry.example.com/mirror"
PULL_PASSWORD = "planted-pull-password-5b1d0c1f"
LOGINS = json.dumps({"auths": {"registry.example.com": {"username": "puller", "password": PULL_PASSWORD}}})
AIR_GAPPED: Mapping[str, str] = {"mirror": MIRROR, "pullSecret": LOGINS}
LABELS, ANNOTATIONS = {"example.com/team": "bots"}, {"example.com/note": "here"}
NODES, TOLERATIONS = {"kubernetes.io/arch": "amd64"}, [{"key": "bots", "operator": "Exists"}]
PODS: Mapping[str, Any] = {
    "labels": LABELS,
    "annotations": ANNOTATIONS,
    "nodeSelector": NODES,
    "tolerations": TOLERATIONS,
    "priorityClassName": "bots",
    "services": {"labels": LABELS, "annotations": {"example.com/service": "here"}},
    "serviceAccounts": {"labels": {"example.com/account": "here"}},
}
SPOKE = (
    "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/company-network/providers"
    "/Microsoft.Network/virtualNetworks/company-spoke"
)
HUB = (
    "/subscriptions/99999999-0000-4000-8000-000000000000/resourceGroups/hub-dns/providers"
    "/Microsoft.Network/privateDnsZones"
)
HOST = "projects/company-host"
ACCOUNTS = {
    "aws": "111122223333",
    "azure": "00000000-0000-4000-8000-000000000000",
    "gcp": "example-rasa-production",
}
"""What the simulated clouds are, and the project that a host project shares its VPC with."""
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "aws": {
        "from": "existing",
        "id": "vpc-0c0a0b0e000000001",
        "subnets": {
            use: [f"subnet-0c0a0b0e0000000{letter}{zone}" for zone in (3, 1, 2)]
            for use, letter in (("nodes", "a"), ("stores", "b"), ("balancers", "c"))
        },
    },
    "azure": {
        "from": "existing",
        "id": SPOKE,
        "subnets": {
            use: [f"{SPOKE}/subnets/{name}"]
            for use, name in (
                *((same, same) for same in ("nodes", "api", "endpoints", "balancers")),
                ("stores", "postgres"),
            )
        },
        "privateDnsZones": [
            f"{HUB}/privatelink.blob.core.windows.net",
            f"{HUB}/company.private.postgres.database.azure.com",
        ],
    },
    "gcp": {
        "from": "existing",
        "id": f"{HOST}/global/networks/company",
        "subnets": {
            "nodes": [f"{HOST}/regions/europe-west3/subnetworks/gke"],
            "stores": [f"{HOST}/global/addresses/google-services"],
        },
        "podsCidr": "100.64.0.0/16",
        "servicesCidr": "10.81.0.0/20",
    },
}
"""Networks that exist on the simulated clouds (simcloud/packages, `outside`)."""
KUBECONFIG: str = SIMULATED["local-dev"]["rasa:cluster"]["kubeconfig"]
CLUSTERS: Mapping[str, Mapping[str, Any]] = {
    "azure": {
        "clusterName": (
            "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/company-aks/providers"
            "/Microsoft.ContainerService/managedClusters/company-aks"
        ),
        "id": SPOKE,
        "subnets": [f"{SPOKE}/subnets/endpoints", f"{SPOKE}/subnets/postgres"],
        "privateDnsZones": NETWORKS["azure"]["privateDnsZones"],
    },
    "gcp": {
        "clusterName": "projects/company-gke/locations/europe-west3/clusters/company",
        "id": NETWORKS["gcp"]["id"],
        "subnets": NETWORKS["gcp"]["subnets"]["stores"],
    },
}
"""Clusters that exist on the simulated clouds, as `rasa:cluster.network` names them."""


BESIDE_IN = {"azure": ACCOUNTS["azure"], "gcp": "example-rasa-dev"}
"""The accounts of the stores beside them."""


def beside_a_cluster(cloud: str) -> Mapping[str, Any]:
    """`rasa:cluster` of a cluster that exists."""
    return {"from": "existing", "kubeconfig": KUBECONFIG, "network": CLUSTERS[cloud]}


KEYS: Mapping[str, str] = {
    "aws": "arn:aws:kms:eu-central-1:444455556666:key/0c0a0b0e-0000-4000-8000-000000000001",
    "gcp": "projects/company-keys/locations/europe-west3/keyRings/rasa/cryptoKeys/rasa",
}
"""Keys that exist there, too; no store of Azure takes one."""


ANONYMIZED = "rasa-events-anonymized"
PRIVACY: Mapping[str, Any] = {"rules": [{"slot": "address", "anonymization": {"type": "redact"}}]}
FURTHER_HOST = "bot.example.com"


def told_of(example: str, block: str, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """The block as the example has it, and these keys."""
    return {**json.loads(stack_config(example)[block]), **keys}


def with_anonymized_events(example: str) -> Mapping[str, Any]:
    """The blocks of a stack whose events are written once more, without personal data."""
    further = {"extraEndpoints": {"privacy": PRIVACY}}
    return {
        "rasa:topics": {"anonymized": [ANONYMIZED]},
        "rasa:assistant": told_of(example, "rasa:assistant", further),
    }


def company(cloud: str) -> Mapping[str, Any]:
    """The blocks of a stack in a company's network, with the company's key, names and rules."""
    example = f"{cloud}-production"
    return {
        "rasa:network": dict(NETWORKS[cloud]),
        "rasa:account": ACCOUNTS[cloud],
        **({"rasa:encryptionKey": KEYS[cloud]} if cloud in KEYS else {}),
        "rasa:ingress": told_of(example, "rasa:ingress", {"alsoHosts": [FURTHER_HOST]}),
        **with_anonymized_events(example),
    }


VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "local-dev-air-gapped": ("local-dev", {"rasa:registry": AIR_GAPPED}),
    "local-dev-pods": ("local-dev", {"rasa:pods": PODS, **with_anonymized_events("local-dev")}),
    **{f"{cloud}-production-existing-network": (f"{cloud}-production", company(cloud)) for cloud in NETWORKS},
    **{
        f"{cloud}-beside": (
            f"{cloud}-dev",
            {"rasa:cluster": beside_a_cluster(cloud), "rasa:account": BESIDE_IN[cloud]},
        )
        for cloud in CLUSTERS
    },
}
"""Name → example, and blocks."""


@functools.cache
def record_variant(name: str) -> Recording[Any]:
    """Record a variant."""
    example, blocks = VARIANTS[name]
    return record_with(example, blocks)


def record_with(example: str, blocks: Mapping[str, Any]) -> Recording[Any]:
    """Record an example with further blocks, all of them secret."""
    texts = {key: block if isinstance(block, str) else json.dumps(block) for key, block in blocks.items()}
    secret = (*SIMULATED.get(example, ()), *blocks)
    return record_config({**stack_config(example), **texts}, secret=secret)
