"""What stands beside Rasa Pro: settings in, connections out. The only `match` on a companion's source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

import pulumi_random as random
from pulumi import Output, ResourceOptions

from components.companions.analytics_database import AnalyticsDatabase
from components.companions.args import ServerArgs
from components.companions.server import Server
from components.config import companions as o
from components.config.companions import ExistingNlgServer
from components.config.model import certificates, secret
from components.config.settings import Settings
from components.contract.companions import (
    Actions,
    ActionServer,
    ActionsModule,
    Analytics,
    Collector,
    Companions,
    Duckling,
    LanguageModels,
    NlgServer,
)
from components.contract.connections import EventBroker, Kafka, Postgres, TrackerStore
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile
from components.kubernetes.access import ClusterAccess

REPLICAS: dict[Profile, int] = {"dev": 1, "production": 2}
GROWTH: dict[Profile, int] = {"dev": 1, "production": 2}
"""How many times as many pods an autoscaler may make of them."""
DUCKLING_PORT, DUCKLING_USER = 8000, 1001


@dataclass(frozen=True, slots=True)
class CompanionServers:
    """Makes the servers that run in the cluster, and connects those that exist."""

    settings: Settings
    access: ClusterAccess

    def nlg_server(self) -> NlgServer | None:
        """The server that words the responses."""
        match self.settings.nlg_server:
            case o.NoCompanion():
                return None
            case ExistingNlgServer() as block:
                return block.connection()
            case o.InClusterNlgServer() as block:
                server = self._server("nlg-server", block)
                return NlgServer(
                    url=Output.concat(server.address, block.path), ready=server.ready, pods=server.pods
                )
            case _:
                assert_never(self.settings.nlg_server)

    def companions(self, tracker_store: TrackerStore, event_broker: EventBroker) -> Companions:
        """All others; the analytics read the broker's events, and have a database on the store's server."""
        return Companions(
            actions=self._actions(),
            duckling=self._duckling(),
            tracing=_collector(self.settings.tracing),
            metrics=_collector(self.settings.metrics),
            analytics=self._analytics(tracker_store, event_broker),
            language_models=_language_models(self.settings),
        )

    def _actions(self) -> Actions | None:
        match self.settings.actions:
            case o.NoCompanion():
                return None
            case o.ActionsInProcess(module=module):
                return ActionsModule(module=module)
            case o.ExistingActions() as block:
                token = None if block.token is None else secret(block.token)
                return ActionServer(url=Output.from_input(block.url), token=token, ca=certificates(block.ca))
            case o.InClusterActions() | o.InClusterGrpcActions() as block:
                server = self._server("action-server", block)
                return ActionServer(
                    url=Output.concat(server.address, block.path), ready=server.ready, pods=server.pods
                )
            case _:
                assert_never(self.settings.actions)

    def _duckling(self) -> Duckling | None:
        match self.settings.duckling:
            case o.NoCompanion():
                return None
            case o.ExistingDuckling(url=url):
                return Duckling(url=Output.from_input(url))
            case o.InClusterDuckling() as block:
                server = self._server("duckling", block)
                return Duckling(url=server.address, ready=server.ready, pods=server.pods)
            case _:
                assert_never(self.settings.duckling)

    def _server(self, name: str, block: o.AnyServer) -> Server:
        replicas, most = replicas_of(block, self.settings.profile)
        common = ServerArgs(
            namespace=self.access.namespace,
            namespace_name=self.access.cluster.namespace,
            image=block.image,
            port=DUCKLING_PORT,
            health="/",
            replicas=replicas,
            most_replicas=most,
            cpu=block.cpu,
            memory=block.memory,
            start_seconds=60,
            user=block.user,
        )
        if isinstance(block, o.InClusterDuckling):
            # Its image names no user, which means root; on OpenShift the cluster names one.
            assigned = self.access.cluster.flavor == "openshift"
            server = replace(common, user=block.user or (None if assigned else DUCKLING_USER))
        else:
            server = replace(
                common,
                protocol=block.protocol,
                port=block.port,
                health=block.health,
                start_seconds=block.start_seconds,
                variables=block.variables,
                secrets={key: secret(value) for key, value in block.secrets.items()},
                trust=self.access.cluster.trust,
                writable=block.writable,
            )
        return Server(name, server, ResourceOptions(providers=[self.access.provider]))

    def _analytics(self, tracker_store: TrackerStore, events: EventBroker) -> Analytics | None:
        block = self.settings.analytics
        provider = random.Provider("companions-random")
        if isinstance(block, o.NoCompanion):
            return None
        if block.database is None:
            assert isinstance(tracker_store, Postgres), "the settings ask for one beside the analytics"
            opts = ResourceOptions(providers=[provider])
            database = AnalyticsDatabase("analytics-database", tracker_store, opts).connection
        else:
            database = block.database.connection(self.settings.region)
        assert isinstance(events, Kafka), "the settings refuse another broker beside the analytics"
        assert isinstance(database.login, PasswordLogin), "the settings ask for a password"
        return Analytics(
            repository=block.repository,
            tag=block.tag,
            events=events,
            database=database,
            login=database.login,
            beside_rasa=block.database is None,
            ready=(*events.ready, *database.ready),
        )


def replicas_of(block: o.InClusterServer, profile: Profile) -> tuple[int, int]:
    """Pods at least and at most."""
    replicas = block.replicas or REPLICAS[profile]
    return replicas, max(replicas, block.max_replicas or replicas * GROWTH[profile])


def _collector(block: o.NoCompanion | o.ExistingCollector) -> Collector | None:
    if isinstance(block, o.NoCompanion):
        return None
    return Collector(
        endpoint=block.endpoint, tls=block.tls, service_name=block.service_name, ca=certificates(block.ca)
    )


def _language_models(settings: Settings) -> LanguageModels:
    return LanguageModels(
        groups=[
            {
                "id": group.id,
                "models": list(group.models),
                **({} if group.router is None else {"router": group.router}),
            }
            for group in settings.model_groups
        ],
        mcp_servers=[
            {**server.options, "name": server.name, "url": server.url, "type": server.type}
            for server in settings.mcp_servers
        ],
    )
