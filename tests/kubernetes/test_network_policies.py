"""The metadata services stay out of every range that is wide enough to hold them."""

from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.network_policies import AddressPeer, Rule, egress_rules


@pytest.mark.parametrize(
    ("cidr", "hidden"),
    [
        ("0.0.0.0/0", ["169.254.0.0/16"]),
        ("128.0.0.0/1", ["169.254.0.0/16"]),
        ("160.0.0.0/4", ["169.254.0.0/16"]),
        ("10.0.0.0/8", None),
        ("2001:db8::/32", None),
    ],
)
def test_credentials_of_nodes_are_hidden(cidr: str, hidden: list[str] | None) -> None:
    (rule,) = egress_rules([Rule(what="test", peers=(AddressPeer(cidr=cidr),))])
    peers: Any = rule.to
    assert [peer.ip_block.except_ for peer in peers] == [hidden]
