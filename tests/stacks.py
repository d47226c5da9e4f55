"""The project's own stacks, recorded: the whole program with a stack file's config, without an engine."""

from __future__ import annotations

import functools
import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from pulumi.runtime.config import set_all_config

from tests.recorder import Recording, record

ROOT = Path(__file__).parents[1]
STACKS = sorted(path.stem.removeprefix("Pulumi.") for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))
PLANTED = {"rasa:license": "planted-license", "rasa:llmKeys": '{"OPENAI_API_KEY": "planted-llm-key"}'}
"""What a person would set with `pulumi config set --secret`."""


def stack_config(stack: str) -> dict[str, str]:
    """The stack's config as the engine hands it to the program: objects as JSON text."""
    config = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key: _text(value) for key, value in {**PLANTED, **config}.items()}


def is_production(stack: str) -> bool:
    return stack_config(stack).get("rasa:profile") == "production"


@functools.cache
def record_stack(stack: str, *, preview: bool = False) -> Recording[Any]:
    """Record a stack of the project."""
    return record_config(stack_config(stack), preview=preview)


def record_config(config: Mapping[str, str], *, preview: bool = False) -> Recording[Any]:
    """Record the program with any config."""

    def program() -> None:
        set_all_config(dict(config), list(PLANTED))
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return cast("Recording[Any]", record(program, preview=preview))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
