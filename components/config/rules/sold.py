"""Rules for what the cloud does not sell in every region (`CloudFacts.not_sold`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic.alias_generators import to_camel

from components.config.clouds import CLOUDS
from components.config.clouds.facts import NotSold
from components.config.messages import set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.sources import Sized
from components.config.tracker_store import ManagedTrackerStore
from components.contract.terms import Profile, Size


def _not_sold(settings: Settings) -> Iterator[str]:
    if settings.cloud not in CLOUDS:
        return
    facts, region = CLOUDS[settings.cloud], settings.region
    absent = [each for each in facts.not_sold if region in each.regions]
    for key in dict.fromkeys(each.key for each in absent):
        block: object = getattr(settings, key)
        if not isinstance(block, Sized) or block.source != "managed":
            continue
        kind = block.kind if isinstance(block, ManagedTrackerStore) else None
        missing = [each for each in absent if each.key == key and each.kind in {None, kind}]
        profile, size = settings.profile_of(block), settings.size_of(block)
        for each in missing:
            if (profile, size) in each.sizes:
                yield (
                    f"rasa:{to_camel(key)} of size {size} and profile {profile} takes {each.what}, which "
                    f"{facts.title} does not sell in {region}; "
                    f"{_instead(to_camel(key), profile, size, missing)}"
                )


def _instead(key: str, profile: Profile, wanted: Size, missing: Sequence[NotSold]) -> str:
    """The size nearest to what was wanted that is sold there, the larger of two, if there is one."""
    sizes: Sequence[Size] = get_args(Size)
    far = {
        size: (abs(sizes.index(size) - sizes.index(wanted)), -sizes.index(size))
        for size in sizes
        if not any((profile, size) in each.sizes for each in missing)
    }
    if far:
        nearest = set_with(f"rasa:{key}.size", min(far, key=far.__getitem__))
        return f"choose another region, or a size that is sold there: {nearest}"
    elsewhere = "existing" if key == "cluster" else "in-cluster"
    return f"choose another region, or: {set_with(f'rasa:{key}.from', elsewhere)}"


RULES: Sequence[Rule] = (_not_sold,)
