"""Which of a program's packages have plugins that the engine must get."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pulumi.runtime.proto import plugin_pb2

from simcloud.language.toolchains import HostError, Package, Toolchain

WITHOUT_PLUGIN = frozenset({"pulumi-policy", "pulumi-esc-sdk"})
FIND_FILES = """\
import importlib.metadata, importlib.util, json, os, sys
found = {}
for name in sys.argv[1:]:
    try:
        module = importlib.metadata.distribution(name).metadata["Name"].replace("-", "_")
        spec = importlib.util.find_spec(module)
    except Exception:
        continue
    folders = (spec and spec.submodule_search_locations) or []
    files = [os.path.join(folder, "pulumi-plugin.json") for folder in folders]
    found[name] = next(filter(os.path.isfile, files), "")
json.dump(found, sys.stdout)
"""
"""Run by the program's Python: where each package's pulumi-plugin.json is."""
PRE_RELEASES = {"a": "alpha", "b": "beta", "rc": "rc"}
VERSION = re.compile(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.(post\d+))?(?:\.(dev\d+))?")


def required(toolchain: Toolchain) -> Iterator[plugin_pb2.PackageDependency]:
    """The plugins of everything that is installed."""
    listed = toolchain.packages()
    files = _plugin_files(toolchain, listed)
    for package in listed:
        path = files.get(package.name, "")
        said = _read(package, Path(path)) if path else None
        if package.name in WITHOUT_PLUGIN or (said is None and not package.name.startswith("pulumi-")):
            continue
        dependency = _dependency(package, said or {"resource": True})
        if dependency:
            yield dependency


def _plugin_files(toolchain: Toolchain, listed: Sequence[Package]) -> Mapping[str, str]:
    command, env = toolchain.command("-c", FIND_FILES, *(package.name for package in listed))
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)  # noqa: S603
    return cast("Mapping[str, str]", json.loads(done.stdout)) if done.returncode == 0 and listed else {}


def _read(package: Package, path: Path) -> Mapping[str, Any]:
    try:
        return cast("Mapping[str, Any]", json.loads(path.read_text()))
    except json.JSONDecodeError as error:
        raise HostError(f"failed to parse pulumi-plugin.json for {package.name}: {error}") from None


def _dependency(package: Package, said: Mapping[str, Any]) -> plugin_pb2.PackageDependency | None:
    if not said.get("resource"):
        return None
    version = str(said.get("version") or plugin_version(package.version) or "")
    if not version:
        return None
    return plugin_pb2.PackageDependency(
        name=str(said.get("name") or package.name.removeprefix("pulumi-")),
        kind="resource",
        version=version if version.startswith("v") else f"v{version}",
        server=str(said.get("server") or ""),
    )


def plugin_version(package_version: str) -> str | None:
    """The version of a plugin from that of its package (PEP 440); None where it cannot be told."""
    parsed = VERSION.fullmatch(package_version)
    if parsed is None:
        return None
    release, kind, number, post, dev = parsed.groups()
    parts = [*release.split("."), "0", "0"][: max(3, release.count(".") + 1)]
    pre = f"-{PRE_RELEASES[kind]}.{number}" if kind else ""
    after = "".join(filter(None, (post, dev)))
    return ".".join(parts) + pre + (f"+{after}" if after else "")
