"""Settings in, companions out: what the wiring asks for."""

from __future__ import annotations

import pulumi_random as random
from pulumi import ProviderResource, ResourceOptions

from components.companions.choice import Beside, BesideArgs
from components.contracts import EventBroker, TrackerStore
from components.kubernetes.cluster_access import ClusterAccess
from components.settings import Settings


def bring_up_beside(
    settings: Settings, access: ClusterAccess, tracker_store: TrackerStore, event_broker: EventBroker
) -> Beside:
    """Make those that run in the cluster, and connect the others."""
    args = BesideArgs(
        profile=settings.profile,
        namespace=access.namespace,
        namespace_name=access.cluster.namespace,
        assigns_users=access.cluster.flavor == "openshift",
        nlg_server=settings.nlg_server,
        actions=settings.actions,
        duckling=settings.duckling,
        analytics=settings.analytics,
        tracing=settings.tracing,
        metrics=settings.metrics,
        model_groups=settings.model_groups,
        mcp_servers=settings.mcp_servers,
        tracker_store=tracker_store,
        event_broker=event_broker,
    )
    providers: list[ProviderResource] = [access.provider, random.Provider("companions-random")]
    return Beside("companions", args, ResourceOptions(providers=providers))
