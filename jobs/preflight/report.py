"""The result of a check, and its forms for a person and for a program."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import quote

TERMINATION_LOG = Path("/dev/termination-log")
TERMINATION_BYTES = 4096
"""What Kubernetes keeps of a termination message; `pulumi up` shows that one, and no log of a pod."""
REASON_CHARACTERS = 300
SHORTEST_SECRET = 4
"""Characters; anything shorter would black out half of a message and protect nothing."""

SECRET_VARIABLES: list[str] = []
"""Variables whose values must not be printed; `main` says them before anything else happens."""


PROGRESS: list[Callable[[], None]] = []
"""What a check calls while a server answers for long; `run_check` says what that is."""


def still_answered() -> None:
    """Say that the server goes on answering: the limit on one answer begins again."""
    for tell in PROGRESS:
        tell()


class Problem(Exception):
    """Rasa Pro would not work like this."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class Warn(Problem):
    """Rasa Pro would work, but a person should see this."""


@dataclass(frozen=True)
class Result:
    """What one check found."""

    check: str
    verdict: str
    """ok, warning or failed."""
    milliseconds: int
    reason: str
    """What the check did, or what is wrong."""
    remedy: str = ""


def scrubbed(text: str, secret_variables: Iterable[str], *, ours: str = "") -> str:
    """Replace the values of these variables by their names, also as they stand in a URL.

    `ours`: words of our own. A password that is also one of these words (`wrong`) stays in our own sentences,
    which hold no secrets; texts of servers go through `first_line`, which replaces it.
    """
    for name in secret_variables:
        value = os.environ.get(name, "")
        if len(value) >= SHORTEST_SECRET and value not in ours:
            for form in (value, quote(value, safe="")):
                text = text.replace(form, f"<{name}>")
    return text


@cache
def our_words() -> str:
    """The text of these scripts, which holds all of their own sentences."""
    package = Path(__file__).parent  # in a pod, the script that was started lies beside it
    scripts = sorted([*package.glob("*.py"), *package.parent.glob("*.py")])
    return "\n".join(script.read_text(encoding="utf-8") for script in scripts)


def first_line(error: BaseException) -> str:
    """What an error says, without its stack, statement or position."""
    detailed = ""
    if type(error).__name__ == "ValidationError":  # pydantic's, whose first line is only a count
        errors = cast("Callable[[], list[dict[str, str]]]", error.errors)  # pyright: ignore[reportAttributeAccessIssue]
        detailed = "; ".join(each["msg"] for each in errors())
    lines = ((detailed or str(error)).strip() or type(error).__name__).splitlines()
    said = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    said = scrubbed(said, SECRET_VARIABLES)
    return said if len(said) <= REASON_CHARACTERS else said[:REASON_CHARACTERS] + "…"


def table(results: Sequence[Result]) -> str:
    """A row for each check."""
    rows = [("check", "verdict", "ms", "what was shown, or what is wrong")]
    rows += [(r.check, r.verdict, str(r.milliseconds), r.reason) for r in results]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}" for row in rows
    )


def summary(results: Sequence[Result]) -> str:
    """Every problem with its remedy, or one line that all is well."""
    failed = [r for r in results if r.verdict == "failed"]
    warned = [r for r in results if r.verdict == "warning"]
    if not failed and not warned:
        return f"preflight: all {len(results)} checks passed"
    head = f"preflight: {len(failed)} of {len(results)} checks failed"
    if failed:
        head += "; Rasa Pro was not touched"
    lines = [f"  {r.check} {r.verdict}: {r.reason}. {r.remedy}" for r in [*failed, *warned]]
    return "\n".join([head, *lines])


def machine_readable(results: Sequence[Result]) -> str:
    """One line of JSON, the last of the log."""
    verdict = "failed" if any(r.verdict == "failed" for r in results) else "passed"
    return json.dumps({"preflight": verdict, "checks": [asdict(r) for r in results]})


def leave_message(text: str) -> None:
    """Write the termination message, which Kubernetes keeps and `pulumi up` shows."""
    if TERMINATION_LOG.exists():
        TERMINATION_LOG.write_bytes(text.encode()[:TERMINATION_BYTES])


PASSWORD = "Set the password that the server has for this user in the stack's config, and `pulumi up`"  # noqa: S105
RIGHTS = "Grant it: the database_init Job does, where the stack gives an administrator"
