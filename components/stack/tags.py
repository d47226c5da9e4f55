"""The tags (labels, on Google Cloud) that every resource of a stack carries."""

from __future__ import annotations

from collections.abc import Mapping


def stack_tags(*, project: str, stack: str, profile: str, extra: Mapping[str, str]) -> Mapping[str, str]:
    """Who made a resource, for which stack: keys and values that all three clouds accept.

    Lower case, since Google Cloud takes nothing else; `extra` (cost centre, owner) wins.
    """
    return {"managed-by": "pulumi", "project": project, "stack": stack, "profile": profile, **extra}
