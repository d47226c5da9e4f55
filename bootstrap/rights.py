"""What the identity that previews may call, from the tables of docs/rights: the types in use, nothing else.

A managed role that reads everything reads conversations, logs and keys, too, and its exceptions are the ones
that somebody thought of. tests/ci/test_preview_rights.py tries each action that must be impossible.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

RIGHTS = Path(__file__).parents[1] / "docs" / "rights"
READS = re.compile(r"[a-z0-9-]+:(Describe|Get|List)\w*")


def aws_reads() -> Sequence[str]:
    """Actions of IAM; on every resource, since their names are the engine's."""
    table = _table("aws")
    previews: Mapping[str, list[str]] = table["previews"]
    called = {*table["any"], *(one for actions in table["types"].values() for one in actions)}
    reads = {one for one in called if READS.fullmatch(one)} | {*previews["ec2"], *previews["kafka"]}
    never = previews["never"]
    return sorted(one for one in reads if not any(fnmatch.fnmatchcase(one, each) for each in never))


def azure_reads() -> Sequence[str]:
    """Actions of a custom role."""
    table = _table("azure")
    types = {one for named in table["reads"].values() for one in named}
    return [*sorted(f"{one}/read" for one in types), *table["asks"]]


def gcp_reads() -> Sequence[str]:
    """Permissions of a custom role."""
    return sorted({one for permissions in _table("gcp")["reads"].values() for one in permissions})


def _table(cloud: str) -> Mapping[str, Any]:
    return yaml.safe_load((RIGHTS / f"{cloud}.yaml").read_text())
