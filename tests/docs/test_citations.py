"""Comments and messages cite what is in the repository: the heading, and the file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

CITED = ("docs/rasa-pro.md", "docs/cloud-services.md")
TEXTS = (".md", ".py", ".sh", ".toml", ".yaml", ".yml")
NUMBERED = re.compile(r"§ ?\d|\bfacts? (?:§|[A-Z]\d)|\((?:facts )?[A-Z]\d{1,2}\)")
"""A citation by the number of a section, in place of its heading."""
LINE_BREAK = re.compile(r"\s*\n\s*(?:# )?")
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
CITATION = re.compile(rf"({'|'.join(map(re.escape, CITED))}), ")
SOURCE = re.compile(r"^Source: .*(?:https://|`[\w/:.-]+\.(?:py|yaml|md|tpl)|SDK)", re.MULTILINE)
FOLDERS = "bootstrap|ci|components|docs|examples|jobs|policy|simcloud|starters|tests"
ADDRESS = re.compile(r"https?://\S+")
FILE = re.compile(rf"(?<![\w/.-])(?:{FOLDERS})/[\w/.-]+\.(?:json|md|py|sh|toml|yaml)\b")
DOCUMENT = re.compile(r"(?<![\w./:{}<>*-])[\w./-]*[\w-]+\.md\b")


@cache
def _files() -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return frozenset(listed.stdout.splitlines())


def _texts() -> Iterator[tuple[str, str]]:
    for name in sorted(_files()):
        path = ROOT / name
        if (
            path.suffix in TEXTS
            and path.is_file()
            and not (path == Path(__file__) or name.startswith("stacks/"))
        ):
            yield name, path.read_text()


def _sections(document: str) -> dict[str, str]:
    """Heading → what stands below it, up to the next heading."""
    text = (ROOT / document).read_text()
    found = list(HEADING.finditer(text))
    ends = [heading.start() for heading in found[1:]] + [len(text)]
    return {heading[1]: text[heading.end() : end] for heading, end in zip(found, ends, strict=True)}


@cache
def _citations() -> dict[tuple[str, str], list[str]]:
    """(document, the text after its name) → the files that cite it so."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, text in _texts():
        joined = LINE_BREAK.sub(" ", text)
        for match in CITATION.finditer(joined):
            found.setdefault((match[1], joined[match.end() : match.end() + 60]), []).append(name)
    return found


def _cites(rest: str, heading: str) -> bool:
    return re.match(rf"{re.escape(heading)}(?=[).,;:\"']|$)", rest) is not None


def test_citations_are_found() -> None:
    assert len(_citations()) > 40


def test_each_citation_has_its_heading() -> None:
    missing = [
        f"{', '.join(files)}: {document}, {rest}"
        for (document, rest), files in _citations().items()
        if not any(_cites(rest, heading) for heading in _sections(document))
    ]
    assert missing == []


@pytest.mark.parametrize("document", CITED)
def test_each_section_is_cited_and_has_a_source(document: str) -> None:
    for heading, text in _sections(document).items():
        if text.strip():  # else it is a heading of sections
            assert SOURCE.search(text), f"{document}, {heading}: no source"
            cited = any(_cites(rest, heading) for named, rest in _citations() if named == document)
            assert cited, f"{document}, {heading}: nothing cites it"


def test_files_that_are_named_are_in_the_repository() -> None:
    documents = {name.rpartition("/")[2] for name in _files()}
    for name, text in _texts():
        ours = ADDRESS.sub("", text)
        missing = {found for found in FILE.findall(ours) if found not in _files()}
        missing |= {found for found in DOCUMENT.findall(ours) if found.rpartition("/")[2] not in documents}
        assert missing == set(), name


def test_nothing_is_cited_by_a_number() -> None:
    assert [(name, found[0]) for name, text in _texts() for found in NUMBERED.finditer(text)] == []


@pytest.mark.parametrize("text", ["docs/absent.md, Locks", "(see engine.md)", "`components/absent.py`"])
def test_a_file_that_is_not_there_is_found(text: str) -> None:
    assert {*FILE.findall(text), *DOCUMENT.findall(text)} - _files()


@pytest.mark.parametrize("rest", ["Lock)", "Locks and more)", "locks)"])
def test_a_heading_is_cited_as_it_is_written(rest: str) -> None:
    assert _cites("Locks)", "Locks")
    assert not _cites(rest, "Locks")
