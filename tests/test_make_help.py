"""`make help` tells what runs Rasa Pro from what changes the project, and leaves no target out."""

from __future__ import annotations

import re
import subprocess

from tests.test_readme import MAKEFILE, ROOT

DESCRIBED = re.findall(r"^([a-z0-9-]+):.*## (\[dev\] )?", MAKEFILE, re.MULTILINE)
INTERNAL = {"pulumi-cli"}
"""Targets that only others need."""


def test_each_target_is_in_one_group() -> None:
    shown = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    users, _, contributors = shown.partition("\nTo change this project:\n")
    listed = [re.findall(r"^  make (\S+) +\S", group, re.MULTILINE) for group in (users, contributors)]
    assert listed[0] == [name for name, dev in DESCRIBED if not dev]
    assert listed[1] == [name for name, dev in DESCRIBED if dev]
    assert "[dev]" not in shown


def test_each_target_is_described() -> None:
    declared = re.search(r"^\.PHONY:((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert declared
    targets = set(declared.group(1).replace("\\\n", " ").split()) - INTERNAL
    assert targets == {name for name, _ in DESCRIBED}
