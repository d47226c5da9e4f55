"""A change of what a running stack is, in words: what is refused or said, why, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from components.config.messages import rm_command, set_command

Fact = str | bool | Sequence[str] | None
PROTECTED, KUBECONFIG = "rasa:deletionProtection", "rasa:cluster.kubeconfig"
CURRENT = '"$(kubectl config view --raw --minify --flatten)"'
"""The kubeconfig of kubectl's current context."""


def refused_alone(key: str, before: Fact, after: Fact, because: str, *, possible: bool) -> str:
    """What is refused, why, the command that takes the change back, and how it is done on purpose."""
    on_purpose = (
        "where the data may go, lift the protection first, by itself "
        f"({set_command(PROTECTED, 'false')}, then `pulumi up`)"
        if possible
        else "no `up` can do it: bring up a second stack and move the data"
    )
    return (
        f"{key} is {_shown(before)} on the running stack and cannot become {_shown(after)}: {because}; "
        f"take it back with: {_restoring(key, before)}; {on_purpose}; docs/upgrading.md, "
        '"What a running stack keeps", says how the data move'
    )


def refused_beside(key: str, before: Fact, after: Fact) -> str:
    """What is refused in the edit that lifts the protection."""
    return (
        f"{key} is {_shown(before)} on the running stack and cannot become {_shown(after)} in the edit that "
        f"lifts its protection, which keeps the data stores; take it back with: {_restoring(key, before)}"
        "; then lift the protection by itself, `pulumi up`, and change it"
    )


def said(key: str, before: Fact, after: Fact, because: str) -> str:
    """What is said of a stack without protection."""
    return (
        f"{key} is {_shown(before)} on the running stack and becomes {_shown(after)}: {because}; nothing "
        f"forbids it, since {PROTECTED} is false; take it back with: {_restoring(key, before)}"
    )


def _shown(fact: Fact) -> str:
    if isinstance(fact, bool):
        return str(fact).lower()
    if fact is None:
        return "unset"
    return repr(fact) if isinstance(fact, str) else f"[{', '.join(fact)}]"


def _restoring(key: str, before: Fact) -> str:
    if key == KUBECONFIG:
        return f"{set_command(key, CURRENT, is_secret=True)} in the context of the running stack's cluster"
    if before is None:
        return rm_command(key)
    if isinstance(before, bool | str):
        return set_command(key, str(before).lower() if isinstance(before, bool) else before)
    return " && ".join(set_command(f"{key}[{i}]", one) for i, one in enumerate(before)) or rm_command(key)
