"""What is installed where: the lock file's groups, what pip installs, and what is said of what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pulumi import RunError

from ci.environment import CLOUDS, groups
from components.stack import cloud_sdk

ROOT = Path(__file__).parents[1]
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK: Mapping[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text())
PACKAGES: Mapping[str, Any] = {one["name"]: one for one in LOCK["package"]}
SDKS = {"aws": "pulumi-aws", "azure": "pulumi-azure-native", "gcp": "pulumi-gcp"}
PYTHON = {"python_version": "3.12", "python_full_version": "3.12.0", "platform_system": "Linux"}
EXPORTED = {
    "requirements.txt": CLOUDS,
    **{f"bootstrap/{cloud}/requirements.txt": (cloud,) for cloud in CLOUDS},
}


def locked(wanted: Sequence[str]) -> dict[str, set[str]]:
    """What base and groups come to by the lock file: `name==version` → the hashes of its files."""
    project = PACKAGES[PROJECT["project"]["name"]]
    open_: list[dict[str, Any]] = list(project["dependencies"])
    for group in wanted:
        open_ += project["dev-dependencies"][group]
    found: dict[str, set[str]] = {}
    while open_:
        dependency = open_.pop()
        package = PACKAGES[dependency["name"]]
        if f"{package['name']}=={package['version']}" in found:
            continue
        if "marker" in dependency and not Marker(dependency["marker"]).evaluate(PYTHON):
            continue
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        found[f"{package['name']}=={package['version']}"] = {file["hash"] for file in files}
        open_ += package.get("dependencies", [])
    return found


def written(text: str) -> dict[str, set[str]]:
    """The same, out of a requirements file."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    found: dict[str, set[str]] = {}
    for line in lines:
        requirement, *hashes = line.split(" --hash=")
        parsed = Requirement(requirement.strip())
        if parsed.marker is None or parsed.marker.evaluate(PYTHON):
            found[f"{parsed.name}{parsed.specifier}"] = {one.strip() for one in hashes}
    return found


@pytest.mark.parametrize(("path", "wanted"), EXPORTED.items(), ids=EXPORTED)
def test_pip_installs_what_the_lock_file_says(path: str, wanted: Sequence[str]) -> None:
    assert written((ROOT / path).read_text()) == locked(wanted), "run: make lock"


def specifiers(requirements: Iterable[object]) -> dict[str, str]:
    found = [Requirement(one) for one in requirements if isinstance(one, str)]
    return {canonicalize_name(one.name): str(one.specifier) for one in found}


def test_the_lock_file_is_of_this_pyproject() -> None:
    metadata = PACKAGES[PROJECT["project"]["name"]]["metadata"]

    def noted(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        return {one["name"]: str(Requirement(f"x{one.get('specifier', '')}").specifier) for one in items}

    assert noted(metadata["requires-dist"]) == specifiers(PROJECT["project"]["dependencies"])
    for group, requirements in PROJECT["dependency-groups"].items():
        assert specifiers(requirements).items() <= noted(metadata["requires-dev"][group]).items(), group


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_stack_gets_the_sdk_of_its_cloud_alone(cloud: str) -> None:
    installed = {name.partition("==")[0] for name in locked([cloud])}
    assert installed & set(SDKS.values()) == {SDKS[cloud]}
    # Pulumi's language host asks `python -m pip list` for the packages.
    assert {"pip", "pulumi-kubernetes"} <= installed
    assert not installed & {
        "pytest",
        "basedpyright",
        "ruff",
        "rich",
        "click",
        "boto3",
        "moto",
        "pulumi-policy",
    }


def test_nothing_of_the_developers_comes_unasked() -> None:
    assert PROJECT["tool"]["uv"]["default-groups"] == []
    assert not {name.partition("==")[0] for name in locked([])} & set(SDKS.values())


def stack_file(folder: Path, name: str, **document: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(document))


def test_groups_of_a_stack(tmp_path: Path) -> None:
    stack_file(tmp_path / "stacks", "one", config={"rasa:cloud": "azure"})
    stack_file(tmp_path / "stacks", "own", config={"rasa:cloud": "none"})
    stack_file(tmp_path / "stacks", "from-esc", environment=["rasa/production"])
    stack_file(tmp_path / "examples", "example", config={"rasa:cloud": "gcp"})
    assert [list(groups(name, tmp_path)) for name in ("one", "own", "example")] == [["azure"], [], ["gcp"]]
    assert list(groups("from-esc", tmp_path)) == list(CLOUDS)
    with pytest.raises(LookupError, match=r"stacks/Pulumi.two.yaml; known: from-esc, one, own"):
        groups("two", tmp_path)


def test_a_missing_sdk_is_one_line_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        assert name == "pulumi_gcp"

    monkeypatch.setattr(cloud_sdk, "find_spec", none)
    with pytest.raises(RunError) as refused:
        cloud_sdk.require_sdk("gcp", "make environment STACK=mine")
    assert str(refused.value) == (
        "pulumi-gcp, the SDK of cloud gcp, is not in .venv; install it with: make environment STACK=mine"
    )
    cloud_sdk.require_sdk("none", "")


def only(folder: Path, *programs: str) -> str:
    """A PATH with these programs and nothing else."""
    for program in ("sh", *programs):
        found = shutil.which(program)
        assert found
        (folder / program).symlink_to(found)
    return str(folder)


def make(target: str, path: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("make") or "make", "-C", str(ROOT), "--no-print-directory", target, *words],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ((), "pulumi is not on PATH; install it: https://www.pulumi.com/docs/install/"),
        (("pulumi",), "pulumi is here without pulumi-language-python, its host for Python; install both: "),
    ],
)
def test_a_missing_tool_is_one_line(programs: Sequence[str], said: str, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    path = only(bin_, "dirname", "readlink")
    for program in programs:
        (bin_ / program).write_text("#!/bin/sh\n")
        (bin_ / program).chmod(0o755)
    done = make("up", path)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [line for line in done.stdout.splitlines() if line.startswith(said)]
    assert said in done.stdout


def test_a_python_that_is_none_is_one_line(tmp_path: Path) -> None:
    stamp = f".uv/{tmp_path.name}"
    done = make(stamp, os.environ["PATH"], f"UV_VERSION={tmp_path.name}", "PYTHON=python2.7")
    assert done.returncode == 2
    assert done.stdout == (
        "Python 3.11 or newer is needed (python2.7 is none); name it with: make PYTHON=python3.12\n"
    )
    assert sys.version_info >= (3, 11)
