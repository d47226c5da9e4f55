"""`rasa:transforms`: a company's own rules reach the resources that they are for, and no other."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.config.first_model import PROJECT
from tests.long import mostly_long
from tests.simulations import example
from tests.stacks import EXAMPLES

pytestmark = pytest.mark.engine

ROLE = "aws:iam/role:Role"
BOUNDARY = "arn:aws:iam::111122223333:policy/platform-boundary"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A file of the project that git does not see."""
    file = PROJECT / ".simcloud" / f"{tmp_path.parent.name}-{tmp_path.name}.py"
    file.parent.mkdir(exist_ok=True)
    yield file
    file.unlink()


def test_roles_get_the_boundary_of_the_example(tmp_path: Path) -> None:
    simulation = example("aws-mixed-dev", tmp_path / "state")
    simulation.set_config("transforms", "examples/transforms.py")
    result = simulation.up()
    assert result.success, result.errors
    roles = list(simulation.account.of_type(ROLE))
    assert roles
    assert {(one.inputs.get("permissionsBoundary"), one.inputs.get("path")) for one in roles} == {
        (BOUNDARY, "/platform/")
    }
    bounded = [one for one in simulation.account.records.values() if "permissionsBoundary" in one.inputs]
    assert len(bounded) == len(roles)
    assert not simulation.up().changed


@pytest.mark.parametrize(
    "stack",
    mostly_long(["aws-production", "azure-production", "gcp-production"], now=["gcp-production"]),
)
def test_other_servers_come_to_a_stack_that_is_up(stack: str, tmp_path: Path) -> None:
    simulation = example(stack, tmp_path / "state")
    assert simulation.up().success
    simulation.set_config("transforms", "examples/servers.py")
    result = simulation.up()
    assert result.success, result.errors
    prefix = stack.removesuffix("-production").replace("azure", "azure-native") + ":"
    wanted = {
        type_ for type_ in runpy.run_path(str(EXAMPLES / "servers.py"))["SERVERS"] if type_.startswith(prefix)
    }
    assert {(change.op, change.type) for change in result.changed} == {("update", type_) for type_ in wanted}
    simulation.pass_time()  # RDS changes the class in its window, and says so until then
    assert simulation.refresh().success
    assert not [change for change in simulation.up().changed if change.type in wanted]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TRANSFORMS = 5", "has no TRANSFORMS"),
        ("import none_such", "ModuleNotFoundError: No module named 'none_such'"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(text: str, words: str, file: Path, tmp_path: Path) -> None:
    file.write_text(text)
    simulation = example("local-dev", tmp_path / "state")
    simulation.set_config("transforms", str(file.relative_to(PROJECT)))
    result = simulation.preview()
    assert not result.success
    assert words in "".join(result.errors)
    assert "Traceback" not in "".join(result.errors)
