"""The example stacks, recorded: the whole program with a stack file's config, without an engine."""

from __future__ import annotations

import functools
import json
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from pulumi.runtime.config import set_all_config

from tests.recorder import Recording, record

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
"""What tests run; `stacks/` is the user's, and no test reads it (tests/test_own_stacks.py)."""
STACKS = sorted(path.stem.removeprefix("Pulumi.") for path in EXAMPLES.glob("Pulumi.*.yaml"))
SIMULATED = yaml.safe_load((ROOT / "simcloud" / "secrets.yaml").read_text())["stacks"]
"""What a person would set for one stack alone."""
PLANTED = {"rasa:license": "planted-license", "rasa:llmKeys": '{"OPENAI_API_KEY": "planted-llm-key"}'}
"""What a person would set with `pulumi config set --secret`."""


def stack_config(stack: str) -> dict[str, str]:
    """The stack's config as the engine hands it to the program: objects as JSON text."""
    config = yaml.safe_load((EXAMPLES / f"Pulumi.{stack}.yaml").read_text())["config"]
    whole = with_planted(config, SIMULATED.get(stack, {}))
    return {key: _text(value) for key, value in {**PLANTED, **whole}.items()}


def with_planted(config: Mapping[str, Any], planted: Mapping[str, Any]) -> dict[str, Any]:
    """Lay planted secrets into a config, block by block."""
    merged = dict(config)
    for key, value in planted.items():
        block = cast("dict[str, Any] | None", value if isinstance(value, dict) else None)
        merged[key] = value if block is None else with_planted(config.get(key, {}), block)
    return merged


def is_production(stack: str) -> bool:
    return stack_config(stack).get("rasa:profile") == "production"


@functools.cache
def record_stack(stack: str, *, preview: bool = False) -> Recording[Any]:
    """Record an example."""
    return record_config(stack_config(stack), preview=preview, secret=tuple(SIMULATED.get(stack, ())))


def record_config(
    config: Mapping[str, str], *, preview: bool = False, secret: Sequence[str] = ()
) -> Recording[Any]:
    """Record the program with any config; `secret` are keys that hold secrets, besides the planted ones."""

    def program() -> None:
        set_all_config(dict(config), [*PLANTED, *secret])
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    return cast("Recording[Any]", record(program, preview=preview, whole=True))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
