"""What the components work out by themselves, without a cloud."""

from __future__ import annotations

import base64
import ssl
from ipaddress import IPv4Network

import pytest
import yaml
from pulumi import RunError

from components.azure.address_plan import plan_addresses
from components.azure.certificates import azure_roots
from components.azure.cluster import dns_address, with_own_login
from components.azure.documentdb import host_of
from components.azure.firewall import internet_addresses
from components.azure.private_endpoint import zone_of
from components.azure.sas import access_end, as_rasa_reads


@pytest.mark.parametrize("cidr", ["10.20.0.0/16", "10.20.0.0/20"])
def test_subnets_share_no_address(cidr: str) -> None:
    subnets = [IPv4Network(subnet) for subnet in plan_addresses(cidr).values()]
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not [(a, b) for a in subnets for b in subnets if a is not b and a.overlaps(b)]
    assert min(subnet.prefixlen for subnet in subnets) == IPv4Network(cidr).prefixlen + 1
    assert max(subnet.prefixlen for subnet in subnets) <= 28  # what AKS asks for its API
    # What the load balancer asks for beside an overlay network.
    assert plan_addresses(cidr)["balancers"].endswith("/24")


def test_access_ends_two_years_after_the_key_was_made() -> None:
    assert access_end(None, "2026-11-22T12:00:00.1234567Z") == "2028-11-22T00:00:00Z"
    assert access_end(None, "2028-02-29T12:00:00Z") == "2030-02-28T00:00:00Z"
    assert access_end("2027-01-31", "2026-11-22T12:00:00Z") == "2027-01-31T00:00:00Z"


def test_rasa_tells_a_sas_by_its_beginning() -> None:
    assert as_rasa_reads("?se=x&sv=2015-04-05&sig=a%3D") == "sv=2015-04-05&se=x&sig=a%3D"
    with pytest.raises(RunError, match="no SAS"):
        as_rasa_reads("an-account-key==")


def test_firewalls_hear_of_the_internet_only() -> None:
    given = ["10.0.0.0/8", "203.0.113.10/32", "203.0.113.20/31", "203.0.113.0/28"]
    assert internet_addresses(given) == ["203.0.113.10", "203.0.113.20", "203.0.113.21", "203.0.113.0/28"]


def test_kubeconfig_keeps_the_server_and_takes_our_login() -> None:
    server = {"server": "https://x:443", "certificate-authority-data": "Y2E="}
    theirs = {"clusters": [{"name": "c", "cluster": server}], "users": [{"user": {"token": "old"}}]}
    ours = yaml.safe_load(with_own_login(base64.b64encode(yaml.safe_dump(theirs).encode()).decode()))
    assert ours["clusters"][0]["cluster"] == server
    login = ours["users"][0]["user"]["exec"]
    assert login["command"] == "kubelogin"
    assert "6dae42f8-4368-4678-94ff-3960e28e3630" in login["args"]
    assert "token" not in ours["users"][0]["user"]


def test_host_of_a_connection_string() -> None:
    assert host_of("mongodb+srv://<user>:<password>@c.mongocluster.cosmos.azure.com/?tls=true").startswith(
        "c."
    )
    with pytest.raises(RunError, match="mongodb"):
        host_of("https://somewhere")


def test_zone_of_a_link() -> None:
    assert zone_of("/x/privateDnsZones/z/virtualNetworkLinks/l") == "/x/privateDnsZones/z"


def test_dns_is_the_tenth_service() -> None:
    assert dns_address("172.20.0.0/16") == "172.20.0.10"


def test_roots() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=azure_roots())
    ends = [ssl.cert_time_to_seconds(str(known["notAfter"])) for known in context.get_ca_certs()]
    assert len(ends) == 6
    assert min(ends) > ssl.cert_time_to_seconds("Dec 31 23:59:59 2036 GMT")
