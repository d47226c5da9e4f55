"""Imports run downwards (docs/adr/0005-layers.md), read off the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.each import each
from tests.test_house_rules import CLOUDS, COMPONENTS, ROOT, SOURCES, name_of, tree

PROVIDERS = ("aws", "azure", "gcp", "in_cluster", "vault", "companions")
BELOW: dict[str, set[str]] = {
    "contract": set(),
    "kubernetes": {"contract"},
    "rasa.spec": {"contract", "kubernetes"},
    "config": {"contract", "rasa.spec"},
    **{provider: {"contract", "kubernetes"} for provider in PROVIDERS},
    "rasa": {"contract", "kubernetes", "rasa.spec"},
}
"""Layer → what it may import of ours."""
BELOW["stack"] = {*BELOW}
SDKS = {"aws": "pulumi_aws", "azure": "pulumi_azure_native", "gcp": "pulumi_gcp"}
STORES = {"model_storage.py", "lock_store.py", "tracker_store.py", "event_broker.py"}


def layer(module: str) -> str:
    """The folder below components/; rasa/spec is a layer of its own."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2]) if parts[:2] == ["rasa", "spec"] else parts[0]


def layer_of(path: Path) -> str:
    return layer(".".join(path.relative_to(ROOT).with_suffix("").parts))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions; `from components import aws` is one of aws."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "components":
            yield from (f"components.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""


@each(COMPONENTS, name_of)
def test_imports_run_downwards(path: Path) -> None:
    here = layer_of(path)
    for module in imports_of(path):
        if module.startswith("components.") and layer(module) != here:
            assert layer(module) in BELOW[here], f"{here} may import {sorted(BELOW[here])}, not {module}"


def test_every_folder_is_a_layer_and_no_module_is_loose() -> None:
    folders = {path.name for path in (ROOT / "components").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {name for name in BELOW if "." not in name}
    assert {path.name for path in (ROOT / "components").glob("*.py")} == {"__init__.py"}


@each(COMPONENTS, name_of)
def test_a_cloud_alone_knows_its_sdk(path: Path) -> None:
    known = {module.split(".")[0] for module in imports_of(path)} & {*SDKS.values()}
    assert not known - {SDKS.get(layer_of(path), "")}


@pytest.mark.whole
def test_a_clouds_package_is_imported_without_a_service() -> None:
    """A service takes a second or more to import, and a bootstrap needs few of them."""
    packages, prefixes = ", ".join(SDKS.values()), tuple(f"{package}." for package in SDKS.values())
    clouds = ", ".join(f"components.{cloud}" for cloud in SDKS)
    loaded = (
        f"import sys, {packages}, pulumi_kubernetes; before = {{*sys.modules}}; import {clouds}; "
        f"new = {{*sys.modules}} - before; print(*(name for name in new if name.startswith({prefixes})))"
    )
    said = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not said.stdout.split()


@each(SOURCES, name_of)
def test_scripts_for_pods_stand_apart(path: Path) -> None:
    """They are read as text: nobody imports them, and they import nothing that a pod does not have."""
    found = {module.split(".")[0] for module in imports_of(path)}
    assert not found & {"jobs"}
    if path.is_relative_to(ROOT / "jobs"):
        assert not found & {"components", "ci", "policy", "simcloud", "tests", "pulumi"}


@pytest.mark.parametrize(
    "folder",
    [
        "components/config",
        *(f"components/{cloud}" for cloud in sorted(CLOUDS)),
        "components/in_cluster",
        "components/rasa/connections",
        "jobs/preflight",
    ],
)
def test_a_dependency_has_one_name_in_every_layer(folder: str) -> None:
    assert not STORES - {path.name for path in (ROOT / folder).glob("*.py")}
