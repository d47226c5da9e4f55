"""The types of resource that the stacks and `bootstrap/<cloud>` can make on a cloud, read off their source.

The source, and not a recording: a type that only an unusual stack makes needs a right as much as the others.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pulumi
import yaml

ROOT = Path(__file__).parents[2]
SDKS = {"aws": "pulumi_aws", "azure": "pulumi_azure_native", "gcp": "pulumi_gcp"}
PREFIXES = {"aws": "aws:", "azure": "azure-native:", "gcp": "gcp:"}


@cache
def resource_types(cloud: str) -> frozenset[str]:
    """Type tokens, such as `aws:eks/cluster:Cluster`."""
    types = {token for path in _sources(cloud) for token in _types_in(path, SDKS[cloud])}
    return frozenset(token for token in types if token.startswith(PREFIXES[cloud]))


@cache
def recorded_types(cloud: str) -> frozenset[str]:
    """Those of the golden inventories: a check of the reading of the source."""
    inventories = map(Path.read_text, (ROOT / "tests" / "golden").glob("*.yaml"))
    return frozenset(
        token
        for text in inventories
        for token in yaml.safe_load(text)["counts"]
        if token.startswith(PREFIXES[cloud])
    )


def enabled_apis() -> frozenset[str]:
    """The APIs of Google Cloud that the program enables: the words in its calls of `enable_api` and `on`."""
    trees = [ast.parse(path.read_text()) for path in _sources("gcp")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    words = {
        word.value
        for call in calls
        if ast.unparse(call.func).rpartition(".")[2] in {"enable_api", "on"}
        for word in call.args
        if isinstance(word, ast.Constant)
    }
    return frozenset(map(str, words))


def _sources(cloud: str) -> list[Path]:
    return [*(ROOT / "components" / cloud).rglob("*.py"), *(ROOT / "bootstrap" / cloud).glob("*.py")]


def _types_in(path: Path, sdk: str) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    names = dict(_imports(tree, sdk))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        root, *parts = ast.unparse(node).split(".")
        # `sdk.function(…).result` is no name.
        if root in names and all(part.isidentifier() for part in parts):
            found = _resolve(names[root], parts)
            # Arguments and look-ups have names of the SDK, too; a resource is a class with a type.
            if isinstance(found, type) and issubclass(found, pulumi.CustomResource):
                yield str(vars(found)["pulumi_type"])


def _imports(tree: ast.AST, sdk: str) -> Iterator[tuple[str, object]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == sdk:
                    yield name.asname or name.name, importlib.import_module(name.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == sdk:
            module = importlib.import_module(str(node.module))
            for name in node.names:
                yield name.asname or name.name, _resolve(module, [name.name])


def _resolve(found: object, parts: list[str]) -> object:
    for part in parts:
        if isinstance(found, ModuleType) and not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part, None)
    return found
