"""The provider plugins that belong to the installed SDKs, and whether they can be had."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from simcloud.executables import language_host

PACKAGES = ("aws", "azure-native", "gcp", "kubernetes", "random", "tls")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugin:
    """One provider plugin, in the version of its SDK."""

    name: str
    version: str
    server: str = ""
    """Where it is downloaded from, if not from Pulumi's own place."""


def needed(packages: Iterable[str] = PACKAGES) -> list[Plugin]:
    """What `pulumi-plugin.json` in each SDK names, as the language host reads it."""
    return [_of(package) for package in packages]


def missing(variables: Mapping[str, str], packages: Iterable[str] = PACKAGES) -> list[str]:
    """What cannot be had of the CLI and the plugins, and why; the rest is then installed."""
    command = shutil.which("pulumi")
    if not command:
        return ["pulumi, of which none is on PATH: https://www.pulumi.com/docs/install/"]
    if not language_host(Path(command)):
        return ["pulumi-language-python, which comes with Pulumi's own CLI"]
    told = {plugin: install(plugin, variables) for plugin in needed(packages)}
    return [f"pulumi-resource-{one.name} {one.version}: {why}" for one, why in told.items() if why]


def install(plugin: Plugin, environment: Mapping[str, str]) -> str:
    """Have the CLI install a plugin; "" or why it cannot be had."""
    words = ["pulumi", "plugin", "install", "resource", plugin.name, plugin.version]
    words += ["--server", plugin.server] if plugin.server else []
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines or ["it did not say why"])[-1]


def _of(package: str) -> Plugin:
    name = f"pulumi_{package.replace('-', '_')}"
    file = resources.files(name) / "pulumi-plugin.json"
    told = json.loads(file.read_text())
    return Plugin(
        name=str(told.get("name", package)),
        version=str(told.get("version") or metadata.version(name)),
        server=str(told.get("server") or ""),
    )
