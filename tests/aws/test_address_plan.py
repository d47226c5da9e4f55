from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from components.aws.address_plan import Kind, plan_addresses
from components.config.rules.stack import LARGEST_NETWORK, SMALLEST_NETWORK


@st.composite
def vpc_ranges(draw: st.DrawFn) -> str:
    prefix = draw(st.integers(LARGEST_NETWORK, SMALLEST_NETWORK))
    start = draw(st.integers(0, 2**prefix - 1)) << (32 - prefix)
    return str(IPv4Network((start, prefix)))


@given(vpc_ranges(), st.integers(1, 3))
def test_subnets_lie_in_the_vpc_and_never_overlap(cidr: str, zones: int) -> None:
    plan = plan_addresses(cidr, zones)
    subnets = [IPv4Network(subnet) for kind in plan.values() for subnet in kind]
    assert len(subnets) == 3 * zones
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not [pair for pair in combinations(subnets, 2) if pair[0].overlaps(pair[1])]


@given(vpc_ranges(), st.integers(1, 2))
def test_another_zone_moves_no_subnet(cidr: str, zones: int) -> None:
    before, after = plan_addresses(cidr, zones), plan_addresses(cidr, zones + 1)
    kinds: tuple[Kind, ...] = ("public", "private", "data")
    assert all(after[kind][:zones] == before[kind] for kind in kinds)


@given(vpc_ranges())
def test_subnets_are_as_large_as_the_services_ask(cidr: str) -> None:
    plan = plan_addresses(cidr, 3)
    assert all(IPv4Network(subnet).num_addresses >= 1024 for subnet in plan["private"])
    assert all(IPv4Network(subnet).num_addresses >= 128 for subnet in (*plan["public"], *plan["data"]))
