"""What a stack file says about a Vault of the stack's own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.config_model import Model
from components.protocols import Profile


class InClusterVault(Model):
    """HashiCorp Vault in the stack's cluster; it keeps the tracker store's password."""

    source: Literal["in-cluster"] = Field(alias="from")
    profile: Profile | None = None
    """dev (one server) or production (three) for Vault alone; by default the stack's."""
    rotation: str = Field(default="0", pattern=r"^[A-Za-z0-9-]{1,32}$")
    """Another value, the month for example, gives the tracker store's role a new password."""
