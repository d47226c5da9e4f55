"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import cast
from unittest import mock

import pytest
import yaml
from hypothesis import HealthCheck, settings
from pulumi.runtime.proto import source_pb2
from xdist.remote import Producer  # pyright: ignore[reportMissingTypeStubs]: it has none
from xdist.scheduler import LoadScopeScheduling  # pyright: ignore[reportMissingTypeStubs]

from simcloud import engine, executables

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

# Where in the program each resource is made, which no test asks for: the SDK reads it off some thirty frames
# and their files, which is a seventh of a recording.
mock.patch("pulumi.runtime.resource._get_stack_trace", source_pb2.StackTrace).start()

# The same documents read by libyaml, ten times as fast; what a stack file's own reader does stays its own.
mock.patch("yaml.safe_load", partial(yaml.load, Loader=yaml.CSafeLoader)).start()

# Hundreds of megabytes of modules and schemas are never garbage: to look through them time and again is an
# eighth of the unit tests' time.
gc.set_threshold(200_000, 20, 100)

ABANDONED = (
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)
"""When an update fails the engine hangs up on the program; the SDK leaves the rest to Python."""


CLOUDS = {"azure": "azure", "gcp": "gcp", "google": "gcp", "aws": "aws"}
IN_A_SHELL = ("tests/cli/", "tests/docs/")
WHOLE = (
    *("tests/behaviour/", "tests/docs/", "tests/golden/", "tests/matrix/", "tests/policy/", "tests/stack/"),
    *("tests/ci/test_preview_rights.py", "tests/contract/test_connections.py", "tests/provider_preview/"),
    *("tests/config/test_effects.py", "tests/config/test_inputs.py", "tests/config/test_odd_values.py"),
    *("tests/config/test_remedies.py", "tests/config/test_schema.py", "tests/test_esc.py"),
    *("tests/test_house_rules.py", "tests/test_no_resource_in_apply.py"),
)
"""Tests of whole stacks, of whole tables, and of every file: `make unit` leaves them to `make test`."""
OWN_STACKS = Path(__file__).parents[1] / "stacks"


def _refuse_own_stacks(event: str, args: tuple[object, ...]) -> None:
    """Stop a test that looks into `stacks/`: its outcome would hang on what a user keeps there."""
    if event not in {"open", "os.listdir", "os.scandir"} or not isinstance(args[0], str | os.PathLike):
        return
    path = Path(os.fsdecode(cast("str | os.PathLike[str]", args[0])))
    if OWN_STACKS in (path, path.parent) and path.name != "schema.json":
        raise AssertionError(f"a test reads {path}, which belongs to the user: use tests/stacks.py")


sys.addaudithook(_refuse_own_stacks)


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]: pytest uses it
    """Without an engine every cluster answers: what the program looks at is not to depend on the machine."""
    if request.node.get_closest_marker("engine") is None:
        monkeypatch.setattr(
            "components.config.preview.reachability.getproxies", lambda: {"https": "proxy", "http": "proxy"}
        )


class ByCloud(LoadScopeScheduling):
    """One worker imports a cloud's SDK (5 s), and records its stacks, once for all tests that name the cloud.

    All others stay together by file, which often records or reads something once for all of its tests.
    xdist 3.8 writes groups into an attribute that pytest 9.2 does not read: `xdist_group` has no effect.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((CLOUDS[name] for name in CLOUDS if name in nodeid), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    return ByCloud(config, log) if config.option.dist == "loadgroup" else None


def pytest_collection_finish() -> None:
    """Leave out of each later look for garbage what the tests were imported with."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(WHOLE):
            item.add_marker(pytest.mark.whole)
        if item.get_closest_marker("engine"):
            for warning in ABANDONED:
                item.add_marker(pytest.mark.filterwarnings(warning))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which language host the `pulumi` commands had (also where `-q` leaves the header out)."""
    reports = [report for listed in terminalreporter.stats.values() for report in listed]
    if any(getattr(report, "nodeid", "").startswith(IN_A_SHELL) for report in reports):
        found = executables.language_host(Path(shutil.which(engine.find().command) or ""))
        named = f"Pulumi's own, {found}" if found else "simcloud/language, for want of Pulumi's own on PATH"
        terminalreporter.write_line(f"language host of {' and '.join(IN_A_SHELL)}: {named}")
