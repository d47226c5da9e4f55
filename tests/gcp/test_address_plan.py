from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from components.config.rules.stack import LARGEST_NETWORK, SMALLEST_NETWORK
from components.gcp.address_plan import plan_addresses


@st.composite
def vpc_ranges(draw: st.DrawFn) -> str:
    prefix = draw(st.integers(LARGEST_NETWORK, SMALLEST_NETWORK))
    start = draw(st.integers(0, 2**prefix - 1)) << (32 - prefix)
    return str(IPv4Network((start, prefix)))


@given(vpc_ranges())
def test_ranges_lie_in_the_vpc_and_never_overlap(cidr: str) -> None:
    plan = plan_addresses(cidr)
    assert not plan.nodes.overlaps(plan.services)
    assert all(part.subnet_of(IPv4Network(cidr)) for part in (plan.nodes, plan.services))


@given(vpc_ranges())
def test_cloud_sql_and_memorystore_find_room(cidr: str) -> None:
    assert plan_addresses(cidr).services.prefixlen <= 22
