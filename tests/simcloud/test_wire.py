"""Values on the wire, secrets and unknowns included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcloud.wire import (
    UNKNOWN,
    Properties,
    Secret,
    Value,
    as_map,
    assign,
    decode_struct,
    encode_struct,
    lookup,
    merge,
    path_parts,
    plain,
    redact,
    restore,
)

leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20) | st.just(UNKNOWN)
values: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)
with_secrets = st.dictionaries(st.text("xyz", min_size=1), values | values.map(Secret), max_size=4)


@pytest.mark.slow
@given(with_secrets)
def test_wire_and_back(properties: Properties) -> None:
    assert decode_struct(encode_struct(properties)) == properties


@given(with_secrets.filter(lambda one: "<unknown>" not in repr(one)))
def test_what_did_not_change_is_restored_with_its_secrets(properties: Properties) -> None:
    assert restore(properties, redact(properties, "salt"), "salt") == properties


def test_redacted_values_hide_secrets_and_keep_keys() -> None:
    stored = redact({"data": Secret({"password": "planted"}), "host": "db"}, "salt")
    assert "planted" not in str(stored)
    assert lookup(stored, ["host"]) == "db"
    assert lookup(stored, ["data", "password"])
    assert stored != redact({"data": Secret({"password": "other"}), "host": "db"}, "salt")


def test_a_change_behind_our_back_is_seen_beside_an_unchanged_secret() -> None:
    known: Properties = {"data": Secret({"password": "planted"}), "size": 1}
    stored = {**as_map(redact(known, "salt")), "size": 2}
    assert restore(known, stored, "salt") == {"data": Secret({"password": "planted"}), "size": 2}


def test_merge_keeps_secret_marks() -> None:
    assert merge({"a": {"b": 1}}, {"a": {"c": Secret(2)}}) == {"a": {"b": 1, "c": Secret(2)}}
    assert plain(merge(Secret({"a": 1}), {"a": 2})) == {"a": 2}


def test_paths() -> None:
    properties: Properties = {"a": [{"b": 1}]}
    assert lookup(properties, path_parts("a[0].b")) == 1
    assign(properties, path_parts("a[0].c"), 2)
    assign(properties, path_parts("new.x"), 3)
    assert properties == {"a": [{"b": 1, "c": 2}], "new": {"x": 3}}
    assert lookup({"a": UNKNOWN}, ["a", "b"]) is UNKNOWN
