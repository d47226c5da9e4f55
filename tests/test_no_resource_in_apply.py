"""No resource is made inside an `apply`, read off the source.

To compare the URNs of a preview and of an update finds one only where the value is unknown in a preview: over
a name, which a preview knows, both make it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.each import each
from tests.test_house_rules import COMPONENTS, ROOT, name_of, tree

Key = tuple[str, str]
"""Module and name of a function or class."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def names_of(path: Path) -> dict[str, Key]:
    """What a name of the module means: something of its own, or of another of our modules."""
    module, found = module_of(path), dict[str, Key]()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = (module, node.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("components"):
            found |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
    return found


def called(node: ast.AST, names: dict[str, Key]) -> Iterator[Key]:
    """The functions and classes of ours that a piece of source names: `f`, `self.f`."""
    for inner in ast.walk(node):
        name = (
            inner.id
            if isinstance(inner, ast.Name)
            else inner.attr
            if isinstance(inner, ast.Attribute)
            else ""
        )
        if name in names:
            yield names[name]


def makes_itself(node: ast.AST) -> bool:
    """A resource takes options: `ResourceOptions(…)`, or `opts=`."""
    return any(
        isinstance(inner, ast.Call)
        and (
            ast.unparse(inner.func).endswith("ResourceOptions")
            or any(keyword.arg == "opts" for keyword in inner.keywords)
        )
        for inner in ast.walk(node)
    )


@cache
def makers() -> frozenset[Key]:
    """Every function and class of ours that makes a resource, at any remove."""
    calls, found = dict[Key, set[Key]](), set[Key]()
    for path in COMPONENTS:
        names = names_of(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                key = (module_of(path), node.name)
                calls.setdefault(key, set()).update(set(called(node, names)) - {key})
                if makes_itself(node):
                    found.add(key)
    while more := {key for key, used in calls.items() if key not in found and used & found}:
        found |= more
    return frozenset(found)


def applied(source: ast.AST) -> Iterator[ast.expr]:
    """What is handed to `apply`."""
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "apply":
            yield from node.args


def offenders(source: ast.AST, names: dict[str, Key]) -> list[str]:
    return [
        ast.unparse(handed)
        for handed in applied(source)
        if makes_itself(handed) or makers() & set(called(handed, names))
    ]


@each(COMPONENTS, name_of)
def test_no_resource_in_an_apply(path: Path) -> None:
    assert offenders(tree(path), names_of(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "name.apply(lambda text: Bucket(text, opts=ResourceOptions(parent=self)))",
        "name.apply(lambda text: Bucket(text, opts=child))",
        "name.apply(lambda text: create_server_certificate(text))",
        "Output.all(a, b).apply(create_server_certificate)",
        "name.apply(self._account)",
    ],
)
def test_each_way_is_found(source: str) -> None:
    key = ("components.kubernetes.server_certificate", "create_server_certificate")
    account = ("components.rasa.assistant", "_service_account")
    assert {key, account} <= makers()
    assert offenders(ast.parse(source), {"create_server_certificate": key, "_account": account})
