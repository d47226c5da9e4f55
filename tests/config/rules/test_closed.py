"""Regions that a cloud has and this project does not."""

from __future__ import annotations

from pulumi_aws import Region

from components.config.clouds import CLOUDS


def test_each_region_of_aws_is_known_or_closed() -> None:
    aws = CLOUDS["aws"]
    for region in Region:
        ways = [one for one in aws.closed if one.pattern.fullmatch(region.value)]
        assert (region.value in aws.regions) + len(ways) == 1, region.value
