"""The rule for the file of a company's own transforms (`rasa:transforms`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.first_model import PROJECT
from components.config.messages import rm_command
from components.config.pod_files import is_file
from components.config.rules.runner import Rule
from components.config.settings import Settings

KEY = "rasa:transforms"


def _transforms(settings: Settings) -> Iterator[str]:
    file = settings.transforms
    if file is None:
        return
    path = (PROJECT / file).resolve()
    if not path.is_relative_to(PROJECT) or not is_file(path):
        yield (
            f"{KEY} {file!r} is no file of this project ({path}): write it as docs/own-rules.md shows, or go "
            f"on without: {rm_command(KEY)}"
        )


RULES: Sequence[Rule] = (_transforms,)
