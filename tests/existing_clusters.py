"""What a cloud's package is asked for beside a cluster of the simulated cloud that exists."""

from __future__ import annotations

from typing import Any

from pulumi import Output

from components.contract.cluster import Kubernetes, PodIdentity
from components.contract.provider import ExistingFoundationArgs
from tests.variants import ACCOUNTS, CLUSTERS


def args_beside(cloud: str, **of_the_cloud: Any) -> ExistingFoundationArgs:
    """Those of a company's cluster in production; the cloud says `region`, `zones` and `subnet_uses`."""
    company = CLUSTERS[cloud]
    given: dict[str, Any] = {
        "stack": "company",
        "profile": "production",
        "deletion_protection": True,
        "keeps_data": True,
        "account": ACCOUNTS[cloud],
        "cluster": Kubernetes(
            kubeconfig=Output.secret("{}"),
            identifier=Output.from_input("existing"),
            namespace="rasa",
            rasa=PodIdentity(service_account="rasa"),
            setup=PodIdentity(service_account="rasa-setup"),
        ),
        "cluster_name": company["clusterName"],
        "network_id": company["id"],
        "subnet_ids": company["subnets"],
        "private_zones": company.get("privateDnsZones", ()),
        "clients_id": None,
        "alarm_target": None,
        "tags": {},
        **of_the_cloud,
    }
    return ExistingFoundationArgs(**given)
