"""How long an `up` would take: the longest chain of what changes, with the clouds' published times.

The times are the simulated cloud's (`simcloud/packages/*.yaml`); it is measured against those of real `up`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from ci.digest import Change
from simcloud.catalog import load, names
from simcloud.report import engine_edges, longest_chain
from simcloud.wire import Properties, as_map


def seconds(changes: Sequence[Change]) -> float:
    """Seconds until everything is done: first what is made and changed, then what is deleted."""
    made = [_node(change) for change in changes if change.op != "delete"]
    gone = [_node(change) for change in changes if change.op in {"delete", "replace"}]
    # Deletions run from the leaves to the root; the longest chain is as long in either direction.
    return _longest(made, "create", "update") + _longest(gone, "delete", "delete")


def in_words(took: float) -> str:
    """Such as "about 25 minutes"."""
    if took < 60:  # noqa: PLR2004 - seconds in a minute
        return "less than a minute"
    minutes = round(took / 60)
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


def _longest(nodes: Iterable[Properties], new: str, old: str) -> float:
    def seconds_of(node: Properties) -> float:
        token = str(node["type"])
        package = token.partition(":")[0]
        if not node["custom"] or package not in names():
            return 0
        operation = new if node["op"] in {"create", "replace"} else old
        return load(package).duration(token, operation, as_map(node["inputs"]))

    return float(str(longest_chain(nodes, engine_edges, seconds_of)["seconds"]))


def _node(change: Change) -> Properties:
    state = cast("Properties", change.state.model_dump(by_alias=True))
    return {**state, "urn": change.urn, "op": change.op}
