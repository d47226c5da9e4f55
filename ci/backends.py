"""Where the states of stacks are: in a bucket of one's own, or in Pulumi Cloud, hosted or self-hosted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml

from ci.stacks import ROOT

URL, ORGANIZATION = "PULUMI_BACKEND_URL", "PULUMI_ORGANIZATION"


def is_pulumi_cloud(url: str) -> bool:
    """Whether a back end is a service with organisations, and neither a bucket nor a folder."""
    return url.startswith(("https://", "http://"))


def full_name(
    stack: str, environment: Mapping[str, str] = os.environ, *, url: str | None = None, root: Path = ROOT
) -> str:
    """Name of a stack as its back end knows it.

    Pulumi Cloud looks for a bare name among the stacks of whoever asks: a job, whose token is no person's,
    would find none. A bucket has no organisations, and takes the bare name.
    """
    organization = environment.get(ORGANIZATION, "")
    where = environment.get(URL, "") if url is None else url
    if not organization or not is_pulumi_cloud(where):
        return stack
    project = cast("Mapping[str, object]", yaml.safe_load((root / "Pulumi.yaml").read_text()))["name"]
    return f"{organization}/{project}/{stack}"
