"""Rules for `rasa:assistant.credentials`: the channels, and what they ask of the ingress."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from components.config.capacity import assistant_replicas
from components.config.messages import child, did_you_mean, rm_command, set_command, set_with
from components.config.patterns import CLASS
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.contract.given_values import in_words
from components.contract.secret_shapes import is_named
from components.rasa.spec.channels import (
    BUILT_IN,
    KEYS,
    PACKAGE,
    REQUIRED,
    WITHOUT_KEYS,
    built_in,
    own_classes,
)

PATH = "rasa:assistant.credentials"
SOCKET_PATH = re.compile(r"^/?[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?$")


def _names(settings: Settings) -> Iterator[str]:
    """Rasa stops at its start at a channel that it does not know (`core/run.py:609`)."""
    for name, block in settings.assistant.credentials.items():
        place = child(PATH, name)
        own = re.match(CLASS, name) and not name.startswith(PACKAGE)
        if built_in(name) is None and not own:
            yield (
                f"{PATH} has {name!r}, which is no channel of Rasa Pro; "
                f"{did_you_mean(name, sorted(BUILT_IN))}; also accepted: the dotted path of a class in the "
                f"image; remove it with: {rm_command(place)}"
            )
        elif block is not None and not isinstance(block, Mapping):
            given = in_words(block)
            yield f"{place} is {given}; accepted: a block of keys; remove it with: {rm_command(place)}"
        else:
            yield from _keys(place, built_in(name) or "", cast("Mapping[str, object]", block or {}))


def _keys(place: str, channel: str, given: Mapping[str, object]) -> Iterator[str]:
    """What a channel of Rasa Pro's own reads."""
    read = sorted(KEYS.get(channel, ()))
    for key in given if read or channel in WITHOUT_KEYS else ():
        if key not in read:
            path = child(place, key)
            near = did_you_mean(key, read) if read else "the channel reads no key"
            yield f"{path}: Rasa Pro ignores {key!r} there; {near}; remove it with: {rm_command(path)}"
    missing = [key for key in REQUIRED.get(channel, ()) if not given.get(key)]
    if missing and all(key in read for key in given):  # a misspelt one is said above
        commands = " && ".join(set_command(child(place, key), _wanted(key)) for key in missing)
        yield f"{place} has no {', '.join(missing)}, which the channel needs; set it with: {commands}"
    if channel == "socketio":
        yield from _socket_path(place, given.get("socketio_path"))


def _wanted(key: str) -> str:
    return "'${VARIABLE}'" if is_named(key, "") else "<value>"


def _socket_path(place: str, path: object) -> Iterator[str]:
    """The ingress must know it, so no variable can hold it."""
    if path is not None and not (isinstance(path, str) and SOCKET_PATH.match(path)):
        where = f"{place}.socketio_path"
        yield (
            f"{where} is no path; accepted: letters, digits and '._~-' between slashes, and no variable, for "
            f"the ingress opens it; {set_with(where, '/socket.io')}"
        )


def _own_classes(settings: Settings) -> Iterator[str]:
    """Whether a connection's caller must return to its pod is in the class, which nobody here can read."""
    assistant, ingress = settings.assistant, settings.ingress
    classes = [name for name in own_classes(assistant.credentials) if re.match(CLASS, name)]
    _, most = assistant_replicas(assistant, settings.profile)
    if classes and ingress.host is not None and ingress.affinity is None and most > 1:
        key = "rasa:ingress.affinity"
        yield (
            f"{key} is missing, and {', '.join(classes)} of {PATH} may keep a conversation's connection in "
            f"one pod, as Socket.IO and voice do; if so, {set_with(key, 'true')}; if each request stands by "
            f"itself: {set_command(key, 'false')}"
        )


RULES: Sequence[Rule] = (_names, _own_classes)
