"""One test over many things, such as all files: a test for each would take longer than what it looks at.

@each(SOURCES, name_of)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
Check = Callable[[T], None]


def each(things: Iterable[T], name: Callable[[T], str]) -> Callable[[Check[T]], Callable[[], None]]:
    """Make a test of a check: it looks at every thing, and names all that fail."""
    listed = list(things)
    assert listed, "nothing would be looked at"

    def test_of(check: Check[T]) -> Callable[[], None]:
        def test() -> None:
            failed: list[str] = []
            for thing in listed:
                try:
                    check(thing)
                except AssertionError as error:
                    failed.append(f"{name(thing)}: {error}")
                except Exception as error:
                    error.add_note(f"with {name(thing)}")
                    raise
            assert not failed, "\n".join(failed)

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return test_of
