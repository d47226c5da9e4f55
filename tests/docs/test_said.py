"""What no check can know beforehand, documents say: quotas, and what helps when a cloud refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from tests.docs.tables import DOCS
from tests.recorder import Recording
from tests.stacks import record_stack

ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| (\d+) \| ([^|]+) \|$", re.MULTILINE)


def addresses(made: Recording[Any]) -> int:
    """The NAT gateway's: one of ours, or one per zone that AWS takes for a regional one."""
    (nat,) = made.of("aws:ec2/natGateway:NatGateway")
    zones = {one.inputs["availabilityZone"] for one in made.of("aws:ec2/subnet:Subnet")}
    return len(zones) if nat.inputs["availabilityMode"] == "regional" else len(made.of("aws:ec2/eip:Eip"))


def system_nodes(made: Recording[Any]) -> int:
    """vCPUs, with the one node more that AKS makes during an upgrade."""
    (cluster,) = made.of("azure-native:containerservice:ManagedCluster")
    (pool,) = cluster.inputs["agentPoolProfiles"]
    return _vcpus(pool["vmSize"]) * (pool["count"] + 1)


def database(made: Recording[Any]) -> int:
    (server,) = made.of("azure-native:dbforpostgresql:Server")
    standby = server.inputs["highAvailability"]["mode"] == "ZoneRedundant"
    return _vcpus(server.inputs["sku"]["name"]) * (2 if standby else 1)


def count(type_: str) -> Callable[[Recording[Any]], int]:
    return lambda made: len(made.of(type_))


def _vcpus(size: str) -> int:
    found = re.match(r"Standard_[A-Z]+(\d+)", size)
    assert found
    return int(found[1])


QUOTAS: Mapping[str, Mapping[str, Callable[[Recording[Any]], int] | None]] = {
    # How the document calls it → what the examples come to, where their resources tell.
    "aws": {
        "L-1216C47A": None,
        "L-0263D0A3": addresses,
        "L-F678F1CE": count("aws:ec2/vpc:Vpc"),
        "the last command": None,  # of services that write logs by a policy of their own
    },
    "azure": {
        "cores": None,
        "standardDSv5Family": system_nodes,
        "standardDDSv5Family": None,
        "Quotas, PostgreSQL": database,
    },
    "gcp": {
        "CPUS_ALL_REGIONS": None,
        "CPUS": None,
        "SSD_TOTAL_GB": None,
        "NETWORKS": count("gcp:compute/network:Network"),
    },
}


@pytest.mark.parametrize("cloud", QUOTAS)
def test_the_quotas_are_what_the_examples_come_to(cloud: str) -> None:
    section = (
        (DOCS / f"quick-start-{cloud}.md").read_text().partition("## 4. Quotas")[2].partition("\n## ")[0]
    )
    rows = {asked: (int(dev), int(production)) for _, dev, production, asked in ROW.findall(section)}
    assert len(rows) == len(QUOTAS[cloud])
    for name, needed in QUOTAS[cloud].items():
        (said,) = (numbers for asked, numbers in rows.items() if re.search(rf"(?<!\w){name}(?!\w)", asked))
        assert 0 < said[0] <= said[1]
        if needed:
            assert said == (
                needed(record_stack(f"{cloud}-dev")),
                needed(record_stack(f"{cloud}-production")),
            ), name


@pytest.mark.parametrize(
    ("document", "refusal", "remedy"),
    [
        # What a cloud answers, or the way in which something ends → what the same paragraph says that helps.
        ("quick-start-gcp.md", "API has not been used in project", "run it again"),
        ("quick-start-gcp.md", "cloudkms.cryptoKeyVersions.useToEncrypt", "run it again"),
        ("quick-start-gcp.md", "Not every region has [Managed Service for Apache Kafka]", "from: in-cluster"),
        ("quick-start-gcp.md", "Service Controls", "Cloud DNS must be allowed"),
        ("quick-start-azure.md", "AllocationFailed", "another region, or another `size`"),
        ("recovery.md", "another operation (install/upgrade/rollback) is in progress", "pending-install"),
        ("recovery.md", "stops at the\nfirst Helm release", "after step 1"),
        ("upgrading.md", "locks and timers of the moment can be lost", "nothing that must be kept is in it"),
    ],
)
def test_a_refusal_that_no_check_foresees_has_its_remedy(document: str, refusal: str, remedy: str) -> None:
    (paragraph,) = (one for one in (DOCS / document).read_text().split("\n\n") if refusal in one)
    assert remedy in paragraph


def test_the_pod_that_holds_the_models_volume_ends_by_itself() -> None:
    """A claim stays Terminating for as long as a pod mounts it, and `pulumi destroy` waits for that."""
    pod = yaml.safe_load((DOCS / "model-upload.yaml").read_text())
    assert 0 < pod["spec"]["activeDeadlineSeconds"] <= 60 * 60
    (volume,) = pod["spec"]["volumes"]
    claims = record_stack("local-dev").of("kubernetes:core/v1:PersistentVolumeClaim")
    assert volume["persistentVolumeClaim"]["claimName"] in {one.inputs["metadata"]["name"] for one in claims}
