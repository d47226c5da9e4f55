"""The pipelines' own linters that are no Python packages: actionlint, and Groovy's compiler for Jenkins.

Jenkins' own linter is a running Jenkins with its plugins, which no registry has; that the stages and options
are Jenkins' is not shown. The others are in tests/ci/test_pipelines.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conformance.tools import actionlint, command, groovy

ROOT = Path(__file__).parents[2]


def test_actionlint() -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    assert shellcheck.exists()
    # Without a repository around it, it has to be told where the workflows are.
    workflows = sorted(map(str, (ROOT / ".github" / "workflows").glob("*.yml")))
    config = str(ROOT / ".github" / "actionlint.yaml")
    done = subprocess.run(
        [str(actionlint()), "-config-file", config, "-shellcheck", str(shellcheck), *workflows],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_jenkinsfile(tmp_path: Path) -> None:
    source = tmp_path / "Jenkinsfile.groovy"
    source.write_text((ROOT / "ci" / "jenkins" / "Jenkinsfile").read_text())
    compiler = [command("java"), "-cp", str(groovy()), "org.codehaus.groovy.tools.FileSystemCompiler"]
    done = subprocess.run(
        [*compiler, "-d", str(tmp_path), str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
