"""Reads the stack's configuration, the only reader of `pulumi.Config`, and reports every problem at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pulumi
import yaml
from pulumi.runtime import config as runtime_config
from pydantic import ValidationError

from components.config import rules
from components.config.messages import did_you_mean, explain, explain_odd, rm_command
from components.config.plain_values import odd_values
from components.config.settings import NAMESPACE, Settings
from components.contract.errors import ConfigurationError


def load() -> Settings:
    """Read the stack's configuration, or raise `ConfigurationError` with every problem of it."""
    raw, secret_keys = _raw_config()
    stack = pulumi.get_stack()
    today = datetime.now(tz=UTC).date()
    return parse(raw, secret_keys=secret_keys, stack=stack, written=_written(stack), today=today)


def parse(
    raw: Mapping[str, object],
    *,
    secret_keys: frozenset[str],
    stack: str,
    written: Mapping[str, object] | None = None,
    today: date = date.min,
) -> Settings:
    """Check raw values (key without prefix → value).

    `secret_keys` are those of which something came encrypted; `written` has the keys as the stack file has
    them, `{secure: …}` for what is encrypted there; `today` is the day in UTC.
    """
    given = {
        key: value for key, value in raw.items() if value != ""
    }  # "" is how Pulumi.yaml says "no default"
    problems = _unknown_keys(given)
    known = {key: value for key, value in given.items() if key in _KEYS}
    odd = list(odd_values(known))
    problems += (explain_odd(one, Settings) for one in odd)
    wrong = {str(one.at[0]) for one in odd}
    try:
        settings = Settings.model_validate(_without(known, wrong))
    except ValidationError as error:
        problems += explain(error, Settings)
        wrong |= {str(detail["loc"][0]) for detail in error.errors()}
        settings = Settings.model_validate(_without(known, wrong))
    fields = frozenset(_KEYS[key] for key in wrong if key in _KEYS)
    problems += rules.problems(
        settings, wrong=fields, secret_keys=secret_keys, stack=stack, written=written or {}, today=today
    )
    if problems:
        raise ConfigurationError(stack, problems)
    return settings


_KEYS = {str(field.alias): name for name, field in Settings.model_fields.items()}
"""Key in the stack file → field."""

_STAND_INS: Mapping[str, object] = {
    "cloud": "none",
    "assistant": {"model": "none"},
    "license": "none",
}
"""Valid values that stand in for wrong ones of required keys, so that the other keys are checked too."""


def _unknown_keys(given: Mapping[str, object]) -> list[str]:
    return [
        f"rasa:{key} is not a known key; {did_you_mean(key, list(_KEYS))}; "
        f"remove it with: {rm_command(f'rasa:{key}')}"
        for key in given
        if key not in _KEYS
    ]


def _without(raw: Mapping[str, object], wrong: set[str]) -> dict[str, object]:
    right = {key: value for key, value in raw.items() if key not in wrong}
    return {**{key: value for key, value in _STAND_INS.items() if key in wrong}, **right}


def _raw_config() -> tuple[dict[str, object], frozenset[str]]:
    """Our keys of the stack's configuration; objects arrive as JSON text."""
    everything = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    mine = {key.removeprefix(prefix): value for key, value in everything.items() if key.startswith(prefix)}
    secrets = frozenset(key for key in mine if runtime_config.is_config_secret(prefix + key))
    return {key: _decoded(key, value) for key, value in mine.items()}, secrets


def _written(stack: str) -> dict[str, object]:
    """Our keys as the stack's file has them; nothing where it is elsewhere, or cannot be read."""
    root = str(pulumi.runtime.get_root_directory() or "")  # where Pulumi.yaml is, which says `stackConfigDir`
    if not root:
        return {}
    file = Path(root) / "stacks" / f"Pulumi.{stack}.yaml"
    try:
        document: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    config = cast("Mapping[str, object]", document).get("config") if isinstance(document, Mapping) else None
    if not isinstance(config, Mapping):
        return {}
    prefix = f"{NAMESPACE}:"
    everything = cast("Mapping[object, object]", config).items()
    return {str(key).removeprefix(prefix): value for key, value in everything if str(key).startswith(prefix)}


def _decoded(key: str, value: str) -> object:
    if key not in _KEYS or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, too many brackets
        return value
