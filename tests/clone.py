"""The clone that git would make of what is in the working tree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy(clone: Path) -> None:
    """Copy each file that git tracks or would track, except a user's stacks, and commit them."""
    named = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(named, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        # What is in stacks/ is the user's; the starters that ship there are made by `make stack`.
        if (ROOT / name).is_file() and (not name.startswith("stacks/") or name == "stacks/schema.json"):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "clone")):
        subprocess.run(["git", *who, *words], cwd=clone, check=True, capture_output=True)
