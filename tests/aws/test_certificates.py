from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi import RunError

from components.aws.certificates import amazon_roots, rds_roots, regions_with_rds_roots
from components.config.clouds.aws import AWS


def authorities(pem: str) -> Iterator[tuple[str, float]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    for certificate in context.get_ca_certs():
        names: Any = certificate["subject"]
        ends = str(certificate["notAfter"])
        yield dict(pair for part in names for pair in part)["commonName"], ssl.cert_time_to_seconds(ends)


END_OF_2030 = ssl.cert_time_to_seconds("Dec 31 23:59:59 2030 GMT")


def test_amazon_roots() -> None:
    known = dict(authorities(amazon_roots()))
    assert len(known) == 5
    assert min(known.values()) > END_OF_2030


@pytest.mark.parametrize("region", regions_with_rds_roots())
def test_rds_roots_are_of_their_region(region: str) -> None:
    known = dict(authorities(rds_roots(region)))
    assert f"Amazon RDS {region} Root CA RSA2048 G1" in known
    assert all(f" {region} " in name for name in known)
    assert min(known.values()) > END_OF_2030


def test_every_region_that_settings_accept_has_rds_roots() -> None:
    assert set(AWS.regions) == set(regions_with_rds_roots())


def test_another_region_says_how_to_get_them() -> None:
    with pytest.raises(RunError, match=r"curl .*il-central-1-bundle\.pem"):
        rds_roots("il-central-1")
