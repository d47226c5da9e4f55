"""A readable secret is refused, also beside encrypted ones: the stack file itself tells which is which."""

from __future__ import annotations

from typing import Any

import pytest

from components.config.load import parse
from components.contract.errors import ConfigurationError
from tests.config.everything import EVERY_KEY, STACKS

ENCRYPTED = {"secure": "v1:bm9uY2U=:c2VhbGVk"}
RAW: dict[str, Any] = {**STACKS["none"], "llmKeys": {"A_KEY": "x", "SLACK_TOKEN": "y", "OPENAI_API_KEY": "z"}}


def problems(written: dict[str, Any], secret_keys: frozenset[str] = EVERY_KEY) -> tuple[str, ...]:
    try:
        parse(RAW, secret_keys=secret_keys, stack="dev", written=written)
    except ConfigurationError as refused:
        return refused.problems
    return ()


def test_a_readable_value_beside_encrypted_ones() -> None:
    keys = {"A_KEY": ENCRYPTED, "SLACK_TOKEN": "y", "OPENAI_API_KEY": ENCRYPTED}
    (problem,) = problems({"llmKeys": keys})
    assert problem.startswith("rasa:llmKeys.SLACK_TOKEN is in plain text in the stack file")
    assert "pulumi config set --secret --path 'rasa:llmKeys.SLACK_TOKEN'" in problem


@pytest.mark.parametrize("given", [12345, True, "word"])
def test_a_readable_value_deep_in_a_block(given: object) -> None:
    store = {"password": {"secretName": "db", "key": "password"}, "administrator": {"password": given}}
    (problem,) = problems({"trackerStore": store})
    assert "rasa:trackerStore.administrator.password is in plain text" in problem


def test_a_readable_text_of_a_secret_file() -> None:
    files = {"/etc/company/client.pem": {"content": "planted"}}
    raw = {**STACKS["none"], "assistant": {"model": "a", "files": files}}
    with pytest.raises(ConfigurationError) as refused:
        parse(raw, secret_keys=EVERY_KEY, stack="dev", written={"assistant": {"files": files}})
    (problem,) = refused.value.problems
    place = """rasa:assistant.files["/etc/company/client.pem"].content"""
    assert problem.startswith(f"{place} is in plain text in the stack file")
    assert problem.endswith(f"pulumi config set --secret --path '{place}' < <file>")


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"llmKeys": ENCRYPTED},
        {"llmKeys": {"A_KEY": ENCRYPTED}},
        {"llmKeys": "a text"},
        {"llmKeys": None},
        {"llmKeys": []},
    ],
    ids=["elsewhere", "as a whole", "in part elsewhere", "text", "empty", "list"],
)
def test_what_the_file_does_not_show_is_judged_by_the_engine(written: dict[str, Any]) -> None:
    assert problems(written) == ()
    assert "rasa:llmKeys.A_KEY is in plain text" in " ".join(problems(written, frozenset()))
