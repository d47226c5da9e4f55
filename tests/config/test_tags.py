"""Tags that a cloud refuses are refused before anything is made."""

from __future__ import annotations

import pytest

from components.config.rules.tags import OURS, RULES, tag_problems
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


@pytest.mark.parametrize(("cloud", "key", "value"), REFUSED)
def test_a_tag_that_the_cloud_refuses_is_named(cloud: str, key: str, value: str) -> None:
    (problem,) = tag_problems(cloud, {key: value})
    assert all(word in problem for word in ("rasa:tags", repr(key), repr(value), "pulumi config rm --path"))


@pytest.mark.parametrize(("cloud", "key", "value"), TAKEN)
def test_a_tag_that_the_cloud_takes_is_no_problem(cloud: str, key: str, value: str) -> None:
    assert list(tag_problems(cloud, {key: value})) == []


@pytest.mark.parametrize("cloud", RULES)
def test_there_may_be_so_many(cloud: str) -> None:
    most = RULES[cloud].most - OURS
    assert list(tag_problems(cloud, {f"k{number}": "v" for number in range(most)})) == []
    (problem,) = tag_problems(cloud, {f"k{number}": "v" for number in range(most + 1)})
    assert f"takes {most} besides the {OURS}" in problem


@pytest.mark.parametrize("cloud", RULES)
def test_our_own_are_taken_everywhere(cloud: str) -> None:
    ours = stack_tags(project="rasa", stack="aws-dev", profile="production", extra={})
    assert len(ours) == OURS
    assert list(tag_problems(cloud, ours)) == []
