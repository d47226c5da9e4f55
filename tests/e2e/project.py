"""The stack of a walk: a copy of the project in a temporary folder, and the state beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starters.generate import write
from starters.template import Starter
from tests.ci.models import write_model
from tests.clone import copy
from tests.e2e.report import StepError

NOT_OURS = {"PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN", "PYTHONPATH"}
"""Variables that would lead to a back end, a stack or a copy of the program of the person's own."""
PASSPHRASE = "of the walk"
MODELS = ("assistant-1.0.0", "assistant-2.0.0")
LONGEST = 6000
"""Characters of what is said of a failure."""
SECONDS = 3600
"""The longest command: images are pulled."""


@dataclass(frozen=True, slots=True)
class Project:
    """The copy; its commands are those of docs/quick-start-own-cluster.md."""

    folder: Path
    stack: str

    @property
    def clone(self) -> Path:
        """Where `pulumi` is called."""
        return self.folder / "clone"

    @staticmethod
    def make(folder: Path | None = None) -> Project:
        """Copy the project, write the stack's file and two models, and `stack init`."""
        folder = folder or Path(tempfile.mkdtemp(prefix="rasa-e2e-"))
        project = Project(folder, f"e2e-{sha256(str(folder).encode()).hexdigest()[:6]}")
        copy(project.clone)
        (project.clone / ".venv").symlink_to(sys.prefix)
        for part in ("state", "clone/models"):
            (folder / part).mkdir(exist_ok=True)
        for model in MODELS:
            write_model(project.clone / "models" / f"{model}.tar.gz", model_id=model)
        starter = Starter(name=project.stack, cloud="none", region="", profile="dev")
        write(starter, project.clone / "stacks")
        project.pulumi("stack", "init", project.stack)
        return project

    def environment(self) -> dict[str, str]:
        """What the commands find."""
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return {
            **kept,
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def pulumi(self, *words: str, fails: bool = False) -> str:
        """Run it; what it printed. `fails`: it must end with another status than 0."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *words],
            cwd=self.clone,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        with (self.folder / "log").open("a") as log:
            log.write(f"$ pulumi {words[0]}\n{done.stdout}\n")
        if bool(done.returncode) != fails:
            wrong = "did not fail" if fails else f"ended with status {done.returncode}"
            raise StepError(f"pulumi {words[0]} {wrong}:\n{telling(done.stdout)}")
        return done.stdout

    def configure(self, plain: Sequence[str], secret: Sequence[str] = ()) -> None:
        """Set keys of the stack, each given as `key=value`."""
        words = [word for pair in plain for word in ("--plaintext", pair)]
        words += [word for pair in secret for word in ("--secret", pair)]
        self.pulumi("config", "set-all", "--path", *words)

    def up(self, *, fails: bool = False) -> str:
        """`make up`, without its question."""
        return self.pulumi("up", "--yes", "--skip-preview", "--suppress-progress", fails=fails)


def telling(said: str) -> str:
    """What says why a command failed: its diagnostics, which the stack's outputs follow; else its end."""
    _, found, diagnostics = said.partition("\nDiagnostics:\n")
    lines = (diagnostics.partition("\nOutputs:\n")[0] if found else said).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)[-LONGEST:]
