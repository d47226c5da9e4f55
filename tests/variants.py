"""Variants of the examples, for what no example says: an example and the blocks that it has besides."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from tests.recorder import Recording
from tests.stacks import SIMULATED, record_config, stack_config

MIRROR = "registry.example.com/mirror"
PULL_PASSWORD = "planted-pull-password-5b1d0c1f"
LOGINS = json.dumps({"auths": {"registry.example.com": {"username": "puller", "password": PULL_PASSWORD}}})
AIR_GAPPED: Mapping[str, str] = {"mirror": MIRROR, "pullSecret": LOGINS}
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "aws": {
        "from": "existing",
        "id": "vpc-0c0a0b0e000000001",
        "subnets": {
            use: [f"subnet-0c0a0b0e0000000{letter}{zone}" for zone in (3, 1, 2)]
            for use, letter in (("nodes", "a"), ("stores", "b"), ("balancers", "c"))
        },
    }
}
"""Networks that exist on the simulated clouds (simcloud/packages, `outside`)."""
VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "local-dev-air-gapped": ("local-dev", {"rasa:registry": AIR_GAPPED}),
    "aws-production-existing-network": (
        "aws-production",
        {"rasa:network": NETWORKS["aws"], "rasa:account": "111122223333"},
    ),
}
"""Name → example, and blocks."""


@functools.cache
def record_variant(name: str) -> Recording[Any]:
    """Record a variant."""
    example, blocks = VARIANTS[name]
    return record_with(example, blocks)


def record_with(example: str, blocks: Mapping[str, Any]) -> Recording[Any]:
    """Record an example with further blocks, all of them secret."""
    texts = {key: block if isinstance(block, str) else json.dumps(block) for key, block in blocks.items()}
    secret = (*SIMULATED.get(example, ()), *blocks)
    return record_config({**stack_config(example), **texts}, secret=secret)
