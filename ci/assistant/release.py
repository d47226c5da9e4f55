"""A release of the assistant: upload, set, roll out, wait, smoke-test; back again if it fails.

Each step may be repeated, and a journal beside the models says how far a stack's release came and what it
served before. So a run that was cut off, on whatever machine, is taken up by the next with nothing lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal, Protocol, get_args

from ci.assistant.storage import Storage, upload
from ci.errors import JobError
from components.rasa.spec.model_archive import Archive

Step = Literal["rolling-out", "serving", "rolling-back"]


class Target(Protocol):
    """The stack that serves the assistant."""

    def model(self) -> str:
        """The model that its settings name now."""
        ...

    def sha256(self, model: str) -> str:
        """The hash of this model's file, if it is up and its state knows it; else ""."""
        ...

    def name(self, model: str, sha256: str) -> None:
        """Name this model and its hash in the settings, for this run alone."""
        ...

    def roll_out(self) -> None:
        """Bring the stack up as its settings are."""
        ...

    def wait(self, model: str, model_id: str | None) -> None:
        """Wait until every pod answers /status with this model, and with this id if one is given."""
        ...

    def converse(self) -> None:
        """Have one conversation."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """How far the last release of a stack came."""

    model: str
    """What is being released, or serves."""
    previous: str
    """What served before it."""
    step: Step
    sha256: str = ""
    """Of the file of `model`; "" in journals of versions that did not know it."""
    previous_sha256: str = ""

    @property
    def proven(self) -> str:
        """The last model that was seen to serve: what a release goes back to, and what an `up` keeps."""
        return self.model if self.step == "serving" else self.previous

    @property
    def proven_sha256(self) -> str:
        """Of its file."""
        return self.sha256 if self.step == "serving" else self.previous_sha256


def journal_key(stack: str) -> str:
    """Where a stack's journal is, in its model storage."""
    return f"releases/{stack}.json"


def read_journal(storage: Storage, stack: str) -> Journal | None:
    """What the last release left; None before the first."""
    content = storage.read(journal_key(stack))
    if content is None:
        return None
    try:
        journal = Journal(**json.loads(content))
    except (ValueError, TypeError):
        journal = None
    if journal is None or journal.step not in get_args(Step):
        raise JobError(
            f"{journal_key(stack)} in the model storage is no journal: {content[:200]!r}",
            remedy="Bring back its last version (the storage keeps them), or delete it: the next release"
            " then takes the model in the stack's file for the one that serves.",
        )
    return journal


def release(
    stack: str, model: str, archive: Archive, storage: Storage, target: Target, say: Callable[[str], None]
) -> None:
    """Release a model to a stack; raises after it has rolled back."""
    new = upload(storage, f"{model}.tar.gz", archive)
    say(f"{model}.tar.gz is {'uploaded' if new else 'in the model storage already'}")
    journal = _begin(stack, model, archive.sha256, storage, target)
    if journal.step == "rolling-back":
        say(f"an earlier run of this release failed; going on with rolling back to {journal.previous}")
        _take_back(stack, journal, storage, target, because="an earlier run found it failing")
    try:
        say(f"rolling out {model}; before it: {journal.previous}")
        target.name(model, archive.sha256)
        target.roll_out()
        target.wait(model, archive.model_id)
        say("every pod serves it; one conversation")
        target.converse()
    except JobError as error:
        say(f"failed: {error}\nrolling back to {journal.previous}")
        _take_back(stack, journal, storage, target, because=str(error))
    _write(stack, replace(journal, step="serving"), storage)
    say(f"{stack} serves {model}")


def back(stack: str, storage: Storage, target: Target) -> str:
    """Go back to the model before the present one, by hand."""
    journal = read_journal(storage, stack)
    if journal is None:
        raise JobError(f"no release of {stack} is known", remedy="Release a model that is known to work.")
    _roll_back(stack, journal, storage, target)
    return journal.previous


def _begin(stack: str, model: str, sha256: str, storage: Storage, target: Target) -> Journal:
    known = read_journal(storage, stack)
    if known and known.model == model and known.step != "serving":
        return known
    served = known.proven if known else target.model()
    # The state is asked first: whoever may write a model beside the journal may write the journal, too.
    served_sha256 = target.sha256(served) or (known.proven_sha256 if known else "")
    if known and served == model:
        # Released before: what served before it must stay known.
        served, served_sha256 = known.previous, known.previous_sha256
    journal = Journal(
        model=model, sha256=sha256, previous=served, previous_sha256=served_sha256, step="rolling-out"
    )
    _write(stack, journal, storage)
    return journal


def _take_back(stack: str, journal: Journal, storage: Storage, target: Target, *, because: str) -> None:
    """Roll back a release that failed, and say so."""
    try:
        _roll_back(stack, journal, storage, target)
    except JobError as error:
        raise JobError(
            f"{journal.model} was not released: {because}\nand {journal.previous} could not be rolled back"
            f" to: {error}",
            remedy=f"Mend that and run this job again: it goes on with rolling back to {journal.previous}.",
        ) from None
    raise JobError(
        f"{journal.model} was not released: {because}",
        remedy=f"The stack serves {journal.previous} again; mend the assistant and release its next commit.",
    )


def _roll_back(stack: str, journal: Journal, storage: Storage, target: Target) -> None:
    _write(stack, replace(journal, step="rolling-back"), storage)
    target.name(journal.previous, journal.previous_sha256)
    target.roll_out()
    target.wait(journal.previous, None)
    back = replace(
        journal,
        model=journal.previous,
        sha256=journal.previous_sha256,
        step="serving",
    )
    _write(stack, back, storage)


def _write(stack: str, journal: Journal, storage: Storage) -> None:
    storage.write(journal_key(stack), json.dumps(asdict(journal)).encode())
