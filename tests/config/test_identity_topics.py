"""Topics that a running stack keeps."""

from __future__ import annotations

from components.config.identity import Facts, facts, refusals, warnings
from tests.config.rules.test_stack import settings
from tests.variants import PRIVACY


def test_topics_without_personal_data_are_added_and_stay() -> None:
    def having(*topics: str, profile: str = "production") -> Facts:
        assistant = {"model": "assistant-1.0.0", "extraEndpoints": {"privacy": PRIVACY}}
        return facts(settings(profile=profile, assistant=assistant, topics={"anonymized": [*topics]}))

    assert not refusals(having(), having("a"))
    assert not refusals(having("a"), having("a", "b"))
    (problem,) = refusals(having("a", "b"), having("b"))
    assert problem.startswith("rasa:topics.anonymized is [a, b] on the running stack")
    before, after = having(profile="dev"), having("a", profile="dev")
    assert not warnings(before, after)
    assert warnings(after, before)
