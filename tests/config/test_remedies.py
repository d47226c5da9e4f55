"""The commands in messages, each run on the stack that it is said of: it mends, and leads to no refusal."""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from components.config.load import parse
from components.contract.errors import ConfigurationError
from tests.config.everything import EVERY_KEY
from tests.config.test_inputs import CASES, TODAY, changed

VALUE = r"(?:< )?(?:\"[^\"]*\"|'[^']*'|[^\s;,&]+)"
KEY = r"'[^']*'(?:\\''[^']*')*"
COMMAND = rf"pulumi (?:config (?:set|rm) (?:--\w+(?: string)? )*{KEY}(?: {VALUE})?|stack \S+)"
JOINED = re.compile(rf"{COMMAND}(?:(?: && |, then set it with: |, and [^:;]*: ){COMMAND})*")
STEP = re.compile(r'\["((?:\\"|[^"])*)"\]|\[(\d+)\]|([^.\[\]]+)')
FOR_A_PERSON = ("<", "$", "pulumi stack")
"""Of a value that only a person knows, or a shell, or of the stack's name."""
JUDGED_BY_THE_CLOUD = {"administrators: number", "alarms: number"}
"""The number is taken as text; what the cloud takes there is said then."""


def answers(raw: dict[str, Any], stack: str) -> tuple[str, ...]:
    try:
        parse(raw, secret_keys=EVERY_KEY, stack=stack, today=TODAY)
    except ConfigurationError as refused:
        return refused.problems
    return ()


def run(raw: dict[str, Any], command: str) -> str:
    """Do what the CLI does, and return the key."""
    words = shlex.split(command)[2:]
    flags = {word for word in words if word.startswith("--")}
    action, key, *value = (word for word in words if word not in {*flags, "string"})
    path = key.removeprefix("rasa:")
    if "--path" not in flags:
        _change(raw, path, action, value)
        return key
    steps = [
        quoted.replace('\\"', '"') or (int(index) if index else name)
        for quoted, index, name in STEP.findall(path)
    ]
    block: Any = raw
    for step, following in pairwise(steps):
        block = _inside(block, step, [] if isinstance(following, int) else {})
    typed = not flags & {"--type", "--secret"}
    _change(block, steps[-1], action, [_typed(one) for one in value] if typed else value)
    return key


def _typed(text: str) -> object:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if re.fullmatch(r"0|[1-9]\d*", text) else text


def _inside(block: Any, step: str | int, new: object) -> Any:
    return block.setdefault(step, new) if isinstance(step, str) else block[step]


def _change(block: Any, step: str | int, action: str, value: list[Any]) -> None:
    if action == "rm":
        del block[step]
    elif step == len(block) and isinstance(step, int):
        block.append(value[0])
    else:
        block[step] = value[0]


Said = tuple[str, dict[str, Any], str, str]
"""A case, its stack, the stack's name, and a message."""


@pytest.fixture(scope="module")
def messages() -> list[Said]:
    found: list[Said] = []
    for name, (_, base, changes, _, *stack) in CASES:
        raw, of = changed(base, changes), (stack or ["aws-dev"])[0]
        found += ((name, raw, of, problem) for problem in answers(raw, of))
    return found


def test_every_message_has_a_command(messages: list[Said]) -> None:
    assert [problem for *_, problem in messages if not re.search(COMMAND, problem)] == []


def test_a_command_mends(messages: list[Said]) -> None:
    refused = [
        (name, failed)
        for name, raw, stack, problem in messages
        for failed in _failed(name, raw, stack, problem)
    ]
    assert refused == []


def _failed(name: str, raw: dict[str, Any], stack: str, problem: str) -> Iterator[str]:
    for commands in JOINED.findall(problem):
        if any(mark in commands for mark in FOR_A_PERSON):
            continue
        mended = copy.deepcopy(raw)
        keys = tuple(run(mended, command) for command in re.findall(COMMAND, commands))
        after = answers(mended, stack)
        new = set(after) - set(answers(raw, stack)) if name not in JUDGED_BY_THE_CLOUD else set[str]()
        if problem in after or any(one.startswith(keys) for one in new):
            yield f"{commands} leads from {problem} to {after}"
