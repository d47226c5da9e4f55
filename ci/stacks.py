"""Which stacks there are, which are deployed, which a change concerns, and how much each matters."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from ci.errors import JobError

ROOT = Path(__file__).parents[1]
FOLDER = "stacks"
TIERS_FILE = "tiers.yaml"
CLOUDS = ("aws", "azure", "gcp")
TIERS = ("dev", "staging", "production")
PROGRAM = (
    "components/",
    "jobs/",
    "__main__.py",
    "Pulumi.yaml",
    "pyproject.toml",
    "requirements.txt",
    "uv.lock",
    "policy/",
)
"""What every stack is made of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackFile:
    """What a stack file says, as far as CI must know."""

    name: str
    cloud: str
    production: bool
    protected: bool
    """Whether its data stores refuse to be deleted."""
    region: str
    namespace: str
    image_tag: str | None
    """Version of Rasa Pro, where the file names one."""
    upload: str | None
    """Name of the model that `assistant.upload` brings."""


def names(root: Path = ROOT) -> list[str]:
    """Every stack of the project."""
    return sorted(path.stem.removeprefix("Pulumi.") for path in (root / FOLDER).glob("Pulumi.*.yaml"))


def tiers(root: Path = ROOT) -> dict[str, list[str]]:
    """The stacks that are deployed, in the order in which a change reaches them, by tier and all of them."""
    path = root / FOLDER / TIERS_FILE
    listed = cast(
        "Mapping[str, list[str] | None]", yaml.safe_load(path.read_text()) if path.is_file() else {}
    )
    unknown = [tier for tier in listed or {} if tier not in TIERS]
    if unknown:
        raise JobError(
            f"{FOLDER}/{TIERS_FILE}: there is no tier {unknown[0]!r}",
            remedy=f"Name one of: {', '.join(TIERS)}.",
        )
    found = {tier: [str(name) for name in (listed or {}).get(tier) or []] for tier in TIERS}
    every = [name for tier in TIERS for name in found[tier]]
    for name in every:
        if every.count(name) > 1:
            raise JobError(
                f"{FOLDER}/{TIERS_FILE}: {name} is listed {every.count(name)} times",
                remedy="Keep the line of the tier to which it belongs.",
            )
        read(name, root)
    return {**found, "all": every}


def refuse_unlisted(stack: str, root: Path = ROOT) -> None:
    """Raise for a stack that nobody listed: it is previewed, never brought up."""
    read(stack, root)
    if stack not in tiers(root)["all"]:
        tier = next((tier for tier in TIERS if stack.endswith(f"-{tier}")), TIERS[0])
        raise JobError(
            f"{stack} is not listed in {FOLDER}/{TIERS_FILE}, so it is never brought up by a pipeline",
            remedy=f"List it there, for example with this line: {tier}: [{stack}]",
        )


def read(stack: str, root: Path = ROOT) -> StackFile:
    """Read a stack's file."""
    path = root / FOLDER / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        raise JobError(
            f"there is no stack {stack!r}: {path.relative_to(root)} is missing",
            remedy=f"Name one of: {', '.join(names(root)) or 'none yet'}.",
        )
    return parse(stack, path.read_text())


def parse(stack: str, text: str) -> StackFile:
    """What the text of a stack's file says."""
    document = cast("Mapping[str, object]", yaml.safe_load(text) or {})
    config = cast("Mapping[str, object]", document.get("config") or {})
    production = config.get("rasa:profile") == "production"
    assistant = cast("Mapping[str, object]", config.get("rasa:assistant") or {})
    image = cast("Mapping[str, object]", assistant.get("image") or {})
    tag, upload = image.get("tag"), assistant.get("upload")
    return StackFile(
        name=stack,
        cloud=str(config.get("rasa:cloud", "none")),
        production=production,
        protected=config.get("rasa:deletionProtection", production) in {True, "true"},
        region=str(config.get("rasa:region", "")),
        namespace=str(config.get("rasa:namespace", "rasa")),
        image_tag=None if tag is None else str(tag),
        upload=None if upload is None else str(upload).rpartition("/")[2].removesuffix(".tar.gz"),
    )


def upload(stack: str) -> str | None:
    """The model that a stack's file brings along, as the file says it now; None without one."""
    with contextlib.suppress(JobError):
        return read(stack).upload
    return None


def concerned(changed: Iterable[str], root: Path = ROOT) -> list[str]:
    """The stacks that a change to these files (paths in the repository) can change."""
    files = list(changed)
    return [name for name in names(root) if any(_touches(file, read(name, root)) for file in files)]


def _touches(file: str, stack: StackFile) -> bool:
    own = re.fullmatch(rf"{FOLDER}/Pulumi\.(.+)\.yaml", file)
    if own:
        return own[1] == stack.name
    cloud = next((cloud for cloud in CLOUDS if file.startswith(f"components/{cloud}/")), None)
    if cloud:
        return cloud == stack.cloud
    return file.startswith(PROGRAM)
