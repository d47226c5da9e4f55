"""Each version that we ask for is supported by its vendor for three months more, and stands in one place."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_renovate import BY_HAND

ROOT = Path(__file__).parents[1]
TABLE: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "support.yaml").read_text())
VERSIONS: list[dict[str, Any]] = TABLE["versions"]
MODELS: list[dict[str, Any]] = TABLE["models"]
NOTICE = dt.timedelta(days=92)
"""Time to try another version in dev, and to roll it out."""
NO_VENDOR = {("jobs/vault/keys.py", "AZURE_API_VERSION")}
"""A version by hand that no vendor ends: of an API."""


def too_late(row: dict[str, Any], today: dt.date) -> str:
    """What to do about a row; "" if there is time."""
    if row["until"] == "none":
        return "" if today <= TABLE["checked"] + dt.timedelta(days=365) else "look its end up again"
    return "" if today <= row["until"] - NOTICE else f"its support ends on {row['until']}: {row['source']}"


@pytest.mark.parametrize("row", VERSIONS, ids=lambda row: row["what"])
def test_a_version_is_supported_and_is_the_one_of_its_file(row: dict[str, Any]) -> None:
    assert not too_late(row, dt.datetime.now(tz=dt.UTC).date())
    text = (ROOT / row["file"]).read_text()
    found = re.search(rf'^\s*{row["name"]}(?:, \w+)* ?= ?"([^"]+)"', text, re.MULTILINE)
    assert found, f"{row['file']} has no {row['name']}"
    assert found[1] == row["version"], "write the new version and its end of support into docs/support.yaml"


@pytest.mark.parametrize("row", MODELS, ids=lambda row: row["model"])
def test_a_language_model_of_the_examples_is_there_for_a_while(row: dict[str, Any]) -> None:
    assert not too_late(row, dt.datetime.now(tz=dt.UTC).date())
    for file in row["files"]:
        assert row["model"] in (ROOT / file).read_text(), file


def test_every_language_model_of_the_examples_has_a_row() -> None:
    known = {row["model"] for row in MODELS}
    for path in (ROOT / "examples").glob("Pulumi.*.yaml"):
        groups = yaml.safe_load(path.read_text())["config"].get("rasa:modelGroups", [])
        for model in (model for group in groups for model in group["models"]):
            name = model.get("deployment") or model["model"]
            assert name in known, f"{path.name}: {name}"


def test_every_version_by_hand_has_a_row() -> None:
    rows = {(row["file"], row["name"]) for row in VERSIONS}
    assert set(BY_HAND) - NO_VENDOR - rows == set()


@pytest.mark.parametrize(("days", "late"), [(91, True), (92, False)])
def test_it_fails_three_months_before(days: int, *, late: bool) -> None:
    today = dt.date(2027, 1, 1)
    row = {"until": today + dt.timedelta(days=days), "source": "https://vendor"}
    assert bool(too_late(row, today)) == late


def test_what_has_no_end_is_looked_up_every_year() -> None:
    row = {"until": "none"}
    assert not too_late(row, TABLE["checked"])
    assert too_late(row, TABLE["checked"] + dt.timedelta(days=366)) == "look its end up again"
