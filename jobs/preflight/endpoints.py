"""The file endpoints.yml: what Rasa Pro makes of it, and which checks it asks for."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import endpoint_keys
from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.shared.constants import SENSITIVE_DATA
from rasa.shared.utils.yaml import read_config_file

from preflight import companions, event_broker, model_storage, tracker_store
from preflight.engine import refuse_mantle_project
from preflight.identity import identity
from preflight.lock_store import lock_store, timer_store
from preflight.report import SECRET_VARIABLES, Problem, first_line, scrubbed
from preflight.secrets_manager import secrets_manager

ALWAYS = ("tracker_store", "lock_store", "timer_store", "event_broker")
"""Blocks without which Rasa Pro keeps things in the memory of one pod, or publishes nothing."""
REFERENCE = re.compile(r"\$\{([^}]*)\}")
CORRECT = "Correct rasa:assistant.extraEndpoints"


def file(path: str) -> str:
    """Read the file as Rasa Pro does; refuse what it ignores or leaves unexpanded."""
    if not Path(path).is_file():
        raise Problem(
            f"{path} is not there, so Rasa Pro would keep everything in memory", "Mount endpoints.yml"
        )
    refuse_mantle_project()
    try:
        written = read_config_file(path, expand_env_vars=False)
        understood = read_config_file(path)
        AvailableEndpoints.read_endpoints(Path(path))
    except Exception as error:
        unset = sorted(set(_unset(error)))
        if unset:
            raise Problem(
                f"endpoints.yml refers to {', '.join(unset)}, which the pod's environment lacks",
                f"Set it with: pulumi config set --secret --path 'rasa:llmKeys.{unset[0]}' <value>",
            ) from error
        raise Problem(f"Rasa Pro cannot read endpoints.yml: {_whole(error)}", CORRECT) from error
    # A key, too, can be written as a variable (components/rasa/spec/literal_keys.py).
    wrong = endpoint_keys.unread_keys(understood)
    wrong += [f"there is no block {block!r}" for block in ALWAYS if block not in written]
    wrong += _unexpanded(understood)
    if wrong:
        raise Problem("; ".join(wrong), CORRECT)
    return f"Rasa Pro reads each of {sum(1 for _ in _leaves(written, ()))} keys"


def checks_for(
    path: str, remote_storage: str | None, model: str | None, sha256: str
) -> list[tuple[str, Callable[[], str]]]:
    """The checks that this file and these arguments of `rasa run` ask for, by name."""
    endpoints = AvailableEndpoints.read_endpoints(Path(path))
    found: list[tuple[str, Callable[[], str]]] = []
    if os.environ.get("IAM_CLOUD_PROVIDER"):
        found.append(("identity", partial(identity, endpoints)))
    if "secrets_manager" in read_config_file(path):
        found.append(("secrets_manager", partial(secrets_manager, path, endpoints)))
    if endpoints.tracker_store:
        found.append(("tracker_store", partial(tracker_store.tracker_store, path, endpoints.tracker_store)))
    if endpoints.lock_store:
        found.append(("lock_store", partial(lock_store, endpoints.lock_store)))
    if endpoints.timer_store:
        found.append(("timer_store", partial(timer_store, endpoints.timer_store)))
    if endpoints.event_broker:
        found.append(("event_broker", partial(event_broker.event_broker, endpoints.event_broker)))
    found.append(("model", partial(model_storage.model, endpoints.model, remote_storage, model, sha256)))
    if endpoints.nlg and endpoints.nlg.url:
        found.append(("nlg", partial(companions.nlg, endpoints.nlg)))
    if endpoints.action and endpoints.action.url:
        found.append(("action_endpoint", partial(companions.action_endpoint, endpoints.action)))
    return found


def _unset(error: Exception) -> Iterator[str]:
    for name in REFERENCE.findall(str(error)):
        if name not in os.environ:
            yield name


def _whole(error: Exception) -> str:
    """The whole message: the later lines of a YAML error name its position."""
    return scrubbed(" ".join(str(error).split()), SECRET_VARIABLES)[:300] or first_line(error)


def _unexpanded(understood: Any) -> Iterator[str]:
    for path, value in _leaves(understood, ()):
        names = REFERENCE.findall(value) if isinstance(value, str) else []
        where, key = ".".join(path), path[-1]
        # Rasa Pro's reader leaves these keys unexpanded; the code of language models, OAuth and tracing
        # expands them.
        later = key in SENSITIVE_DATA and path[0].partition("[")[0] in endpoint_keys.EXPANDED_LATER
        for name in names:
            if not later:
                yield f"{where} stays literally ${{{name}}}: Rasa Pro expands no value in quotes"
            elif name not in os.environ:
                yield f"{where} refers to {name}, which the pod's environment lacks"


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, (*path, str(key)))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _leaves(member, (*path[:-1], f"{path[-1]}[{index}]"))
    else:
        yield path, value
