"""Mistakes, as the `pulumi` command tells them; whole lives: test_make.py, tests/docs/test_walks.py."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell
from tests.cli.stacks import LICENSE, begin

pytestmark = pytest.mark.engine

MISTAKES = {
    "rasa:region": "mars",
    "rasa:cluster": "foo",
    "rasa:lockstore": "x",
    "rasa:trackerStore.kind": "oracle",
    "rasa:lockStore.size": "huge",
    "rasa:network.cidr": "10.0.0.1/16",
    "rasa:assistant.replicas": "three",
    "rasa:account": "12",
    "rasa:topics.events": "",
}


def test_every_mistake_at_once_from_the_program(shell: Shell) -> None:
    begin(shell, "mistaken", "aws-dev")
    words = " ".join(f"--plaintext '{key}={value}'" for key, value in MISTAKES.items())
    shell.run(f"pulumi config rm rasa:cluster; pulumi config set-all --path {words}")
    done = shell.run("pulumi preview", check=False)
    assert done.code
    assert "Traceback" not in done.text
    assert "has 10 problems; nothing was changed" in done.text, done.text
    for key in (*MISTAKES, "rasa:license"):
        assert any(f"  - {key}" in line for line in done.text.splitlines()), f"{key}\n{done.text}"
    shell.run("pulumi stack rm --yes --preserve-config")


def test_a_licence_in_plain_text_is_refused_by_the_program(shell: Shell) -> None:
    begin(shell, "plain", "aws-dev")
    shell.run(f"pulumi config set rasa:license {LICENSE}")
    done = shell.run("pulumi preview", check=False)
    assert "rasa:license is in plain text" in done.text
    assert "--secret 'rasa:license' <value>" in done.text
    assert LICENSE not in done.text
    shell.run("pulumi stack rm --yes")
