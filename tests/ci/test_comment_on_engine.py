"""The comment for four changes, each previewed by the real engine over the simulated cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci import digest, jobs, simulated, stacks
from ci.preview_comment import marker, render
from ci.production import judge
from policy.data_stores import losses
from tests.simulations import example

pytestmark = pytest.mark.engine

STACK = "aws-dev"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comment") / "state"
    brought_up = example(STACK, folder).up()
    assert brought_up.success, brought_up.errors
    return folder


def comment(state: Path, **config: object) -> tuple[str, digest.Preview]:
    simulation = example(STACK, state)
    for key, value in config.items():
        simulation.set_config(key.replace("__", "."), value)  # pyright: ignore[reportArgumentType]
    result = simulation.preview()
    preview = digest.read(STACK, result.digest) if result.success else digest.failed(STACK, result.errors)
    text = render(preview, judge(preview))
    assert text.startswith(marker(STACK))
    assert "planted-" not in text
    return text, preview


def test_nothing_changes(state: Path) -> None:
    text, preview = comment(state)
    assert preview.changes == ()
    # What the guard goes by is in the document, whatever the change.
    assert preview.outputs["profile"] == "dev"
    assert preview.config["rasa:cloud"] == "aws"
    assert text == f"{marker(STACK)}\n\n### `{STACK}`: nothing changes\n"


def test_tags_change(state: Path) -> None:
    text, preview = comment(state, tags={"cost-centre": "42"})
    assert preview.counts["update"] > 0
    assert set(preview.counts) == {"update"}
    assert "CAUTION" not in text
    assert f"{preview.counts['update']} to update" in text


def test_the_database_is_replaced(state: Path) -> None:
    text, preview = comment(state, trackerStore__kind="mongodb")
    lost = {(loss.op, loss.type) for loss in losses(preview.changes)}
    assert ("delete", "aws:rds/instance:Instance") in lost
    lines = text.splitlines()
    assert lines[4] == "> [!CAUTION]"
    assert "Data will be lost" in lines[5]
    assert "| **DELETE** |" in text
    assert text.index("aws:rds/instance:Instance") < text.index("<details>")
    # DocumentDB alone takes a while: the estimate is one of minutes.
    assert "minutes" in lines[2]


def test_a_replacement_names_its_reason(state: Path) -> None:
    text, preview = comment(state, network={"cidr": "10.99.0.0/16"})
    found = {loss.type: loss for loss in losses(preview.changes)}
    assert found["aws:msk/cluster:Cluster"].op == "replace", found
    assert found["aws:msk/cluster:Cluster"].because[0].startswith("brokerNodeGroupInfo.")
    assert "**REPLACE**" in text


def test_a_failure_shows_why(state: Path) -> None:
    text, preview = comment(state, trackerStore__kind="oracle")
    assert preview.errors
    assert "❌ the preview failed" in text
    assert "trackerStore.kind" in text
    assert "Traceback" not in text


def test_a_fork_gets_the_same_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Brought up as the base is, then previewed as the change is: here both are the same."""
    job = jobs.this_job({"PULL_REQUEST": "7"})
    simulated.preview("existing-production", stacks.ROOT, job, None)
    assert "### `existing-production`: nothing changes" in capsys.readouterr().out
    simulated.preview("existing-production", None, job, None)
    assert " to create · " in capsys.readouterr().out
