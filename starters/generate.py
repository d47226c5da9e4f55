"""Writes a new stack file, or says in one message why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from components.config.clouds import CLOUDS
from components.config.stack_names import stack_name_problems
from starters.template import TITLES, WHAT, Starter

ROOT = Path(__file__).parents[1]
SHIPPED = (
    Starter(name="aws-dev", cloud="aws", region="eu-central-1", profile="dev"),
    Starter(name="aws-production", cloud="aws", region="eu-central-1", profile="production"),
    Starter(name="azure-dev", cloud="azure", region="westeurope", profile="dev"),
    Starter(name="azure-production", cloud="azure", region="westeurope", profile="production"),
    Starter(name="gcp-dev", cloud="gcp", region="europe-west3", profile="dev"),
    Starter(name="gcp-production", cloud="gcp", region="europe-west3", profile="production"),
    Starter(name="local-dev", cloud="none", region="", profile="dev"),
)
"""What lies in `stacks/` of a fresh clone."""


class StarterError(Exception):
    """A starter that cannot be written; the message says what to give instead."""


def problems(starter: Starter) -> Sequence[str]:
    """What is wrong with what was asked for; each names the word, what was given, and what is accepted."""
    found: list[str] = []
    if starter.cloud not in TITLES:
        found.append(f"CLOUD={starter.cloud} must be one of: {', '.join(TITLES)}")
    regions = CLOUDS[starter.cloud].regions if starter.cloud in CLOUDS else ()
    if regions and starter.region not in regions:
        found.append(f"REGION={starter.region} is not a region of {starter.cloud}: {', '.join(regions)}")
    if starter.cloud == "none" and starter.region:
        found.append(f"REGION={starter.region} must be left out with CLOUD=none")
    if starter.profile not in WHAT:
        found.append(f"PROFILE={starter.profile} must be one of: {', '.join(WHAT)}")
    names = stack_name_problems(starter.cloud, starter.name)
    return [*found, *(f"NAME={starter.name}: {name.partition('; rename it')[0]}" for name in names)]


def write(starter: Starter, folder: Path) -> Path:
    """Write `Pulumi.<name>.yaml`; a file with the same content stays, any other is never overwritten."""
    found = problems(starter)
    if found:
        raise StarterError("\n".join(found))
    path = folder / f"Pulumi.{starter.name}.yaml"
    if path.exists() and path.read_text() != starter.text():
        raise StarterError(
            f"NAME={starter.name}: {path} exists and is not overwritten; take another name, or remove it"
        )
    path.write_text(starter.text())
    return path
