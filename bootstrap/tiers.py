"""What a stack's name says of it, and how its variables and environments are called."""

from __future__ import annotations

import re
from typing import Literal

Tier = Literal["dev", "staging", "production"]


def tier(stack: str) -> Tier:
    """A stack's name ends in its tier, or it is one of dev."""
    if stack.endswith("-production"):
        return "production"
    return "staging" if stack.endswith("-staging") else "dev"


def variable(name: str, stack: str) -> str:
    """The variable of one stack: each has a key and identities of its own, production an account."""
    return f"{name}_{re.sub(r'[^A-Za-z0-9]', '_', stack).upper()}"


def preview_environment(stack: str) -> str:
    """GitHub: the environment of the jobs that preview a stack in a pull request."""
    return f"{stack}-preview"
