"""What a service changes by itself is neither drift of anybody's making nor taken back by the next `up`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ci import services
from simcloud import catalog
from simcloud.wire import lookup, path_parts
from tests.behaviour.test_recorded import PROFILED, kinds, made
from tests.recorder import Recorded, Recording
from tests.stacks import ROOT, STACKS, record_stack


def taken_back(recording: Recording[Any]) -> Iterator[str]:
    """What the next `up` would write as it was, and the nightly look for drift would report."""
    for resource, kind in kinds(recording):
        package = catalog.load(resource.type.split(":", 1)[0])
        changed = [(resource, path) for path in kind.later if path not in kind.stays]
        for fill in kind.fills:
            named = [one for one in recording.resources if one.urn in resource.data_flow]
            changed += [(one, fill.into) for one in named if one.type == package.full(fill.type)]
        for one, path in changed:
            asked = lookup(dict(one.inputs), path_parts(path)) is not None
            if (asked or package.provider.infers_inputs) and not _is_left_alone(one, path):
                yield f"{one.type} {one.name}: {path}"


def _is_left_alone(resource: Recorded, path: str) -> bool:
    ignored = [re.sub(r"\[\d+\]", "", one) for one in resource.ignored]
    return services.upgrades(resource.type, path) or any(f"{path}.".startswith(f"{one}.") for one in ignored)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_leaves_alone_what_services_change(stack: str) -> None:
    assert list(taken_back(record_stack(stack))) == []


@pytest.mark.parametrize(("cloud", "store", "profile"), PROFILED)
def test_a_store_leaves_alone_what_its_service_changes(cloud: str, store: str, profile: str) -> None:
    assert list(taken_back(made(cloud, store, profile, "small"))) == []


@pytest.mark.parametrize(("command", "reads"), [("up", True), ("preview", False), ("destroy", False)])
def test_make_reads_anew_what_services_change_before_an_up(command: str, *, reads: bool) -> None:
    """What is ignored comes from the state: without this an `up` would send the disk's former size."""
    said = subprocess.run(
        ["make", "--dry-run", command, "STACK=aws-dev"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    before, _, _ = said.rpartition(f"pulumi {command} --stack aws-dev")
    assert ("-m ci.settle aws-dev" in before) == reads
