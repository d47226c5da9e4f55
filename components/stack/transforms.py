"""A company's own rules for every resource: the file that `rasa:transforms` names, kept beside the stacks.

No release of this project touches that file. It holds `TRANSFORMS`, functions as Pulumi describes them
(https://www.pulumi.com/docs/iac/concepts/options/transforms/): each is asked about every resource before the
engine hears of it, and may answer with other properties or options. docs/own-rules.md has one to begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from runpy import run_path
from typing import Any, cast

from pulumi import ResourceTransform, RunError

from components.config.first_model import PROJECT
from components.config.rules.transforms import KEY


def register_transforms(file: str | None, register: Callable[[ResourceTransform], None]) -> None:
    """Have every later resource go through the functions of the file; `RunError` where it has none."""
    for transform in () if file is None else _read(file):
        register(transform)


def _read(file: str) -> Sequence[ResourceTransform]:
    try:
        found: Any = run_path(str(PROJECT / file)).get("TRANSFORMS")
    except Exception as error:  # noqa: BLE001 - the code is the user's, and anything may come of it
        raise RunError(f"{KEY} {file!r} ends in {type(error).__name__}: {error}") from None
    if not isinstance(found, list | tuple) or not all(
        isinstance(one, Callable) for one in cast("Sequence[object]", found)
    ):
        raise RunError(f"{KEY} {file!r} has no TRANSFORMS, a list of functions (docs/own-rules.md)")
    return cast("Sequence[ResourceTransform]", found)
