"""The table of versions: what is refused, what is said, and that what is pinned was tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.config.rules.versions import untried_versions
from components.contract.images import ANALYTICS_TAG, RASA_CHART_VERSION, RASA_TAG
from components.rasa.spec.compatibility import (
    ANALYTICS,
    CHART,
    KUBERNETES,
    RASA_PRO,
    Compatible,
    is_untried,
    refusal,
)
from tests.config.everything import STACKS, settings_of
from tests.config.test_inputs import changed

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("of", "version", "refused", "untried"),
    [
        (RASA_PRO, "3.10.9", True, False),
        (RASA_PRO, "3.16.4-latest", True, False),
        (RASA_PRO, "3.17.0-latest", False, True),
        (RASA_PRO, "3.21.4-latest", False, False),
        (RASA_PRO, "our-build", False, False),
        (CHART, "1.3.2", True, False),
        (CHART, "2.5.0", False, True),
        (CHART, "3.0.0", True, False),
        (CHART, "10.1.0", True, False),
    ],
)
def test_verdicts(of: Compatible, version: str, refused: bool, untried: bool) -> None:
    assert (refusal(of, version) is not None, is_untried(of, version)) == (refused, untried)


def test_what_is_pinned_was_tried() -> None:
    """And the conformance run's own Rasa Pro is in the table."""
    conformance = (ROOT / "tests" / "conformance" / "requirements.txt").read_text()
    reader = re.search(r"^rasa-pro==(\S+)", conformance, re.MULTILINE)
    assert reader
    pinned = [
        (RASA_PRO, RASA_TAG),
        (RASA_PRO, reader[1]),
        (CHART, RASA_CHART_VERSION),
        (ANALYTICS, ANALYTICS_TAG),
    ]
    for cloud in ("aws", "azure"):
        text = (ROOT / "components" / cloud / "cluster.py").read_text()
        pinned += [
            (KUBERNETES, found) for found in re.findall(r'^KUBERNETES_VERSION = "(.+)"', text, re.MULTILINE)
        ]
    assert len(pinned) == 6
    assert [(of.what, version) for of, version in pinned if is_untried(of, version)] == []


def test_an_untried_version_is_said_once() -> None:
    assert list(untried_versions(settings_of(STACKS["s3"]))) == []
    (warning,) = untried_versions(settings_of(changed("s3", {"assistant.image.tag": "3.18.0-latest"})))
    assert "rasa:assistant.image.tag is '3.18.0-latest'" in warning
