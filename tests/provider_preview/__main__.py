"""`make provider-preview`: the providers' own checks over every reference stack, with no account.

Needs Pulumi's CLI with its language host, and the provider plugins of the SDKs in uv.lock. Where they cannot
be had it says which and counts what it did not preview; REQUIRE_PLUGINS=1, as in the workflow, makes that an
error.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.aws_emulator import aws_emulator
from tests.provider_preview import plugins, previews


def main() -> int:
    """Preview all that can be previewed; the number of what failed."""
    names = previews.names()
    with tempfile.TemporaryDirectory() as where, aws_emulator() as sts:
        folder = Path(where)
        variables = previews.environment(folder, sts)
        missing = plugins.missing(variables)
        for line in missing:
            _say(f"not to be had: {line}")
        if missing:
            _say(f"0 of {len(names)} previewed with the providers' own plugins")
            return len(names) if os.environ.get("REQUIRE_PLUGINS") else 0
        checkout = previews.clone(folder)
        verdicts = [previews.preview(name, checkout, variables) for name in names]
    for verdict in verdicts:
        lines = [f"{'passed' if verdict.passed else 'FAILED'}  {verdict.project}", *verdict.said]
        _say("\n    ".join(lines))
    failed = sum(not verdict.passed for verdict in verdicts)
    _say(f"{len(names) - failed} of {len(names)} passed the providers' own checks")
    return failed


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
