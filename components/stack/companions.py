"""What stands beside Rasa Pro: settings in, connections out. The only `match` on a companion's source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

import pulumi_random as random
from pulumi import ComponentResource, Output, ProviderResource, ResourceOptions, RunError

from components.companions.args import ServerArgs
from components.companions.server import Server
from components.config import companions as o
from components.config.companions import ExistingNlgServer, connect_nlg_server
from components.config.model import certificates, secret
from components.config.settings import Settings
from components.config.tracker_store import connect_postgres
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
ANALYTICS_NAME = "rasa_analytics"
"""Database and role."""
PASSWORD_LENGTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class BesideArgs:
    """What the settings choose, and what it stands on."""

    profile: Profile
    namespace: Output[str]
    """Rasa's, once it is there."""
    namespace_name: str
    assigns_users: bool
    """The cluster decides which user a pod runs as (OpenShift)."""
    nlg_server: o.NoCompanion | o.InClusterNlgServer | ExistingNlgServer
    actions: o.NoCompanion | o.InClusterActions | o.ExistingActions | o.ActionsInProcess
    duckling: o.NoCompanion | o.InClusterDuckling | o.ExistingDuckling
    analytics: o.NoCompanion | o.InClusterAnalytics
    tracing: o.NoCompanion | o.ExistingCollector
    metrics: o.NoCompanion | o.ExistingCollector
    model_groups: tuple[o.ModelGroup, ...]
    mcp_servers: tuple[o.McpServer, ...]
    tracker_store: TrackerStore
    event_broker: EventBroker


class Beside(ComponentResource):
    """Brings up the companions that run in the cluster, and says what Rasa is told about all of them."""

    nlg: NlgServer | None
    companions: Companions

    def __init__(self, name: str, args: BesideArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:companions:Beside", name, {}, opts)
        self.nlg = self._nlg(args)
        self.companions = Companions(
            actions=self._actions(args),
            duckling=self._duckling(args),
            tracing=_collector(args.tracing),
            metrics=_collector(args.metrics),
            analytics=self._analytics(args),
            language_models=_language_models(args),
        )
        self.register_outputs({})

    def _nlg(self, args: BesideArgs) -> NlgServer | None:
        match args.nlg_server:
            case o.NoCompanion():
                return None
            case ExistingNlgServer() as block:
                return connect_nlg_server(block)
            case o.InClusterNlgServer() as block:
                server = self._server("nlg-server", block, args)
                return NlgServer(
                    url=Output.concat(server.address, block.path), ready=server.ready, pods=server.pods
                )
            case _:
                assert_never(args.nlg_server)

    def _actions(self, args: BesideArgs) -> Actions | None:
        match args.actions:
            case o.NoCompanion():
                return None
            case o.ActionsInProcess(module=module):
                return ActionsModule(module=module)
            case o.ExistingActions() as block:
                token = None if block.token is None else secret(block.token)
                return ActionServer(url=Output.from_input(block.url), token=token, ca=certificates(block.ca))
            case o.InClusterActions() as block:
                server = self._server("action-server", block, args)
                return ActionServer(
                    url=Output.concat(server.address, block.path), ready=server.ready, pods=server.pods
                )
            case _:
                assert_never(args.actions)

    def _duckling(self, args: BesideArgs) -> Duckling | None:
        match args.duckling:
            case o.NoCompanion():
                return None
            case o.ExistingDuckling(url=url):
                return Duckling(url=Output.from_input(url))
            case o.InClusterDuckling() as block:
                server = self._server("duckling", block, args)
                return Duckling(url=server.address, ready=server.ready, pods=server.pods)
            case _:
                assert_never(args.duckling)

    def _server(
        self,
        name: str,
        block: o.InClusterNlgServer | o.InClusterActions | o.InClusterDuckling,
        args: BesideArgs,
    ) -> Server:
        replicas, most = replicas_of(block, args.profile)
        common = ServerArgs(
            namespace=args.namespace,
            namespace_name=args.namespace_name,
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
            user = block.user or (None if args.assigns_users else DUCKLING_USER)
            server = replace(common, user=user)
        else:
            server = replace(
                common,
                port=block.port,
                health=block.health,
                start_seconds=block.start_seconds,
                variables=block.variables,
                secrets={key: secret(value) for key, value in block.secrets.items()},
                writable=block.writable,
            )
        return Server(name, server, ResourceOptions(parent=self))

    def _analytics(self, args: BesideArgs) -> Analytics | None:
        block = args.analytics
        if isinstance(block, o.NoCompanion):
            return None
        events = args.event_broker
        if not isinstance(events, Kafka):
            raise RunError("rasa:analytics reads events from Kafka, and rasa:eventBroker is another broker.")
        if block.database is None:
            database = self._database_beside(args.tracker_store)
        else:
            database = connect_postgres(block.database)
        if not isinstance(database.login, PasswordLogin):
            raise RunError("rasa:analytics.database logs in with a password: give it in its `password`.")
        return Analytics(
            repository=block.repository,
            tag=block.tag,
            events=events,
            database=database,
            login=database.login,
            beside_rasa=block.database is None,
            ready=(*events.ready, *database.ready),
        )

    def _database_beside(self, tracker_store: TrackerStore) -> Postgres:
        """A database and a role of its own on Rasa's server; Rasa's own role cannot read it."""
        if not isinstance(tracker_store, Postgres) or tracker_store.admin is None:
            raise RunError(
                "rasa:analytics needs a PostgreSQL, and the tracker store is none that this stack "
                "administers: name one in rasa:analytics.database."
            )
        made = random.RandomPassword(
            "analytics-password",
            length=PASSWORD_LENGTH,
            special=False,  # it stands in a URL
            opts=ResourceOptions(parent=self),
        )
        login = PasswordLogin(username=ANALYTICS_NAME, password=Output.secret(made.result))
        return replace(tracker_store, database=ANALYTICS_NAME, login=login)


def replicas_of(
    block: o.InClusterNlgServer | o.InClusterActions | o.InClusterDuckling, profile: Profile
) -> tuple[int, int]:
    """Pods at least and at most."""
    replicas = block.replicas or REPLICAS[profile]
    return replicas, max(replicas, block.max_replicas or replicas * GROWTH[profile])


def _collector(block: o.NoCompanion | o.ExistingCollector) -> Collector | None:
    if isinstance(block, o.NoCompanion):
        return None
    return Collector(
        endpoint=block.endpoint, tls=block.tls, service_name=block.service_name, ca=certificates(block.ca)
    )


def _language_models(args: BesideArgs) -> LanguageModels:
    return LanguageModels(
        groups=[
            {
                "id": group.id,
                "models": list(group.models),
                **({} if group.router is None else {"router": group.router}),
            }
            for group in args.model_groups
        ],
        mcp_servers=[
            {**server.options, "name": server.name, "url": server.url, "type": server.type}
            for server in args.mcp_servers
        ],
    )


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
