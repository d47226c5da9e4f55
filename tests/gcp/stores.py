"""The data stores under test: each of them made alone, next to a cluster that nobody may wait for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi import ComponentResource, Output
from pulumi_gcp import container

from components.contract.connections import Topics
from components.contract.provider import (
    EventBrokerArgs,
    LockStoreArgs,
    ModelStorageArgs,
    TrackerStoreArgs,
    VaultUnsealArgs,
)
from components.gcp.apis import Apis
from components.gcp.event_broker import EventBroker
from components.gcp.lock_store import LockStore
from components.gcp.model_storage import ModelStorage
from components.gcp.placement import Placement
from components.gcp.tracker_store import TrackerStore
from components.gcp.vault_unseal import VaultUnseal
from tests.computed import GOOGLE_PROJECT, GOOGLE_REGION
from tests.recorder import Recording, beside, record

CHANNEL = f"projects/{GOOGLE_PROJECT}/notificationChannels/1"
ALARM = "gcp:monitoring/alertPolicy:AlertPolicy"
SERVICE = "gcp:projects/service:Service"
CLUSTER = "gcp:container/cluster:Cluster"


def known(value: str) -> Output[str]:
    return Output.from_input(value)


def given(profile: str, size: str, **changes: Any) -> dict[str, Any]:
    protected = profile == "production"
    return {"profile": profile, "size": size, "deletion_protection": protected, **changes}


STORES: Mapping[str, Callable[[Placement, str, str], ComponentResource]] = {
    "model-storage": lambda place, profile, size: ModelStorage(
        "model-storage", ModelStorageArgs(placement=place, **given(profile, size))
    ),
    "lock-store": lambda place, profile, size: LockStore(
        "lock-store", LockStoreArgs(placement=place, **given(profile, size))
    ),
    "tracker-store": lambda place, profile, size: TrackerStore(
        "tracker-store", TrackerStoreArgs(placement=place, kind="postgres", **given(profile, size))
    ),
    "event-broker": lambda place, profile, size: EventBroker(
        "event-broker", EventBrokerArgs(placement=place, topics=Topics(), **given(profile, size))
    ),
    "vault-unseal": lambda place, profile, size: VaultUnseal(
        "vault-unseal",
        VaultUnsealArgs(placement=place, namespace="vault", service_account="vault", **given(profile, size)),
    ),
}


def placement(alarm_channel: str | None) -> Placement:
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


def make(
    store: str, profile: str, *, size: str = "small", preview: bool = False, alarms: str | None = None
) -> Recording[Any]:
    return record(lambda: STORES[store](placement(alarms), profile, size), preview=preview)
