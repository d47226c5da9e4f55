"""The account answers several requests of the engine at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from simcloud.account import Account
from simcloud.record import Record

ADDRESS = "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com"


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient")
def test_resources_come_and_go_while_others_are_looked_up(tmp_path: Path) -> None:
    account, done = Account(tmp_path / "account.json"), threading.Event()

    def change() -> None:
        for number in range(1000):
            record = Record(f"urn:{number}", "aws:sqs/queue:Queue", f"q{number}", "1/r", {}, {})
            account.add(record)
            if number % 3:
                account.remove(record)
        done.set()

    writer = threading.Thread(target=change)
    writer.start()
    while not done.is_set():
        account.reachable(ADDRESS)
        account.begins("arn:aws:sqs:eu-central-1:1:none")
        account.holder("none")
        list(account.of_type("aws:sqs/queue:Queue"))
    writer.join()
    assert len(account.records) == 334
