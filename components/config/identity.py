"""What a running stack is: the settings that an edit of its file cannot change, with the reason and the way.

`facts` is what the stack file comes to; the stack's state keeps it (`components/stack/safeguards.py`), and
the next preview or `up` compares. While the stack that runs is protected each change below is refused; those
that no `up` could carry out are refused on every stack. On a stack without protection the others are said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from pydantic.alias_generators import to_camel

from components.config.cluster import ExistingCluster
from components.config.identity_messages import (
    KUBECONFIG,
    PROTECTED,
    Fact,
    refused_alone,
    refused_beside,
    said,
)
from components.config.kubeconfig import address_and_authorities
from components.config.settings import Settings
from components.config.sources import InClusterStore, Managed
from components.contract.terms import Size

Facts = Mapping[str, Fact]
"""Key of the stack file → what it comes to, defaults included."""

PROFILE, ZONES = "rasa:profile", "rasa:network.zones"
ACCOUNT, NETWORK = "rasa:account", "rasa:network.from"
STORES = ("model_storage", "lock_store", "tracker_store", "event_broker")
SIZED_VOLUMES = ("model_storage", "tracker_store", "event_broker")
"""In the cluster their size is that of a volume, or of partitions."""
SIZES: Sequence[Fact] = get_args(Size)


def facts(settings: Settings) -> dict[str, Fact]:
    """All that a running stack keeps; nothing of it is secret."""
    return {
        PROTECTED: settings.protected,
        "rasa:cloud": settings.cloud,
        "rasa:region": settings.region,
        ACCOUNT: settings.account,
        PROFILE: settings.profile,
        "rasa:namespace": settings.namespace,
        "rasa:encryptionKey": settings.encryption_key,
        **_cluster(settings),
        **{key: fact for store in STORES for key, fact in _store(settings, store)},
        **_topics(settings),
        "rasa:secretsManager.from": settings.secrets_manager.source,
        "rasa:secretsManager.profile": getattr(settings.secrets_manager, "profile", None) or settings.profile,
    }


def refusals(before: Facts, after: Facts) -> list[str]:
    """One message for each setting that the running stack cannot change."""
    protected = before.get(PROTECTED) is True
    # The engine protects no longer in the same run what the program has stopped to protect (pulumi,
    # pkg/resource/deploy/step_generator.go: "we do allow unprotecting and replacing").
    lifts = protected and after.get(PROTECTED) is not True
    refused: dict[str, str] = {}
    for key, rule in _changed(before, after):
        if (protected or rule.always) and not rule.allows(before[key], after[key]):
            refused[key] = refused_alone(key, before[key], after[key], rule.because, possible=not rule.always)
        elif lifts:
            refused[key] = refused_beside(key, before[key], after[key])
    return _without_what_follows(refused)


def unnoted(before: Facts, after: Facts) -> list[str]:
    """One message where a run that does not note what it changes would lift the protection."""
    if before.get(PROTECTED) is not True or after.get(PROTECTED) is True:
        return []
    text = (
        f"{PROTECTED} is true on the running stack, and this run is of a part of it (--target, --exclude) "
        "or a destroy: lift the protection by itself, with `pulumi up` of the whole stack"
    )
    return [text]


def warnings(before: Facts, after: Facts) -> list[str]:
    """One message for each change that takes something from a stack which is not protected."""
    if before.get(PROTECTED) is True:
        return []
    told: dict[str, str] = {}
    for key, rule in _changed(before, after):
        because = rule.because
        if rule.allows(before[key], after[key]):
            because = _of_what_is_allowed(key, before)
        if because and not rule.always:
            told[key] = said(key, before[key], after[key], because)
    return _without_what_follows(told)


def _of_what_is_allowed(key: str, before: Facts) -> str:
    """What a change that protected stacks may make, too, takes all the same where nothing protects it.

    A store on its way from dev to production, and an account of Azure that the file names at last: AWS's
    provider compares it with the login (`allowed_account_ids`), Azure's goes there.
    """
    if key == ACCOUNT and before.get("rasa:cloud") == "azure":
        return f"unless the stack runs in this subscription, {_PLACE}"
    store, _, fact = key.rpartition(".")
    source = before.get(f"{store}.from")
    cloud = before.get("rasa:cloud") if source == "managed" else None
    return _REPLACED.get((store, source, cloud), "") if fact == "profile" else ""


def _changed(before: Facts, after: Facts) -> Iterator[tuple[str, _Rule]]:
    for key in sorted(after):
        rule = _rule(key)
        if rule is not None and key in before and before[key] != after[key]:
            yield key, rule


def _without_what_follows(messages: Mapping[str, str]) -> list[str]:
    """Leave out what another change brings with it: of the stack's profile, or where its network is from."""
    if PROFILE in messages:
        return [text for key, text in messages.items() if not key.endswith((".profile", ".size"))]
    follows = "rasa:network." if NETWORK in messages else None
    return [text for key, text in messages.items() if key == NETWORK or not (follows and follows in key)]


def _cluster(settings: Settings) -> dict[str, Fact]:
    cluster, network = settings.cluster, settings.network
    if not isinstance(cluster, ExistingCluster):
        return {
            "rasa:cluster.from": cluster.source,
            "rasa:cluster.profile": settings.profile_of(cluster),
            **{f"rasa:network.{key}": fact for key, fact in network.kept.items()},
            ZONES: list(settings.zones),
        }
    known: dict[str, Fact] = {
        "rasa:cluster.from": cluster.source,
        "rasa:cluster.name": cluster.name,
        KUBECONFIG: address_and_authorities(cluster.contents),
        "rasa:cluster.hasNamespace": cluster.has_namespace,
        "rasa:cluster.operators": sorted(set(cluster.operators)),
    }
    if cluster.network is not None:
        known["rasa:cluster.network.id"] = cluster.network.id
        known["rasa:cluster.network.subnets"] = sorted(set(cluster.network.subnets))
    return known


def _store(settings: Settings, name: str) -> Iterator[tuple[str, Fact]]:
    block: object = getattr(settings, name)
    path = f"rasa:{to_camel(name)}"
    yield f"{path}.from", cast("str", getattr(block, "source", None))
    if not isinstance(block, Managed | InClusterStore):
        return  # it exists elsewhere: whatever its address becomes, nothing of it is lost here
    yield f"{path}.kind", cast("str | None", getattr(block, "kind", None))
    yield f"{path}.profile", settings.profile_of(block)
    if isinstance(block, InClusterStore):
        yield f"{path}.storageClass", block.storage_class or settings.cluster.storage_class
        if name in SIZED_VOLUMES:
            yield f"{path}.size", settings.size_of(block)


def _topics(settings: Settings) -> dict[str, Fact]:
    if not isinstance(settings.event_broker, Managed | InClusterStore):
        return {}  # the topics of a broker that exists are not the stack's
    return {
        "rasa:topics.events": settings.topics.events,
        "rasa:topics.analyticsDeadLetter": settings.topics.analytics_dead_letter,
        "rasa:topics.anonymized": list(settings.topics.anonymized),
    }


@dataclass(frozen=True, kw_only=True)
class _Rule:
    because: str
    allows: Callable[[Fact, Fact], bool] = lambda _before, _after: False
    always: bool = False
    """No `up` can carry it out, on a stack without protection either."""


def _becomes_known(before: Fact, _after: Fact) -> bool:
    return before is None


def _was_elsewhere(before: Fact, _after: Fact) -> bool:
    """What exists outside of the stack, or is not there at all, loses nothing when the stack turns away."""
    return before in {"existing", "none"}


def _grows_up(before: Fact, after: Fact) -> bool:
    return (before, after) == ("dev", "production")


def _grows(before: Fact, after: Fact) -> bool:
    return SIZES.index(before) < SIZES.index(after)


def _adds_zones(before: Fact, after: Fact) -> bool:
    """Each zone keeps its subnets, which are counted from the first one."""
    zones = list(cast("Sequence[str]", before))
    return list(cast("Sequence[str]", after))[: len(zones)] == zones


def _adds(before: Fact, after: Fact) -> bool:
    return set(cast("Sequence[str]", before or ())) <= set(cast("Sequence[str]", after or ()))


def _has_something_in_common(before: Fact, after: Fact) -> bool:
    """A cluster gets another address, or another authority; of one without authorities nothing is known."""
    known, now = cast("Sequence[str]", before), cast("Sequence[str]", after)
    return 1 in {len(known), len(now)} or not set(known).isdisjoint(now)


_PLACE = "everything that the stack has would be made anew in another place, without its data"
_DATA = "what the present one holds would go with it"
_ADDRESSES = "the network keeps its addresses for life, and every data store is in it"
_REPLACED: Mapping[tuple[str, Fact, Fact], str] = {
    ("rasa:eventBroker", "managed", "aws"): (
        "MSK's standard brokers are replaced by Express brokers, and events that nobody has read yet go"
    ),
    ("rasa:lockStore", "managed", "gcp"): (
        "Memorystore's BASIC tier is replaced by STANDARD_HA, and the locks and timers of the moment go"
    ),
    ("rasa:modelStorage", "in-cluster", None): (
        "the volume of models is replaced by one for many nodes, into which the models are copied anew"
    ),
}
"""Store, source, cloud → what is lost on the way from dev to production."""
_RULES: Mapping[str, _Rule] = {
    "cloud": _Rule(because=_PLACE),
    # azure-native keeps the location of what is up (pulumi-azure-native, pull request 505).
    "region": _Rule(because=f"{_PLACE}; on Azure it stays there, and all that is new goes elsewhere"),
    "account": _Rule(because=_PLACE, allows=_becomes_known),
    "namespace": _Rule(because="what is in a namespace cannot move to another one, its volumes included"),
    "encryptionKey": _Rule(
        because="stores and cluster keep their key for life, and would be made anew, without their data"
    ),
    "cluster.from": _Rule(because=_PLACE),
    "cluster.name": _Rule(because=_PLACE),
    "cluster.kubeconfig": _Rule(
        because=f"another address with another authority is another cluster: {_PLACE}",
        allows=_has_something_in_common,
    ),
    "cluster.hasNamespace": _Rule(
        because="the stack would delete the namespace that it made, or make one that is there", always=True
    ),
    "cluster.operators": _Rule(because="the stack would remove or install an operator beneath its stores"),
    "cluster.network.id": _Rule(because=_PLACE),
    "cluster.network.subnets": _Rule(because="the data stores keep their subnets for life"),
    "network.subnets.nodes": _Rule(because="a cluster keeps its subnets for life", allows=_adds),
    **dict.fromkeys(
        ("network.subnets.stores", "network.subnets.api", "network.subnets.endpoints"),
        _Rule(because="what is in a subnet keeps it for life", allows=_becomes_known),
    ),
    **dict.fromkeys(("network.from", "network.id", "network.cidr"), _Rule(because=_ADDRESSES)),
    "network.servicesCidr": _Rule(because="a cluster keeps the addresses of its services for life"),
    "network.podsCidr": _Rule(because="a cluster keeps the addresses of its pods for life"),
    "network.zones": _Rule(
        because="subnets keep their zones for life; zones can be added after the last one", allows=_adds_zones
    ),
    "topics.events": _Rule(because="the topic of the old name would go, with events that nobody read yet"),
    "topics.analyticsDeadLetter": _Rule(because="the topic of the old name would go, with what is in it"),
    "topics.anonymized": _Rule(because="a topic that is left out would go, with what is in it", allows=_adds),
    "from": _Rule(because=_DATA, allows=_was_elsewhere),
    "kind": _Rule(because=_DATA),
    "storageClass": _Rule(because="a volume keeps its class for life"),
    "size": _Rule(because="volumes and partitions never shrink", allows=_grows, always=True),
    "profile": _Rule(
        because="production loses its standbys, its backups and its protection on the way to dev",
        allows=_grows_up,
    ),
}


def _rule(key: str) -> _Rule | None:
    name = key.removeprefix("rasa:")
    return _RULES.get(name) or _RULES.get(name.rsplit(".", 1)[-1])
