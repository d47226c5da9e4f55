"""Which of Rasa Pro's two engines runs here, and which one a model is for: CALM, or Mantle from 3.20 on.

Rasa Pro before 3.20 has no Mantle, and no module for it. `metadata.json` names the engine from 3.20 on
(engine/storage/storage.py, `ModelMetadata`): `calm_v1` or `mantle` in 3.20, `calm` or `mantle` since.
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from pathlib import Path

from preflight.report import Problem

MANTLE, INTEGRATIONS = "mantle", "integrations.yml"
RETRAIN = "Train the model with the Rasa Pro of rasa:assistant.image.tag, and release that one"


def refuse_mantle_project() -> None:
    """Raise `Problem` where the image holds a project that makes Rasa Pro leave endpoints.yml unread."""
    try:
        from rasa.cli.project_env import resolve_project_dir  # noqa: PLC0415 (from 3.20 on)
        from rasa.shared.project_structure import resolve_engine_version_from_project  # noqa: PLC0415
    except ImportError:
        return
    if resolve_engine_version_from_project(resolve_project_dir()) == MANTLE:
        raise Problem(
            "the image holds a Mantle project: Rasa Pro reads its integrations.yml, and not endpoints.yml",
            "Take agent.yml, integrations.yml and skills out of the image",
        )


def judge_engine(engine: str) -> None:
    """Raise `Problem` where Rasa Pro would not run a model of this engine, and say so in its log alone."""
    known = _known(engine)
    if known is None:
        raise Problem(f"the model is for the engine {engine!r}, which this Rasa Pro lacks", RETRAIN)
    if known == MANTLE and not Path(INTEGRATIONS).is_file():
        raise Problem(
            "the model is for the engine Mantle, which takes its language models from "
            f"{INTEGRATIONS} in Rasa's working directory, and the image has none there",
            f"Release a model of CALM, or name an image that has {INTEGRATIONS} in rasa:assistant.image",
        )


def _known(engine: str) -> str | None:
    """The engine as this Rasa Pro calls it; None where it has none of that name."""
    try:
        from rasa.exceptions import ValidationError  # noqa: PLC0415
        from rasa.shared.engine_version import resolve_runtime_engine_version  # noqa: PLC0415
    except ImportError:
        return None if engine == MANTLE else engine  # it does not look at the engine, and runs CALM
    try:
        return str(resolve_runtime_engine_version(engine))
    except ValidationError:
        return None
