"""The keys that each channel of Rasa Pro reads, by its own source: others are refused as silently dropped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from components.rasa.spec.channels import KEYS
from tests.conformance.tools import rasa_python

ELSEWHERE = {"callback": ("utils/endpoints.py", "EndpointConfig", "__init__", 1)}
"""Channel that hands all of its keys on: file, class, function, and its parameters that are no key."""


def package() -> Path:
    (found,) = rasa_python().parents[1].glob("lib/python3*/site-packages/rasa")
    return found


@cache
def readers() -> dict[str, ast.FunctionDef]:
    """Channel → its `from_credentials`."""
    found: dict[str, ast.FunctionDef] = {}
    for file in (package() / "core" / "channels").rglob("*.py"):
        module = ast.parse(file.read_text())
        constants = {
            target.id: node.value.value
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                functions = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
                if "from_credentials" in functions and "name" in functions:
                    for name in _returned(functions["name"]):
                        found[str(constants.get(name, name))] = functions["from_credentials"]
    return found


def _returned(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
            yield node.value.id


def asked(function: ast.FunctionDef) -> set[str]:
    """The keys that it asks its credentials for."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "credentials.get":
            found |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
        elif isinstance(node, ast.Dict):  # a schema of them
            for key, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(key, ast.Constant)
                    and key.value == "properties"
                    and isinstance(value, ast.Dict)
                ):
                    found |= {str(one.value) for one in value.keys if isinstance(one, ast.Constant)}
    return found


def handed_on(channel: str) -> set[str]:
    """The parameters of the function that gets all keys."""
    file, class_, function, without = ELSEWHERE[channel]
    module = ast.parse((package() / file).read_text())
    (owner,) = (one for one in module.body if isinstance(one, ast.ClassDef) and one.name == class_)
    (made,) = (one for one in owner.body if isinstance(one, ast.FunctionDef) and one.name == function)
    return {one.arg for one in made.args.args[without:]}


@pytest.mark.parametrize("channel", sorted(KEYS))
def test_the_keys_are_those_that_it_reads(channel: str) -> None:
    read = handed_on(channel) if channel in ELSEWHERE else asked(readers()[channel])
    assert KEYS[channel] == read
