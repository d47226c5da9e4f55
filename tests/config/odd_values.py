"""Values that nobody means, but that people write, paste or forget; each at every place of a stack file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.config.blocks import CA, CLUSTER, KUBECONFIG

PLANTED = "Pl4nt3d7391xQ"
"""A password as generators write them, at a place that takes none: no message may repeat it."""
LOGIN = "planted7391"
"""A password that looks like any word, at a place that says that it is one."""


def _circular() -> object:
    block: dict[str, object] = {}
    block["self"] = block
    return block


def _circular_list() -> object:
    items: list[object] = []
    items.append(items)
    return items


def _deep() -> object:
    value: object = "x"
    for _ in range(400):
        value = {"a": value}
    return value


ODD: list[Any] = [
    # of another type
    None,
    True,
    False,
    0,
    -1,
    1,
    65536,
    10**400,
    2.5,
    float("nan"),
    float("inf"),
    dt.date(2026, 11, 25),
    dt.datetime(2026, 11, 25, 1, 2, 3, tzinfo=dt.UTC),
    b"bytes",
    [],
    {},
    [[]],
    [{}],
    [None],
    [1],
    [True],
    ["x", "x"],
    {"": ""},
    {"x": None},
    {"x": 1},
    {"x": ["y"]},
    {1: 2},
    {None: None},
    {"from": None},
    {"from": ["existing"]},
    {"from": "existing"},
    {"from": "managed"},
    {"from": "in-cluster", "kind": {}},
    {"from": "existing", "kind": []},
    {"secretName": "x"},
    {"secretName": 1, "key": 2},
    {"vaultKey": None},
    {"secure": "v1:abc:def"},
    {"secretName": "a b", "key": "a b"},
    _circular(),
    _circular_list(),
    _deep(),
    # text
    "",
    " ",
    "\n",
    "\0",
    "\ud800",
    "true",
    "null",
    "~",
    "0",
    "-1",
    "1e3",
    "existing",
    "none",
    "latest",
    ".",
    "..",
    "/",
    "//",
    "*",
    "$",
    "${",
    "${}",
    "${X}",
    "${X:-y}",
    "$(id)",
    "%",
    "%zz",
    "a b",
    "ä",
    "ß.example.com",
    "x" * 300,
    "-",
    "'",
    '"',
    "{",
    "[",
    "[1",
    "{}",
    "[]",
    # addresses
    "https://",
    "https://x:99999/",
    "https://x:port/",
    "https://x:/",
    "https://[::1",
    "https://[::1]/",
    "https://[fe80::1%25eth0]:8443/",
    "http://[v1.x]/",
    "https://x\\y/",
    "https://ｘ．example/",
    "https://℀.example/",
    "https://?",
    "https://#",
    "https://.",
    "grpc://x:y",
    "http://10.0.0.1:0/",
    "localhost",
    "x:0",
    "x:65536",
    "x:99999999999",
    "x:²",
    "[::1]:9092",
    "::1",
    ":9092",
    "x:",
    ",",
    "a:1,,b:2",
    "0.0.0.0/0",
    "0.0.0.0",  # noqa: S104
    "10.0.0.0/30",
    "10.0.0.0/32",
    "10.0.0.0/31",
    "10.0.0.1/8",
    "10.0.0.0/255.255.0.0",
    "10.0.0.0/",
    "127.0.0.0/16",
    "169.254.0.0/16",
    "224.0.0.0/16",
    "255.255.255.255/32",
    "::/0",
    "1.2.3",
    # secrets in the wrong place
    PLANTED,
    f"https://user:{LOGIN}@host",
    f"https://user:{LOGIN}@[::1",
    f"https://user:{LOGIN}@host:99999",
    f"user:{LOGIN}@kafka:9092",
    f"postgresql://rasa:{LOGIN}@db/rasa",
    f"{PLANTED}:x",
    f"{PLANTED} x",
    [PLANTED],
    [f"https://user:{LOGIN}@host"],
    {"x": PLANTED},
    {PLANTED: "x"},
    {"from": PLANTED},
    {"from": "existing", "kind": PLANTED},
    {"type": PLANTED},
    {"password": PLANTED},
    [{"password": PLANTED}],
    # certificates and kubeconfigs
    CA,
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\nBgNVHRE=\n-----END CERTIFICATE-----",
    f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----",
    KUBECONFIG,
    CLUSTER,
]
"""One after the other at each place."""
