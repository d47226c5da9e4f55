"""What the README says is so: its table is generated, its commands exist, its stack file is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from components.config.support import table
from tests.config.stack_schema import validate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
BEGIN, END = "<!-- table: components/config/support.py -->\n", "\n<!-- end of table -->"


def with_table(text: str) -> str:
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


def test_table_of_sources_is_generated() -> None:
    assert with_table(README) == README, "run: make readme"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))))
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}( \S+)*:", MAKEFILE, re.MULTILINE), target


def test_example_stack_file_is_valid() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    validate(yaml.safe_load(example))


if __name__ == "__main__":
    (ROOT / "README.md").write_text(with_table(README))
