"""Lets the engine run a Python policy pack where its Python language plugin is missing.

The plugin comes with Pulumi's release archive. Without it the engine looks, as of old, on PATH for
`pulumi-analyzer-policy-python` (`NewPolicyAnalyzer`, sdk/go/common/resource/plugin/analyzer_plugin.go), and
starts it with its own address and the pack's folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the executable and put it in front of PATH."""
    program = folder / "pulumi-analyzer-policy-python"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u -m pulumi.policy "$1" "$2"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
