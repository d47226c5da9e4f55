"""Which versions of Rasa Pro, its chart, its analytics and Kubernetes this project works with, in one table.

`tried` is what the conformance run reads and runs with the vendor's own code. What else may work is said in
each run; what cannot work is refused. docs/upgrading.md shows the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Minor = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Compatible:
    """The versions of one thing, by major and minor number."""

    what: str
    tried: tuple[Minor, ...]
    least: Minor | None = None
    """The first that can work; None: it is not known of any that it cannot."""
    why: str = ""
    """What is wrong with older ones."""
    below: Minor | None = None
    """The first newer one that cannot work."""
    why_below: str = ""


RASA_PRO = Compatible(
    what="Rasa Pro",
    tried=((3, 19), (3, 20), (3, 21)),
    least=(3, 17),
    why="older ones know no event broker `concurrent_kafka`, and publish no event (core/brokers/broker.py)",
)
CHART = Compatible(
    what="the chart rasa",
    tried=((2, 4),),
    least=(2, 0),
    why="older ones ignore the keys of endpoints.yml (docs/rasa-pro.md, Endpoints in the chart)",
    below=(3, 0),
    why_below="from it on every key has moved, and the former ones are ignored",
)
ANALYTICS = Compatible(
    what="Rasa Pro Services",
    tried=((3, 8),),
)
KUBERNETES = Compatible(
    what="Kubernetes",
    tried=((1, 36),),
    least=(1, 30),
    why="the chart asks for it (its README, Prerequisites)",
)
TABLE = (RASA_PRO, CHART, ANALYTICS, KUBERNETES)
OPEN_SOURCE = re.compile(r"^(docker\.io/)?rasa/rasa$")
OFFICIAL = re.compile(r"(^|/)(rasa-pro|rasa-pro-services)$")
"""Images whose tags are Rasa's versions; what a company builds itself has versions of its own."""
VERSION = re.compile(r"^v?(?P<major>\d+)\.(?P<minor>\d+)(?!\d)")


def minor_of(version: str) -> Minor | None:
    """Major and minor number of a version or a tag; None where it says neither."""
    found = VERSION.match(version)
    return None if found is None else (int(found["major"]), int(found["minor"]))


def refusal(of: Compatible, version: str) -> str | None:
    """Why a version cannot work; None where it can, or says nothing."""
    minor = minor_of(version)
    if minor is None:
        return None
    if of.least is not None and minor < of.least:
        return of.why
    return of.why_below if of.below is not None and minor >= of.below else None


def is_untried(of: Compatible, version: str) -> bool:
    """Whether nobody has tried a version that may work."""
    minor = minor_of(version)
    return minor is not None and refusal(of, version) is None and minor not in of.tried


def accepted(of: Compatible) -> str:
    """The versions that may work, in words."""
    least = "any" if of.least is None else f"{_text(of.least)} or newer"
    return least if of.below is None else f"{least}, below {_text(of.below)}"


def tried(of: Compatible) -> str:
    """The versions that somebody has tried, in words."""
    return ", ".join(map(_text, of.tried))


def table() -> str:
    """The table, in Markdown."""
    lines = ["| What | Tried with | May work | Refused, because |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, TABLE)])


def _row(of: Compatible) -> str:
    reasons = "; ".join(_reasons(of)) or "–"
    return f"| {of.what} | {tried(of)} | {accepted(of)} | {reasons} |"


def _reasons(of: Compatible) -> Iterator[str]:
    if of.least is not None:
        yield f"below {_text(of.least)}: {of.why}"
    if of.below is not None:
        yield f"{_text(of.below)}: {of.why_below}"


def _text(minor: Minor) -> str:
    return ".".join(map(str, minor))
