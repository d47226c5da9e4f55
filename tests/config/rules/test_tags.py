"""Tags that a cloud refuses are refused before anything is made."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from components.config.clouds import CLOUDS
from components.config.rules.runner import run
from components.config.rules.stack import OUR_TAGS, RULES
from components.config.settings import Settings
from components.stack.tags import stack_tags

REFUSED = [
    ("aws", "aws:owner", "me"),
    ("aws", "owner", "me*"),
    ("aws", "", "me"),
    ("aws", "k" * 129, "me"),
    ("azure", "cost/centre", "1"),
    ("azure", "Microsoft.owner", "1"),
    ("azure", "owner", "m" * 257),
    ("gcp", "Owner", "me"),
    ("gcp", "owner", "Me"),
    ("gcp", "owner", "me@example.com"),
    ("gcp", "1st", "me"),
    ("gcp", "owner", "m" * 64),
]
TAKEN = [
    ("aws", "Cost Centre", "4711/a@b"),
    ("aws", "Größe", "x"),
    ("azure", "Cost Centre", "a/b?"),
    ("gcp", "cost-centre_1", ""),
    ("none", "anything/at all", "*"),
]


def problems(cloud: str, tags: Mapping[str, str]) -> list[str]:
    """What the rules of a stack say about its tags."""
    settings = Settings.model_validate(
        {"cloud": cloud, "tags": tags, "assistant": {"model": "m"}, "license": "none"}
    )
    return [problem for problem in run(RULES, settings, frozenset()) if "rasa:tags" in problem]


@pytest.mark.parametrize(("cloud", "key", "value"), REFUSED)
def test_a_tag_that_the_cloud_refuses_is_named(cloud: str, key: str, value: str) -> None:
    (problem,) = problems(cloud, {key: value})
    assert all(word in problem for word in ("rasa:tags", repr(key), repr(value), "pulumi config rm --path"))


@pytest.mark.parametrize(("cloud", "key", "value"), TAKEN)
def test_a_tag_that_the_cloud_takes_is_no_problem(cloud: str, key: str, value: str) -> None:
    assert problems(cloud, {key: value}) == []


@pytest.mark.parametrize("cloud", CLOUDS)
def test_there_may_be_so_many(cloud: str) -> None:
    most = CLOUDS[cloud].tags.most - len(OUR_TAGS)
    assert problems(cloud, {f"k{number}": "v" for number in range(most)}) == []
    (problem,) = problems(cloud, {f"k{number}": "v" for number in range(most + 1)})
    assert f"takes {most} besides the {len(OUR_TAGS)}" in problem


@pytest.mark.parametrize("cloud", CLOUDS)
def test_our_own_are_taken_everywhere(cloud: str) -> None:
    ours = stack_tags(project="rasa", stack="aws-dev", profile="production", extra={})
    assert tuple(ours) == OUR_TAGS
    assert problems(cloud, ours) == []
