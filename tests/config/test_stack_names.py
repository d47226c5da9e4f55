"""A stack whose name passes the settings' check has no name that a cloud refuses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from components.config.load import parse
from components.config.stack_names import longest_stack_name, parts_of, room, stack_name_problems
from components.stack.tags import stack_tags
from policy.stack import at
from simcloud.catalog import NameRule, load
from tests.config.test_inputs import verdict
from tests.stacks import ROOT, STACKS, record_stack, stack_config

pytestmark = pytest.mark.slow


def clouds() -> list[str]:
    return sorted({cloud_of(stack) for stack in STACKS})


def cloud_of(stack: str) -> str:
    return stack_config(stack)["rasa:cloud"]


@pytest.mark.parametrize("cloud", clouds())
def test_the_longest_name_passes_and_one_more_does_not(cloud: str) -> None:
    limit = longest_stack_name(cloud)
    assert stack_name_problems(cloud, "x" * room(limit)) == []
    (problem,) = stack_name_problems(cloud, "x" * (room(limit) + 1))
    assert str(limit.longest) in problem


def test_what_a_stack_does_not_use_does_not_shorten_its_name() -> None:
    """Azure DocumentDB takes 40 characters, half of which are left for the stack's name."""
    mongodb, postgres = frozenset({"mongodb"}), frozenset({"postgres", "lockStore"})
    shortest = room(longest_stack_name("azure", mongodb))
    assert stack_name_problems("azure", "x" * (shortest + 1), mongodb)
    assert not stack_name_problems("azure", "x" * (shortest + 1), postgres)
    assert not stack_name_problems("none", "x" * 28, frozenset())
    assert stack_name_problems("none", "x" * 28, frozenset({"analytics"}))
    assert not stack_name_problems("aws", "x" * 23, frozenset({"cluster"}))


def test_a_name_goes_by_the_stack_file() -> None:
    """The SAS rule by which the analytics read has the longest name."""
    assert verdict("azure", {"analytics": {"from": "in-cluster"}}, "x" * 25) != ()
    assert verdict("azure", {"analytics": {"from": "none"}}, "x" * 25) == ()


@pytest.mark.parametrize("stack", STACKS)
def test_no_name_of_a_stack_with_the_longest_name_is_refused(stack: str) -> None:
    """The limits of `config/stack_names.py` against those of the simulated cloud, resource by resource."""
    raw = {key.removeprefix("rasa:"): decoded(value) for key, value in stack_config(stack).items()}
    settings = parse(raw, secret_keys=frozenset(raw), stack="dev")
    limit = longest_stack_name(cloud_of(stack), parts_of(settings))
    longest = "x" * room(limit)
    checked = 0
    for resource in record_stack(stack).resources:
        rule = name_rule(resource.type)
        if rule is None or at(resource.inputs, rule.property) is not None:
            continue
        name = engine_name(resource.type, longest, resource.name)
        assert rule.min <= len(name) <= rule.max, f"{resource.type}: {name} is longer than {rule.max}"
        assert re.fullmatch(rule.pattern, name, re.DOTALL), f"{resource.type}: {name}"
        checked += 1
    assert checked


def decoded(value: str) -> object:
    return json.loads(value) if value.startswith(("{", "[")) else value


def engine_name(type_: str, stack: str, logical_name: str) -> str:
    """The name by the pattern of Pulumi.yaml, a type's own if it has one."""
    naming: Any = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["pulumi:autonaming"]["value"]
    own = naming["providers"].get(type_.partition(":")[0], {"resources": {}})["resources"].get(type_, naming)
    pattern = own["pattern"].replace("${stack}", stack).replace("${name}", logical_name)
    return re.sub(r"\$\{hex\((\d+)\)\}", lambda found: "0a1b2c3d4e5f"[: int(found[1])], pattern)


def name_rule(type_: str) -> NameRule | None:
    """The rule of a type whose names the engine makes."""
    if not type_.startswith(("aws:", "azure-native:", "gcp:", "kubernetes:")):
        return None
    kind = load(type_.partition(":")[0]).type(type_)
    assert kind is not None, type_
    return kind.name if kind.name is not None and kind.name.auto else None


def test_tags_say_who_made_it() -> None:
    tags = stack_tags(project="rasa", stack="dev", profile="dev", extra={"owner": "us", "stack": "other"})
    assert tags["managed-by"] == "pulumi"
    assert tags["owner"] == "us"
    assert tags["stack"] == "other"
