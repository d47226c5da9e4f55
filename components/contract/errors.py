"""The ways in which a stack is refused: one message, no traceback (`RunError` is how Pulumi says that)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pulumi import RunError

from components.contract import secret_shapes


class NotSupported(RunError):
    """A gap, said aloud: what is missing where, why, what to use instead, and the command that does so."""

    def __init__(self, what: str, *, on: str, because: str, instead: str, command: str = "") -> None:
        self.because = because
        end = f"; set it with: {command}" if command else "."
        super().__init__(f"{what} is not supported on {on}: {because}. Use {instead} instead{end}")


class ConfigurationError(RunError):
    """Every problem of a stack's configuration, all at once."""

    def __init__(self, stack: str, problems: Sequence[str]) -> None:
        # Values are repeated so that the person finds them; a login or a key among them would stand in the
        # logs of a pipeline, and in a comment of its pull request.
        self.problems = tuple(map(secret_shapes.without, problems))
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n  - {_for_stack(stack, problem)}" for problem in self.problems)
        super().__init__(f"The configuration of stack {stack!r} has {count}; nothing was changed.{lines}")


def _for_stack(stack: str, problem: str) -> str:
    """Name the stack in each command: the selected one may be another, whose file it would change."""
    return re.sub(r"\bpulumi config (set|rm) ", rf"pulumi config \1 --stack {stack} ", problem)
