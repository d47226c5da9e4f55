"""`python -m ci.environment STACK` prints which groups of pyproject.toml a stack needs, for `uv sync`.

`make environment` calls it. A stack whose file names no cloud may have it from an ESC environment: all three.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import yaml

ROOT = Path(__file__).parents[1]
FOLDERS = ("stacks", "examples")
CLOUDS = ("aws", "azure", "gcp")


def groups(stack: str, root: Path = ROOT) -> Sequence[str]:
    """The groups with the SDKs that a stack's program imports; LookupError if there is no such stack."""
    paths = [root / folder / f"Pulumi.{stack}.yaml" for folder in FOLDERS]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        known = {file.stem.removeprefix("Pulumi.") for file in root.glob("stacks/Pulumi.*.yaml")}
        raise LookupError(
            f"there is no stacks/Pulumi.{stack}.yaml; known: {', '.join(sorted(known)) or 'none'}."
            " Without a file, name the cloud: make environment CLOUD=aws (or azure, gcp)"
        )
    document = cast("Mapping[str, object]", yaml.safe_load(path.read_text()) or {})
    config = cast("Mapping[str, object]", document.get("config") or {})
    cloud = config.get("rasa:cloud")
    if cloud is None and document.get("environment"):
        return CLOUDS
    return [name for name in CLOUDS if name == cloud]


def main(stacks: Sequence[str]) -> str:
    """The options; "" for a stack that needs nothing but the base, and for no stack."""
    return " ".join(f"--group {group}" for stack in stacks for group in groups(stack))


if __name__ == "__main__":
    try:
        sys.stdout.write(main(sys.argv[1:]) + "\n")
    except LookupError as error:
        sys.exit(str(error.args[0]))
