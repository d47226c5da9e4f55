"""Stands in, on the walks' PATH, for a tool whose work is outside: `stand_in.py <tool> <argument>…`.

It answers the command lines of stand_ins.yaml and fails at any other, as the tool would at a misspelt one.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import yaml

WAIT = "__WAIT__"
WAIT_SECONDS = 60
"""How long what runs in the background (a port-forward) stays, unless it is killed."""


def answer(tool: str, arguments: list[str]) -> str:
    """What the tool prints; LookupError if it would not know the arguments."""
    line = " ".join(arguments)
    for pattern, text in yaml.safe_load(Path(__file__).with_name("stand_ins.yaml").read_text())[tool].items():
        if match := re.fullmatch(pattern, line, re.DOTALL):
            given = match.groupdict()
            if given.get("json") is not None:
                json.loads(given["json"])
            if given.get("file") is not None:
                json.loads(Path(given["file"]).read_text())
            return text
    raise LookupError(f"{tool}: unknown arguments: {line}")


if __name__ == "__main__":
    try:
        printed = answer(sys.argv[1], sys.argv[2:])
    except (LookupError, ValueError, OSError) as problem:
        sys.exit(str(problem))
    if printed == WAIT:
        time.sleep(WAIT_SECONDS)
    else:
        sys.stdout.write(printed.rstrip("\n") + "\n")
