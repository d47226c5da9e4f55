"""The schema of the stack files says what the settings say, and Pulumi.yaml leaves the keys to them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from components.config.model import Model
from components.config.places import ANY, text_at
from components.config.schema import stack_file_schema
from tests.config.stack_schema import validate
from tests.stacks import EXAMPLES

ROOT = Path(__file__).parents[2]
STACKS = sorted(EXAMPLES.glob("Pulumi.*.yaml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.fixture(scope="module", name="schema")
def fixture_schema() -> Any:
    return stack_file_schema()


def test_schema_file_is_in_step(schema: Any) -> None:
    written = json.loads((ROOT / "stacks" / "schema.json").read_text())
    assert written == schema, "run: make schema"


@pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.name)
def test_stack_files_match_the_schema(stack: Path) -> None:
    validate(read(stack))


def test_schema_refuses_what_the_settings_refuse() -> None:
    wrong = read(STACKS[0])
    wrong["config"]["rasa:trackerstore"] = {}
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong)


def test_no_key_is_declared_in_pulumi_yaml() -> None:
    """The engine would end at the first key of another type, and the program never name the rest."""
    declared = read(ROOT / "Pulumi.yaml")["config"]
    assert not {key for key in declared if not key.startswith("pulumi:")}


def test_every_key_says_what_it_means(schema: Any) -> None:
    config = schema["properties"]["config"]
    for block, definition in {"config": config, **schema["$defs"]}.items():
        for key, value in definition.get("properties", {}).items():
            named = schema["$defs"].get(value.get("$ref", "").removeprefix("#/$defs/"), {})
            said = value.get("description") or named.get("description")
            assert said or "const" in value, f"{block}.{key}: give the field a docstring"


def test_what_people_have_in_a_file_is_read_from_it() -> None:
    """PEM begins with a hyphen, which the CLI takes for a flag."""
    fields = [(model, field) for model in _models(Model) for field in model.model_fields.values()]
    pem = [(model, str(field.alias)) for model, field in fields if "PEM" in (field.description or "")]
    assert len(pem) > 15
    assert [(model.__name__, key) for model, key in pem if text_at(model, (key,)) == ANY] == []


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def test_every_key_is_read() -> None:
    """A key that is accepted and has no effect. A name that several blocks have counts once one is read."""
    trees = {path: ast.parse(path.read_text()) for path in (ROOT / "components").rglob("*.py")}
    nodes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree)]
    read = {node.attr for _, node in nodes if isinstance(node, ast.Attribute)}
    read |= {name for _, node in nodes if isinstance(node, ast.MatchClass) for name in node.kwd_attrs}
    fields = {
        f"{path.name}: {block.name}.{field.target.id}": field.target.id
        for path, block in nodes
        if isinstance(block, ast.ClassDef) and path.is_relative_to(ROOT / "components" / "config")
        for field in block.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }
    assert len(fields) > 100
    assert [place for place, name in fields.items() if name not in read] == []
