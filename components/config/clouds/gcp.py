"""Google Cloud, as the stack file knows it.

Regions: Compute Engine documentation, "Regions and zones" (us-central1 has a fourth zone, f).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from components.config.clouds.facts import (
    AWS_ONLY,
    CloudFacts,
    Format,
    Gap,
    Ids,
    IngressFacts,
    NameLimit,
    NetworkIds,
    Ranges,
    Tags,
)
from components.contract.cluster import GOOGLE_ACCOUNT_ANNOTATION

_NAME = "[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
# Resource Manager documentation, "Creating and managing projects": 6 to 30 characters. Old projects have a
# domain before the id (terraform-provider-google, verify/validation.go, `ProjectRegex`); e-mail addresses in
# them come from the resources.
_PROJECT_ID = r"([a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"
_PROJECT = rf"projects/({_PROJECT_ID}|[0-9]{{1,19}})"
"""In a path its number stands for it, too (AIP-122, "Resource ID aliases"; the same regular expression)."""


def _of_project(path: str, accepted: str) -> Format:
    """A resource by its path."""
    return Format(
        pattern=re.compile(rf"^{_PROJECT}/{path}$"),
        accepted=f"projects/<project>/{accepted}",
    )


_NETWORK = _of_project(f"global/networks/{_NAME}", "global/networks/<name>")
_RANGE = _of_project(f"global/addresses/{_NAME}", "global/addresses/<name>")
_ABC, _BCD = ("a", "b", "c"), ("b", "c", "d")

GCP = CloudFacts(
    title="Google Cloud",
    zone_prefix="{region}-",
    account=Format(
        pattern=re.compile(rf"^{_PROJECT_ID}$"),
        accepted="a Google Cloud project id such as company-rasa (of the old kind: example.com:company-rasa)",
    ),
    account_required="on Google Cloud it names the project that everything is made in",
    # Service accounts (30) and the GKE cluster (40) have shorter patterns of their own in Pulumi.yaml.
    names=(
        NameLimit(what="a Memorystore instance", logical_name="lock-store", longest=40, needs=("lockStore",)),
        *(
            NameLimit(
                what="a Cloud Storage bucket",
                logical_name=name,
                longest=63,
                # Cloud Storage documentation, "About Cloud Storage buckets", names
                fits=Format(
                    pattern=re.compile(r"(?!goog)(?!.*g[o0]{2}gle)"),
                    accepted="one that does not begin with goog and does not hold google",
                ),
                needs=(part,),
            )
            for name, part in (("model-storage", "modelStorage"), ("vault-unseal-snapshots", "vault"))
        ),
        NameLimit(what="a Kafka cluster", logical_name="event-broker", longest=63, needs=("eventBroker",)),
        NameLimit(what="a KMS key ring", logical_name="foundation-key", longest=63, needs=("cluster",)),
        NameLimit(
            what="a VPC's address range",
            logical_name="foundation-network-services",
            longest=63,
            needs=("cluster",),
        ),
    ),
    # Google Cloud, "Requirements for labels"
    tags=Tags(
        key=re.compile(r"(?!goog-)[a-z][a-z0-9_-]{0,62}"),
        value=re.compile(r"[a-z0-9_-]{0,63}"),
        most=64,
        accepted="lower-case letters, digits, _ and -; keys of 1 to 63 that begin with a letter and not "
        "with goog-, which Google keeps for itself, values up to 63",
    ),
    # 172.17.0.0/16 is the bridge of the container runtime on GKE's nodes (GKE documentation, "VPC-native
    # clusters"). A node of GKE Autopilot takes 64 addresses of the pods' range, so a /20 feeds 64 nodes.
    ranges=Ranges(
        reserved=(IPv4Network("172.17.0.0/16"),),
        reserved_by="GKE's nodes use",
        checked=("podsCidr", "servicesCidr"),
        smallest={"podsCidr": 20, "servicesCidr": 24},
        # GKE documentation, "Cluster IPv4 address range sizes": pods /9 to /21, services /16 to /28.
        largest={"podsCidr": 9, "servicesCidr": 16},
    ),
    admin=Format(
        pattern=re.compile(
            r"^((user|group|serviceAccount):[^\s:@]+@[^\s:@]+|domain:[^\s:@]+|(principal|principalSet):\S+)$"
        ),
        accepted="user:…, group:…, serviceAccount:…",
    ),
    example_admin="group:ops@example.com",
    alarm_target=_of_project("notificationChannels/[0-9]+", "notificationChannels/<number>"),
    registry=_of_project(
        f"locations/[a-z0-9-]+/repositories/{_NAME}", "locations/<location>/repositories/<name>"
    ),
    postgres_connections={
        ("dev", "small"): 40,
        ("dev", "medium"): 80,
        ("dev", "large"): 150,
        ("production", "small"): 400,
        ("production", "medium"): 800,
        ("production", "large"): 1600,
    },
    missing_tracker_stores={
        "dynamodb": Gap(because=AWS_ONLY, instead="kind postgres"),
        "mongodb": Gap(
            because="Google Cloud has no MongoDB of its own that creates the indexes Rasa asks for",
            instead="kind postgres, or an existing MongoDB Atlas",
        ),
    },
    key=_of_project(
        rf"locations/(?P<region>{_NAME})/keyRings/[A-Za-z0-9_-]+/cryptoKeys/[A-Za-z0-9_-]+",
        "locations/<the stack's region>/keyRings/<ring>/cryptoKeys/<key>",
    ),
    beside_existing_cluster=Ids(
        cluster_name=_of_project(
            f"locations/[a-z0-9-]+/clusters/{_NAME}",
            "locations/<region or zone>/clusters/<name>",
        ),
        id=_NETWORK,
        subnets=_RANGE,
        marks=(GOOGLE_ACCOUNT_ANNOTATION,),
    ),
    existing_network=NetworkIds(
        id=_NETWORK,
        subnet=_of_project(rf"regions/[a-z0-9-]+/subnetworks/{_NAME}", "regions/<region>/subnetworks/<name>"),
        stores=_RANGE,
        uses=("nodes", "stores"),
        zonal=False,
    ),
    ingress=IngressFacts(
        zone_id=Format(
            pattern=re.compile(rf"^({_PROJECT}/managedZones/)?{_NAME}$"),
            accepted="the name of a managed zone such as example-com, or of another project's: "
            "projects/<project>/managedZones/<name>",
        ),
        zone_apex=True,
        certificates=("cloud", "existing", "pem"),
        zone_proves=True,
        reference=Format(
            pattern=re.compile(r"^[a-z][a-z0-9-]{0,62}$"), accepted="the name of a certificate map"
        ),
    ),
    regions={
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
    },
)
