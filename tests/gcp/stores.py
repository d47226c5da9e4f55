"""The data stores under test, and where they are placed."""

from __future__ import annotations

from pulumi import Output
from pulumi_gcp import container

from components.gcp.apis import Apis
from components.gcp.placement import Placement
from tests.computed import GOOGLE_PROJECT, GOOGLE_REGION
from tests.made_alone import maker
from tests.recorder import beside

CHANNEL = f"projects/{GOOGLE_PROJECT}/notificationChannels/1"
ALARM = "gcp:monitoring/alertPolicy:AlertPolicy"
SERVICE = "gcp:projects/service:Service"
CLUSTER = "gcp:container/cluster:Cluster"


def known(value: str) -> Output[str]:
    return Output.from_input(value)


STORES = ("model-storage", "lock-store", "postgres", "event-broker", "vault-unseal")


def placement(alarm_channel: str | None = None) -> Placement:
    """A placement whose cluster is a resource, so that whoever waits for it shows."""
    cluster = container.Cluster(
        "cluster",
        project=GOOGLE_PROJECT,
        control_plane_endpoints_config=container.ClusterControlPlaneEndpointsConfigArgs(),
        opts=beside(),
    )
    project = known(GOOGLE_PROJECT)
    return Placement(
        project=GOOGLE_PROJECT,
        region=GOOGLE_REGION,
        zones=tuple(f"{GOOGLE_REGION}-{letter}" for letter in "abc"),
        apis=Apis(
            compute=project,
            container=project,
            iam=project,
            kms=project,
            monitoring=project,
            service_networking=project,
            storage=project,
        ),
        subnet_id=known("subnet"),
        private_network=known("network"),
        private_range=known("range"),
        key_id=known("the-stacks-key"),
        rasa_member=known("serviceAccount:rasa@x"),
        workload_pool=cluster.workload_identity_config.apply(lambda config: config.workload_pool or ""),
        alarm_channel=alarm_channel,
    )


make = maker("gcp", placement)
