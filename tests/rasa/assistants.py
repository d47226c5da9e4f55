"""Assistants of the samples, each recorded once for all tests that look at it."""

from __future__ import annotations

from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from tests.recorder import Recording, record

_RECORDED: dict[int, tuple[AssistantArgs, Recording[Assistant]]] = {}
"""By identity, for args cannot be hashed; that they are kept keeps the identity theirs."""


def recorded(args: AssistantArgs) -> Recording[Assistant]:
    if id(args) not in _RECORDED:
        _RECORDED[id(args)] = args, record(lambda: Assistant("assistant", args))
    return _RECORDED[id(args)][1]
