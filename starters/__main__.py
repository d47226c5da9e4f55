"""`make stack` on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from starters.generate import ROOT, StarterError, write
from starters.template import Starter


def main(words: list[str] | None = None) -> None:
    """Write the file and say what comes next; a wrong value is one message and status 1."""
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m starters", description="Write a stack file.")
    for word in ("name", "cloud"):
        parser.add_argument(f"--{word}", required=True)
    parser.add_argument("--region", default="")
    parser.add_argument("--profile", default="dev")
    parser.add_argument("--folder", type=Path, default=ROOT / "stacks", help="where the file goes")
    given = parser.parse_args(words)
    starter = Starter(name=given.name, cloud=given.cloud, region=given.region, profile=given.profile)
    try:
        path = write(starter, given.folder)
    except StarterError as error:
        sys.exit(f"error: {error}")
    lines = (
        f"{path} is written. Next:",
        f"  pulumi stack init {starter.name}",
        *(f"  {command} --stack {starter.name}" for command in starter.commands()),
        f"  make demo STACK={starter.name}     # on the simulated cloud: no account, no cost",
        f"  make up STACK={starter.name}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
