"""A release cut off anywhere, also within a step, and taken up by another run, ends as it should.

The new model serves everywhere, or the old one does; the way back is known, and no model is lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ci.assistant import release
from ci.assistant.archive import read
from ci.assistant.release import Journal
from ci.assistant.storage import Stored
from ci.errors import JobError
from components.rasa.spec.model_archive import Archive
from tests.ci.models import write_model

STACK = "aws-dev"
CUTS = ("before", "half-way", "after")
GOOD = ("put", "journal", "name", "roll_out", "wait", "converse", "journal")
"""The steps of a release that goes well."""
BAD = (*GOOD[:6], "journal", "name", "roll_out", "wait", "journal")
"""And of one that is rolled back."""
BACK = Journal(model="old", sha256="0" * 64, previous="old", previous_sha256="0" * 64, step="serving")
"""What a journal says then."""


class CutOff(BaseException):
    """The machine is gone."""


def nothing() -> None: ...


@dataclass
class World:
    """Storage and cluster, which outlive runs, and settings, which do not; cuts a run off at some step."""

    objects: dict[str, Stored] = field(default_factory=dict[str, Stored])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    pods: list[str] = field(default_factory=lambda: ["old", "old"])
    settings: str = "old"
    named: dict[str, str] = field(default_factory=dict[str, str])
    """Model → hash with which it was named last."""
    known: dict[str, str] = field(default_factory=lambda: {"old": "0" * 64})
    """Model that is up → hash that the state has of it."""
    bad: frozenset[str] = frozenset()
    cut_at: int = 0
    cut: str = "before"
    steps: list[str] = field(default_factory=list[str])

    def _step(
        self, name: str, effect: Callable[[], None] = nothing, half: Callable[[], None] = nothing
    ) -> None:
        self.steps.append(name)
        here = len(self.steps) == self.cut_at
        if here and self.cut != "after":
            if self.cut == "half-way":
                half()
            raise CutOff
        effect()
        if here:
            raise CutOff

    def find(self, key: str) -> Stored | None:
        return self.objects.get(key)

    def put(self, key: str, archive: Archive) -> None:
        # Half an upload is no object: each store makes one of it at the end.
        stored = Stored(size=archive.size, sha256=archive.sha256)
        self._step("put", lambda: self.objects.update({key: stored}))

    def read(self, key: str) -> bytes | None:
        return self.texts.get(key)

    def write(self, key: str, content: bytes) -> None:
        self._step("journal", lambda: self.texts.update({key: content}))

    def model(self) -> str:
        return self.settings

    def sha256(self, model: str) -> str:
        return self.known.get(model, "")

    def name(self, model: str, sha256: str) -> None:
        def both() -> None:
            self.settings, self.named[model] = model, sha256

        self._step("name", both)

    def roll_out(self) -> None:
        def pods(count: int) -> None:
            self.pods[:count] = [self.settings] * count

        self._step("roll_out", lambda: pods(2), lambda: pods(1))

    def wait(self, model: str, model_id: str | None) -> None:
        self._step("wait")
        if set(self.pods) != {model}:
            raise JobError(f"not every pod serves {model} ({model_id})", remedy="Look.")

    def converse(self) -> None:
        self._step("converse")
        if self.pods[0] in self.bad:
            raise JobError("the assistant did not answer", remedy="Talk to it.")

    def release(self, model: Archive, name: str = "new") -> None:
        # Each run begins with a fresh checkout, whose stack file names the first model.
        self.settings = "old"
        release.release(STACK, name, model, self, self, lambda _: None)

    def journal(self) -> Journal | None:
        return release.read_journal(self, STACK)


@pytest.fixture
def model(tmp_path: Path) -> Archive:
    return read(write_model(tmp_path / "m.tar.gz"))


def cut_off(world: World, run: Callable[[], None]) -> None:
    with pytest.raises(CutOff):
        run()
    world.cut_at = 0


def test_undisturbed(model: Archive) -> None:
    world = World()
    world.release(model)
    assert tuple(world.steps) == GOOD
    spoilt = World(bad=frozenset({"new"}))
    with pytest.raises(JobError, match="new was not released: the assistant did not answer"):
        spoilt.release(model)
    assert tuple(spoilt.steps) == BAD


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("at", range(1, len(GOOD) + 1), ids=lambda at: f"{at}-{GOOD[at - 1]}")
def test_cut_off_and_resumed(at: int, cut: str, model: Archive) -> None:
    world = World(cut_at=at, cut=cut)
    cut_off(world, lambda: world.release(model))
    world.release(model)
    assert world.pods == ["new", "new"]
    assert world.journal() == Journal(
        model="new", sha256=model.sha256, previous="old", previous_sha256="0" * 64, step="serving"
    )
    assert list(world.objects) == ["new.tar.gz"]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("at", range(1, len(BAD) + 1), ids=lambda at: f"{at}-{BAD[at - 1]}")
def test_a_roll_back_that_is_cut_off_is_finished(at: int, cut: str, model: Archive) -> None:
    world = World(cut_at=at, cut=cut, bad=frozenset({"new"}))
    cut_off(world, lambda: world.release(model))
    with pytest.raises(JobError, match="new was not released") as error:
        world.release(model)
    assert "serves old again" in error.value.remedy
    assert world.pods == ["old", "old"]
    assert world.journal() == BACK


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("at", range(1, len(BAD) + 1), ids=lambda at: f"{at}-{BAD[at - 1]}")
def test_the_next_commit_goes_back_to_what_was_proven(at: int, cut: str, model: Archive) -> None:
    world = World(cut_at=at, cut=cut, bad=frozenset({"new"}))
    cut_off(world, lambda: world.release(model))
    # The commit after it does not serve either: it must not go back to the one that was never proven.
    world.bad = frozenset({"new", "newer"})
    with pytest.raises(JobError, match="newer was not released"):
        world.release(model, "newer")
    assert world.pods == ["old", "old"]
    world.bad = frozenset()
    world.release(model, "newest")
    journal = world.journal()
    assert journal is not None
    assert (journal.model, journal.previous, journal.step) == ("newest", "old", "serving")


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("at", range(1, 6))
def test_back_by_hand_is_resumed_too(at: int, cut: str, model: Archive) -> None:
    world = World()
    world.release(model)
    world.steps.clear()
    world.cut_at, world.cut = at, cut
    cut_off(world, lambda: setattr(world, "settings", release.back(STACK, world, world)))
    assert release.back(STACK, world, world) == "old"
    assert world.pods == ["old", "old"]
    assert world.journal() == BACK


def test_a_roll_back_that_fails_says_how_to_go_on(model: Archive) -> None:
    world = World(bad=frozenset({"new"}))
    rolled = world.roll_out

    def refuses_the_old() -> None:
        if world.settings == "old":
            raise JobError("the preview failed", remedy="Mend it.")
        rolled()

    world.roll_out = refuses_the_old
    with pytest.raises(JobError, match="old could not be rolled back to: the preview failed") as error:
        world.release(model)
    assert error.value.remedy.endswith("it goes on with rolling back to old.")
    journal = world.journal()
    assert journal is not None
    assert (journal.step, journal.proven) == ("rolling-back", "old")
    world.roll_out = rolled
    with pytest.raises(JobError, match="serves old again"):
        world.release(model)
    assert world.pods == ["old", "old"]


def test_releasing_the_same_again_keeps_the_way_back(model: Archive) -> None:
    world = World()
    world.release(model)
    world.release(model)
    assert release.back(STACK, world, world) == "old"


def test_each_model_is_named_with_its_hash(model: Archive) -> None:
    world = World(bad=frozenset({"new"}))
    with pytest.raises(JobError, match="new was not released"):
        world.release(model)
    assert world.named == {"new": model.sha256, "old": "0" * 64}


def test_a_journal_that_was_tampered_with_names_no_hash_of_what_is_up(model: Archive) -> None:
    """Who replaces a model may write the journal beside it, too, but not the stack's state."""
    world = World()
    world.release(model)
    world.known = {"new": model.sha256}
    spoilt = json.loads(world.texts[release.journal_key(STACK)])
    spoilt["sha256"] = "f" * 64
    world.texts[release.journal_key(STACK)] = json.dumps(spoilt).encode()
    world.release(model, "newer")
    journal = world.journal()
    assert journal is not None
    assert journal.previous_sha256 == model.sha256


def test_an_up_meanwhile_keeps_what_was_proven() -> None:
    steps: dict[release.Step, str] = {"rolling-out": "old", "rolling-back": "old", "serving": "new"}
    for step, kept in steps.items():
        journal = Journal(model="new", sha256="new", previous="old", previous_sha256="old", step=step)
        assert (journal.proven, journal.proven_sha256) == (kept, kept)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"model": "x"}', b'{"model":"a","previous":"b","step":"?"}']
)
def test_a_spoilt_journal_is_refused(content: bytes) -> None:
    world = World(texts={release.journal_key(STACK): content})
    with pytest.raises(JobError, match="is no journal"):
        release.read_journal(world, STACK)
    world.texts[release.journal_key(STACK)] = json.dumps(
        {"model": "a", "previous": "b", "step": "serving"}
    ).encode()
    assert world.journal() == Journal(model="a", previous="b", step="serving")


def test_back_without_a_release_is_refused() -> None:
    world = World()
    with pytest.raises(JobError, match="no release of aws-dev is known"):
        release.back(STACK, world, world)
    assert world.steps == []
