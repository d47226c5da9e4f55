"""The regions of each cloud and the zones to use there: a table, so that a plan needs no account.

A look-up at run time would be ambient, and would move subnets (and the databases in them) when a cloud adds
a zone. Where an account sees other zones than these, `rasa:network.zones` names them.
Source: the `Region` enum of pulumi-aws 7.51, and AWS's table of availability zones; commercial regions only,
and of these the ones whose RDS authorities are in components/aws/certificates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_ABC = ("a", "b", "c")

AWS: Mapping[str, tuple[str, ...]] = {
    "af-south-1": _ABC,
    "ap-east-1": _ABC,
    "ap-northeast-1": ("a", "c", "d"),
    "ap-northeast-2": _ABC,
    "ap-northeast-3": _ABC,
    "ap-south-1": _ABC,
    "ap-south-2": _ABC,
    "ap-southeast-1": _ABC,
    "ap-southeast-2": _ABC,
    "ap-southeast-3": _ABC,
    "ap-southeast-4": _ABC,
    "ca-central-1": ("a", "b", "d"),
    "eu-central-1": _ABC,
    "eu-central-2": _ABC,
    "eu-north-1": _ABC,
    "eu-south-1": _ABC,
    "eu-south-2": _ABC,
    "eu-west-1": _ABC,
    "eu-west-2": _ABC,
    "eu-west-3": _ABC,
    "me-central-1": _ABC,
    "me-south-1": _ABC,
    "sa-east-1": _ABC,
    "us-east-1": _ABC,
    "us-east-2": _ABC,
    # Two zones for every account: enough for dev, not for production.
    "us-west-1": ("a", "c"),
    "us-west-2": _ABC,
}

_123 = ("1", "2", "3")

AZURE: Mapping[str, tuple[str, ...]] = {
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
}
"""Some have no zones: enough for dev, not for production. Source: Azure's "List of Azure regions"."""

_BCD = ("b", "c", "d")

GCP: Mapping[str, tuple[str, ...]] = {
    "africa-south1": _ABC,
    "asia-east1": _ABC,
    "asia-east2": _ABC,
    "asia-northeast1": _ABC,
    "asia-northeast2": _ABC,
    "asia-northeast3": _ABC,
    "asia-south1": _ABC,
    "asia-south2": _ABC,
    "asia-southeast1": _ABC,
    "asia-southeast2": _ABC,
    "australia-southeast1": _ABC,
    "australia-southeast2": _ABC,
    "europe-central2": _ABC,
    "europe-north1": _ABC,
    "europe-north2": _ABC,
    "europe-southwest1": _ABC,
    "europe-west1": _BCD,
    "europe-west10": _ABC,
    "europe-west12": _ABC,
    "europe-west2": _ABC,
    "europe-west3": _ABC,
    "europe-west4": _ABC,
    "europe-west6": _ABC,
    "europe-west8": _ABC,
    "europe-west9": _ABC,
    "me-central1": _ABC,
    "me-central2": _ABC,
    "me-west1": _ABC,
    "northamerica-northeast1": _ABC,
    "northamerica-northeast2": _ABC,
    "northamerica-south1": _ABC,
    "southamerica-east1": _ABC,
    "southamerica-west1": _ABC,
    "us-central1": _ABC,
    "us-east1": _BCD,
    "us-east4": _ABC,
    "us-east5": _ABC,
    "us-south1": _ABC,
    "us-west1": _ABC,
    "us-west2": _ABC,
    "us-west3": _ABC,
    "us-west4": _ABC,
}
"""Source: Compute Engine documentation, "Regions and zones" (us-central1 has a fourth zone, f)."""

ZONES: Mapping[str, int] = {"dev": 2, "production": 3}
"""Profile → zones that a stack spreads over; MSK's Express brokers and a quorum of three want three."""

REGIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"aws": AWS, "azure": AZURE, "gcp": GCP}

ZONE_PREFIX: Mapping[str, str] = {"aws": "{region}", "azure": "", "gcp": "{region}-"}
"""How a zone's name begins: eu-central-1a on AWS, 1 on Azure, europe-west3-a on Google Cloud."""


def zones_wanted(profile: str, dependencies: Iterable[object]) -> int:
    """How many zones a stack spreads over: a single dependency of profile production wants all three."""
    return max(ZONES[getattr(dependency, "profile", None) or profile] for dependency in dependencies)


def zone_names(cloud: str, region: str) -> tuple[str, ...]:
    """Full zone names of a region, in the order in which they are used; empty for an unknown region."""
    zones = REGIONS.get(cloud, {}).get(region, ())
    return tuple(ZONE_PREFIX[cloud].format(region=region) + zone for zone in zones)
