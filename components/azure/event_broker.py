"""Event queue on Azure: Event Hubs, which speaks Kafka; an event hub is a topic.

The tier is Standard in every profile: it takes up to 40 MB a second, of which Rasa's events are a fraction. A
namespace cannot become Premium later: with another tier, `production` would replace `dev`'s namespace with
its events. It spreads over the zones of its region by itself. From `dev` to `production` nothing is replaced.

Rasa logs in with the connection string of a SAS rule, the only way that it shares with Event Hubs (its OAUTH
is AWS's: docs/rasa-pro.md, Cloud identities). The rule belongs to the one hub that Rasa writes to and allows
sending, which includes asking for that topic's metadata. Where Rasa Pro Services reads, it has a rule of its
own, of the namespace, for it uses two hubs: it listens to the events, and sends what it cannot read to the
dead letters. To rotate: `az eventhubs eventhub authorization-rule keys renew --key PrimaryKey`, then `pulumi
up`.

What it deliberately does not do: consumer groups, which each consumer creates for itself, and schemas.
Standard keeps events for seven days at most and takes ten hubs and messages of 1 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, InvokeOutputOptions, Output, Resource, ResourceOptions
from pulumi_azure_native import eventhub

from components.azure.alarms import Alarm, AlarmPlace, create_alarms
from components.azure.certificates import azure_roots
from components.azure.kept_answer import keep_answer
from components.azure.placement import Placement
from components.azure.private_endpoint import create_private_endpoint
from components.contract.connections import Kafka, SaslTls
from components.contract.provider import EventBrokerArgs
from components.contract.terms import Profile, Size

PORT = 9093
USER = "$ConnectionString"
"""Literally this text: Event Hubs takes a connection string as the password of this user."""
TIER = "Standard"
RETENTION_HOURS: Mapping[Profile, int] = {"dev": 24 * 3, "production": 24 * 7}
"""How long Event Hubs keeps an event for its consumers; the Standard tier takes seven days at most."""
PRIVATE_ZONE = "privatelink.servicebus.windows.net"


@dataclass(frozen=True, slots=True)
class Namespace:
    """What each `size` gets."""

    units: int
    """To begin with, throughput units: 1 MB or 1000 events a second each."""
    most_units: int
    """How far Event Hubs may raise them by itself."""


NAMESPACES: Mapping[tuple[Profile, Size], Namespace] = {
    ("dev", "small"): Namespace(1, 2),
    ("dev", "medium"): Namespace(1, 4),
    ("dev", "large"): Namespace(2, 8),
    ("production", "small"): Namespace(2, 10),
    ("production", "medium"): Namespace(4, 20),
    ("production", "large"): Namespace(8, 40),
}
PARTITIONS = 8
"""Of the events hub, the same in every size: in the Standard tier they are fixed when the hub is made. One
consumer reads one partition; eight read far more than Rasa writes."""
DEAD_LETTER_PARTITIONS = 1

ALARMS = (
    # Beyond the throughput units, which have then reached their limit.
    Alarm(metric="ThrottledRequests", above=0, statistic="Total"),
    Alarm(metric="ServerErrors", above=0, statistic="Total", minutes=15),
    # A key that was renewed, a hub that does not exist: Rasa drops the events (docs/rasa-pro.md, Lost
    # events).
    Alarm(metric="UserErrors", above=10, statistic="Total", minutes=15),
    Alarm(metric="QuotaExceededErrors", above=0, statistic="Total"),
)


class EventBroker(ComponentResource):
    """The namespace, its hubs, and Rasa's right to write."""

    connection: Kafka

    def __init__(
        self, name: str, args: EventBrokerArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:azure:EventBroker", name, {}, opts)
        place = args.placement
        namespace = eventhub.Namespace(
            name,
            _namespace_args(args),
            # Event Hubs raises the units by itself; without this, an update would lower them again.
            ResourceOptions(parent=self, ignore_changes=["sku.capacity"], protect=args.deletion_protection),
        )
        hubs = _hubs(name, args, namespace, parent=self)
        if args.topics.anonymized:  # a rule of one hub names that hub alone
            rule, connection_string = _of_all(
                f"{name}-rasa", ["Send"], place, namespace, after=hubs[-1], parent=self
            )
        else:
            rule, connection_string = _sender(name, place, namespace, hubs[0], after=hubs[-1], parent=self)
        reading = _reader(name, place, namespace, after=rule, parent=self) if args.analytics else None
        ready = create_private_endpoint(
            name,
            place,
            resource_id=namespace.id,
            group="namespace",
            zone=PRIVATE_ZONE,
            after=[rule, *([] if reading is None else [reading[0]])],
            parent=self,
        )
        create_alarms(
            name,
            ALARMS,
            namespace="Microsoft.EventHub/namespaces",
            resource_id=namespace.id,
            place=AlarmPlace.of(place),
            parent=self,
        )
        self.connection = Kafka(
            bootstrap=Output.concat(namespace.name, f".servicebus.windows.net:{PORT}"),
            topics=args.topics,
            security=SaslTls(
                mechanism="PLAIN",
                username=USER,
                password=connection_string,
                ca=Output.from_input(azure_roots()),
            ),
            reader=None if reading is None else reading[1],
            ready=(rule, *hubs, *ready),
        )
        self.register_outputs({"bootstrap": self.connection.bootstrap})


def _namespace_args(args: EventBrokerArgs[Placement]) -> eventhub.NamespaceArgs:
    place, wanted = args.placement, NAMESPACES[args.profile, args.size]
    return eventhub.NamespaceArgs(
        resource_group_name=place.resource_group,
        sku=eventhub.SkuArgs(name=TIER, tier=TIER, capacity=wanted.units),
        is_auto_inflate_enabled=True,
        maximum_throughput_units=wanted.most_units,
        kafka_enabled=True,
        # Set in dev, too, since it cannot be changed later.
        zone_redundant=bool(place.zones),
        minimum_tls_version="1.2",
        # SAS is "local" to Event Hubs; Rasa has no other login here.
        disable_local_auth=False,
        public_network_access="Disabled",
        tags=place.tags,
    )


def _hubs(
    name: str, args: EventBrokerArgs[Placement], namespace: eventhub.Namespace, *, parent: Resource
) -> list[eventhub.EventHub]:
    """Create those that Rasa writes its events to, the plain ones first, and the analytics' own."""
    wanted = [(purpose, topic, PARTITIONS) for purpose, topic in args.topics.written.items()]
    wanted.append(("dead-letter", args.topics.analytics_dead_letter, DEAD_LETTER_PARTITIONS))
    hubs: list[eventhub.EventHub] = []
    for purpose, topic, partitions in wanted:
        hub = _hub(f"{name}-{purpose}", args, namespace, topic, partitions, after=hubs[-1:], parent=parent)
        hubs.append(hub)
    return hubs


def _hub(  # noqa: PLR0913 (what a hub is, and what comes before it)
    name: str,
    args: EventBrokerArgs[Placement],
    namespace: eventhub.Namespace,
    topic: str,
    partitions: int,
    *,
    after: Sequence[Resource] = (),
    parent: Resource,
) -> eventhub.EventHub:
    """Create a hub. A namespace takes one change at a time, so its parts are created one after the other."""
    return eventhub.EventHub(
        name,
        resource_group_name=args.placement.resource_group,
        namespace_name=namespace.name,
        event_hub_name=topic,
        partition_count=partitions,
        retention_description=eventhub.RetentionDescriptionArgs(
            cleanup_policy="Delete", retention_time_in_hours=RETENTION_HOURS[args.profile]
        ),
        # One after the other: a namespace takes one change at a time.
        opts=ResourceOptions(parent=parent, protect=args.deletion_protection, depends_on=list(after)),
    )


def _sender(
    name: str,
    place: Placement,
    namespace: eventhub.Namespace,
    hub: eventhub.EventHub,
    *,
    after: Resource,
    parent: Resource,
) -> tuple[Resource, Output[str]]:
    """The rule that lets Rasa write to one hub, and the connection string that shows it."""
    rule = eventhub.EventHubAuthorizationRule(
        name,
        resource_group_name=place.resource_group,
        namespace_name=namespace.name,
        event_hub_name=hub.name,
        rights=["Send"],
        # One after the other, as in `_hub`.
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )

    def keys() -> Output[str]:
        known = eventhub.list_event_hub_keys_output(
            resource_group_name=place.resource_group,
            namespace_name=namespace.name,
            event_hub_name=hub.name,
            authorization_rule_name=rule.name,
            opts=InvokeOutputOptions(parent=parent),
        )
        return known.apply(lambda answer: str(answer.primary_connection_string))

    return rule, keep_answer(f"{name}-keys", keys, of=rule.id, parent=parent)


def _reader(
    name: str, place: Placement, namespace: eventhub.Namespace, *, after: Resource, parent: Resource
) -> tuple[Resource, SaslTls]:
    """How Rasa Pro Services logs in, which reads one hub and writes to another."""
    rule, connection_string = _of_all(
        f"{name}-analytics", ["Listen", "Send"], place, namespace, after=after, parent=parent
    )
    login = SaslTls(
        mechanism="PLAIN",
        username=USER,
        password=connection_string,
        ca=Output.from_input(azure_roots()),
    )
    return rule, login


def _of_all(
    name: str,
    rights: Sequence[str],
    place: Placement,
    namespace: eventhub.Namespace,
    *,
    after: Resource,
    parent: Resource,
) -> tuple[Resource, Output[str]]:
    """Create a rule for all hubs of the namespace, and the connection string that shows it."""
    rule = eventhub.NamespaceAuthorizationRule(
        name,
        resource_group_name=place.resource_group,
        namespace_name=namespace.name,
        rights=[*rights],
        # One after the other, as in `_hub`.
        opts=ResourceOptions(parent=parent, depends_on=[after]),
    )

    def keys() -> Output[str]:
        known = eventhub.list_namespace_keys_output(
            resource_group_name=place.resource_group,
            namespace_name=namespace.name,
            authorization_rule_name=rule.name,
            opts=InvokeOutputOptions(parent=parent),
        )
        return known.apply(lambda answer: str(answer.primary_connection_string))

    return rule, keep_answer(f"{name}-keys", keys, of=rule.id, parent=parent)
