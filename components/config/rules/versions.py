"""Rules for versions: what cannot work is refused here, what nobody tried is said in each run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from components.config.companions import InClusterAnalytics
from components.config.messages import set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.contract.images import ANALYTICS_TAG, RASA, RASA_CHART_VERSION, RASA_REPOSITORY, RASA_TAG
from components.rasa.spec.compatibility import (
    ANALYTICS,
    CHART,
    OFFICIAL,
    OPEN_SOURCE,
    RASA_PRO,
    Compatible,
    accepted,
    is_untried,
    refusal,
)


def _versions(settings: Settings) -> Iterator[tuple[str, Compatible, str, str]]:
    """Each version that says something: its key, what it is of, its value, and the one that was tried."""
    image, analytics = settings.assistant.image, settings.analytics
    if OFFICIAL.search(image.repository):
        yield "rasa:assistant.image.tag", RASA_PRO, image.tag, RASA_TAG
    if not replace(RASA, **settings.assistant.chart.model_dump()).is_local:
        yield "rasa:assistant.chart.version", CHART, settings.assistant.chart.version, RASA_CHART_VERSION
    if isinstance(analytics, InClusterAnalytics) and OFFICIAL.search(analytics.repository):
        yield "rasa:analytics.tag", ANALYTICS, analytics.tag, ANALYTICS_TAG


def _cannot_work(settings: Settings) -> Iterator[str]:
    for key, of, version, ours in _versions(settings):
        why = refusal(of, version)
        if why is not None:
            yield (
                f"{key} is {version!r}, with which this project cannot work: {why}; "
                f"accepted: {accepted(of)}; {set_with(key, ours)}"
            )
    if OPEN_SOURCE.match(settings.assistant.image.repository):
        key = "rasa:assistant.image.repository"
        yield (
            f"{key} is {settings.assistant.image.repository!r}, which is Rasa Open Source; accepted: "
            f"Rasa Pro; {set_with(key, RASA_REPOSITORY)}"
        )


def untried_versions(settings: Settings) -> Iterator[str]:
    """Which versions nobody has tried with this version of the project; said in each run (`notices.py`)."""
    for key, of, version, ours in _versions(settings):
        if is_untried(of, version):
            yield (
                f"{key} is {version!r}, and this version of the project was tried with {ours} "
                '(docs/upgrading.md, "Versions that work together"): try it on a stack of its own first.'
            )


RULES: Sequence[Rule] = (_cannot_work,)
