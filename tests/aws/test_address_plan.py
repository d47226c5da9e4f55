from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from components.aws.address_plan import MAX_ZONES, NARROWEST_PREFIX, WIDEST_PREFIX, Kind, plan_addresses


@st.composite
def vpc_ranges(draw: st.DrawFn) -> str:
    prefix = draw(st.integers(WIDEST_PREFIX, NARROWEST_PREFIX))
    start = draw(st.integers(0, 2**prefix - 1)) << (32 - prefix)
    return str(IPv4Network((start, prefix)))


@given(vpc_ranges(), st.integers(1, MAX_ZONES))
def test_subnets_lie_in_the_vpc_and_never_overlap(cidr: str, zones: int) -> None:
    plan = plan_addresses(cidr, zones)
    subnets = [IPv4Network(subnet) for kind in plan.values() for subnet in kind]
    assert len(subnets) == 3 * zones
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not [pair for pair in combinations(subnets, 2) if pair[0].overlaps(pair[1])]


@given(vpc_ranges(), st.integers(1, MAX_ZONES - 1))
def test_another_zone_moves_no_subnet(cidr: str, zones: int) -> None:
    before, after = plan_addresses(cidr, zones), plan_addresses(cidr, zones + 1)
    kinds: tuple[Kind, ...] = ("public", "private", "data")
    assert all(after[kind][:zones] == before[kind] for kind in kinds)


@given(vpc_ranges())
def test_subnets_are_as_large_as_the_services_ask(cidr: str) -> None:
    plan = plan_addresses(cidr, MAX_ZONES)
    assert all(IPv4Network(subnet).num_addresses >= 1024 for subnet in plan["private"])
    assert all(IPv4Network(subnet).num_addresses >= 128 for subnet in (*plan["public"], *plan["data"]))
