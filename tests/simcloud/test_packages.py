"""The package files speak of properties that the SDKs have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simcloud import catalog, sdk
from simcloud.conditions import LAST
from simcloud.wire import path_parts

INSTALLED = ["aws", "kubernetes", "random"]
LISTED = [(name, token) for name in INSTALLED for token in catalog.load(name).types]


def paths(kind: catalog.ResourceType) -> Iterator[str]:
    for rule in [kind.name, *kind.also]:
        if rule:
            yield rule.property
    yield from kind.refs
    yield from kind.replace
    yield from kind.update
    for condition in kind.protection:
        yield from condition
    for duration in kind.seconds:
        yield from duration.when


@pytest.mark.parametrize(("package", "token"), LISTED)
def test_every_property_exists(package: str, token: str) -> None:
    kind = catalog.load(package).types[token]
    known = sdk.resource(f"{package}:{token}")
    if kind.custom:
        assert known is None
        return
    assert known, "the SDK has no such type"
    shared = {"targetBucket"}  # one rule serves several bucket types
    for path in paths(kind):
        field, _, part = path.partition("|")  # as in simcloud/conditions.py
        assert part in {"", LAST}, path
        assert path_parts(field)[0] in known.inputs.properties.keys() | shared, path
    for name in [*kind.outputs, *kind.secret]:
        assert name in known.outputs.keys() | known.inputs.properties.keys(), name


@pytest.mark.parametrize("package", INSTALLED)
def test_every_reference_names_a_listed_type(package: str) -> None:
    listed = catalog.load(package)
    for kind in [listed.common, *listed.types.values()]:
        for reference in kind.refs.values():
            for target in reference.to:
                module, _, rest = target.partition(":")
                assert f"{module}:{rest.partition('.')[0]}" in listed.types, target
    for rule in listed.objects:
        assert rule.to in listed.types


def test_every_file_is_valid() -> None:
    assert {*INSTALLED, "tls"} <= set(catalog.names())
    for name in catalog.names():
        assert catalog.load(name).package == name
