"""Whether the SDK of a cloud is installed: .venv holds that of the stacks it was made for, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal

from pulumi import RunError

SDKS: Mapping[str, str] = {"aws": "pulumi-aws", "azure": "pulumi-azure-native", "gcp": "pulumi-gcp"}


def require_sdk(cloud: Literal["aws", "azure", "gcp", "none"], remedy: str) -> None:
    """Refuse, with the command that installs it, to go on without the cloud's SDK."""
    package = SDKS.get(cloud)
    if package and find_spec(package.replace("-", "_")) is None:
        raise RunError(f"{package}, the SDK of cloud {cloud}, is not in .venv; install it with: {remedy}")
