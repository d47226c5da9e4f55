"""How many zones a stack spreads over, and their names.

The zones come from a table (`clouds/`), so that a plan needs no account: a look-up at run time would be
ambient, and would move subnets (and the databases in them) when a cloud adds a zone. Where an account sees
other zones than these, `rasa:network.zones` names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.config.clouds import CLOUDS
from components.contract.terms import Profile

ZONES: Mapping[Profile, int] = {"dev": 2, "production": 3}
"""Profile → zones that a stack spreads over; MSK's Express brokers and a quorum of three want three."""


def zones_wanted(profiles: Iterable[Profile]) -> int:
    """How many zones dependencies spread over: a single one of profile production wants all three."""
    return max(ZONES[profile] for profile in profiles)


def zone_names(cloud: str, region: str) -> tuple[str, ...]:
    """Full zone names of a region, in the order in which they are used; empty for an unknown region."""
    if cloud not in CLOUDS:
        return ()
    prefix = CLOUDS[cloud].zone_prefix.format(region=region)
    return tuple(prefix + zone for zone in CLOUDS[cloud].regions.get(region, ()))
