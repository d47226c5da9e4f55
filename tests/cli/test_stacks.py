"""Mistakes, as the `pulumi` command tells them; whole lives: test_make.py, tests/docs/test_walks.py."""

from __future__ import annotations

import re

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


def test_a_private_key_goes_into_a_secret_with_the_commands_of_the_message(shell: Shell) -> None:
    """It begins with a hyphen, as flags do, and its key in the stack file has dots and slashes."""
    file = begin(shell, "keyed", "aws-dev")
    begins = "-----BEGIN PRIVATE KEY-----\nplanted-in-a-file\n"
    (shell.clone / "client.pem").write_text(f"{begins}-----END PRIVATE KEY-----\n")
    shell.run("pulumi config set --path 'rasa:assistant.files[\"/etc/x.pem\"]' client.pem")
    said = shell.run("pulumi preview", check=False).text
    (commands,) = re.findall(r"client.pem' holds a private key.*with: (pulumi .*)", said)
    shell.run(commands)
    done = shell.run("pulumi preview", check=False).text
    assert "rasa:assistant.files" not in done, done
    assert "planted-in-a-file" not in said + done + file.read_text()
    assert shell.run(
        "pulumi config get --path 'rasa:assistant.files[\"/etc/x.pem\"].content'"
    ).stdout.startswith(begins)
    shell.run("pulumi stack rm --yes")
