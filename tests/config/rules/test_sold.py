"""What a region does not sell is refused before anything is made; the table is compared with cfn-lint's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from components.aws.documentdb import INSTANCES
from components.aws.lock_store import NODES
from components.aws.postgres import SERVERS
from components.config.clouds.aws import AWS
from components.config.clouds.facts import SizeRow
from tests.config.rules.test_stack import problems, settings

_FOUND = find_spec("cfnlint")
assert _FOUND is not None, "cfn-lint is in the group dev"
TABLES = Path(str(_FOUND.origin)).parent / "data" / "schemas" / "extensions"
MADE: Mapping[tuple[str, str | None], Mapping[SizeRow, str]] = {
    ("tracker_store", "postgres"): {row: made.instance_class for row, made in SERVERS.items()},
    ("tracker_store", "mongodb"): {row: made.instance_class for row, made in INSTANCES.items()},
    ("lock_store", None): {row: made.node_type for row, made in NODES.items()},
}
"""What each component asks for, by size."""
SOLD_IN: Mapping[tuple[str, str | None], str] = {
    ("tracker_store", "postgres"): "aws_rds_dbinstance/dbinstanceclass_enum.json",
    ("tracker_store", "mongodb"): "aws_docdb_dbinstance/dbinstanceclass_enum.json",
    ("lock_store", None): "aws_elasticache_cachecluster/cachenodetype_enum.json",
}


def sold(table: str) -> dict[str, set[str]]:
    """Region → the classes that cfn-lint knows there; of RDS those of PostgreSQL."""
    regions: dict[str, Any] = json.loads((TABLES / table).read_text())
    return {region: set(_classes(body)) for region, body in regions.items() if not isinstance(body, str)}


def _classes(body: dict[str, Any]) -> list[str]:
    if "enum" in body:
        return body["enum"]
    return [
        name
        for branch in body["allOf"]
        if branch["if"]["properties"]["Engine"] == {"const": "postgres"}
        for name in branch["then"]["properties"]["DBInstanceClass"]["enum"]
    ]


@pytest.mark.parametrize("dependency", MADE, ids=lambda dependency: str(dependency[1] or dependency[0]))
def test_the_table_is_that_of_cfn_lint(dependency: tuple[str, str | None]) -> None:
    known = sold(SOLD_IN[dependency])
    missing = {
        (row, region)
        for row, wanted in MADE[dependency].items()
        for region in AWS.regions
        if wanted not in known.get(region, ())
    }
    said = {
        (row, region)
        for each in AWS.not_sold
        if (each.key, each.kind) == dependency
        for row in each.sizes
        for region in each.regions
    }
    assert said == missing
    assert len(known) > len(AWS.regions) // 2, "cfn-lint's table has another form"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"region": "eu-west-3", "profile": "production"},
            [
                "rasa:trackerStore of size medium and profile production takes RDS instances of class db.r7g",
                "does not sell in eu-west-3",
                "'rasa:trackerStore.size' small",
            ],
            id="another size is sold",
        ),
        pytest.param(
            {"region": "eu-south-1", "profile": "production", "trackerStore": {"size": "small"}},
            ["'rasa:trackerStore.size' medium"],
            id="the nearest of two",
        ),
        pytest.param(
            {"region": "me-south-1"},
            ["rasa:lockStore of size small and profile dev", "'rasa:lockStore.from' in-cluster"],
            id="no size is sold",
        ),
        pytest.param(
            {"region": "us-west-1", "trackerStore": {"kind": "mongodb"}},
            ["takes DocumentDB, which AWS does not sell in us-west-1"],
            id="the service is missing",
        ),
    ],
)
def test_refused_before_anything_is_made(changes: dict[str, Any], said: list[str]) -> None:
    text = "\n".join(problems(**changes))
    for part in said:
        assert part in text


@pytest.mark.parametrize(
    "changes",
    [
        {"region": "eu-west-3", "profile": "production", "trackerStore": {"size": "small"}},
        {"region": "eu-west-3", "profile": "production", "trackerStore": {"kind": "dynamodb"}},
        {"region": "us-west-1"},
    ],
    ids=str,
)
def test_what_is_sold_passes(changes: dict[str, Any]) -> None:
    settings(**changes)
