"""One table names what holds data, on every cloud and in the cluster; every other type is named here."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from components.contract import images
from components.contract.data_stores import CHARTS, RELEASE, content
from tests.docs.resource_types import resource_types

ROOT = Path(__file__).parents[2]
REASONS = yaml.safe_load((Path(__file__).parent / "holds_no_data.yaml").read_text())
HOLD_NOTHING = {token for tokens in REASONS.values() for token in tokens}


def made() -> set[str]:
    """Every type that an example makes, and that the sources of the clouds and bootstraps name."""
    recorded = {
        token
        for path in (ROOT / "tests" / "golden").glob("*.yaml")
        for token in yaml.safe_load(path.read_text())["counts"]
    }
    named = {token for cloud in ("aws", "azure", "gcp") for token in resource_types(cloud)}
    return {
        token for token in recorded | named if not token.startswith(("rasa:", "pulumi:")) and token != RELEASE
    }


@pytest.mark.slow
def test_every_type_holds_data_or_is_known_not_to() -> None:
    stores = {token for token in made() if content(token)}
    assert stores & HOLD_NOTHING == set()
    assert made() - stores - HOLD_NOTHING == set(), "a new type: policy/data_stores.py, or holds_no_data.yaml"
    assert HOLD_NOTHING - made() == set(), "no stack makes it any more"


def test_a_release_holds_what_its_chart_does_in_whichever_registry() -> None:
    assert set(CHARTS) <= set(images.CHARTS)
    for ref, chart in images.CHARTS.items():
        for name in (ref, f"oci://{images.in_mirror(chart.source, 'registry.example.com/mirror')}"):
            assert content(RELEASE, {"chart": name}) == CHARTS.get(ref), name
