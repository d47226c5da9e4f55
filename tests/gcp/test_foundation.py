from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from pulumi import Resource, RunError

from components.contract.provider import FoundationArgs, OwnNetwork, ProviderArgs
from components.gcp.foundation import Foundation
from components.gcp.provider import Provider
from tests.computed import GOOGLE_PROJECT, GOOGLE_REGION
from tests.gcp.stores import ALARM, CLUSTER, SERVICE
from tests.recorder import Recording, is_secret, record, value_of
from tests.stacks import ROOT, record_stack

OFFICE = "198.51.100.0/24"
ADMIN = "group:ops@example.com"
ACCOUNT = "gcp:serviceaccount/account:Account"


def foundation_args(**changes: Any) -> FoundationArgs:
    args: dict[str, Any] = {
        "profile": "production",
        "size": "medium",
        "deletion_protection": True,
        "keeps_data": True,
        "account": GOOGLE_PROJECT,
        "region": GOOGLE_REGION,
        "zones": [f"{GOOGLE_REGION}-{letter}" for letter in "abc"],
        "network": OwnNetwork(cidr="10.20.0.0/16"),
        "services_cidr": "172.20.0.0/16",
        "pods_cidr": "10.244.0.0/16",
        "allowed_cidrs": [OFFICE],
        "admins": [ADMIN],
        "namespace": "rasa",
        "alarm_target": None,
        "tags": {},
        **changes,
    }
    return FoundationArgs(**args)


def foundation(*, preview: bool = False, **changes: Any) -> Recording[Foundation]:
    return record(lambda: Foundation("foundation", foundation_args(**changes)), preview=preview)


@pytest.fixture(scope="module")
def made() -> Recording[Foundation]:
    return foundation()


@pytest.fixture(scope="module")
def closed() -> Recording[Foundation]:
    return foundation(allowed_cidrs=[], admins=[])


def types_of(urns: frozenset[str]) -> set[str]:
    return {urn.split("::")[2].split("$")[-1] for urn in urns}


# --- the APIs

NEEDS = {
    "certificateauthority": "privateca",
    "compute": "compute",
    "container": "container",
    "kms": "cloudkms",
    "managedkafka": "managedkafka",
    "monitoring": "monitoring",
    "redis": "redis",
    "serviceaccount": "iam",
    "servicenetworking": "servicenetworking",
    "sql": "sqladmin",
    "storage": "storage",
}


@pytest.mark.parametrize("stack", ["gcp-dev", "gcp-production"])
def test_everything_waits_for_its_api(stack: str) -> None:
    recording = record_stack(stack)
    apis = {api.urn: api.inputs["service"] for api in recording.of(SERVICE)}
    for resource in recording.resources:
        module = resource.type.removeprefix("gcp:").split("/")[0]
        if resource.type.startswith("gcp:") and module in NEEDS:
            waits = {apis[urn] for urn in recording.waits_for(resource) if urn in apis}
            assert f"{NEEDS[module]}.googleapis.com" in waits, resource.urn


def test_an_api_is_left_on_and_named_once() -> None:
    apis = record_stack("gcp-production").of(SERVICE)
    assert not any(api.inputs["disableOnDestroy"] for api in apis)
    assert len({api.inputs["service"] for api in apis}) == len(apis)


def test_no_api_waits_for_another(made: Recording[Foundation]) -> None:
    assert not any(made.waits_for(api) for api in made.of(SERVICE))


# --- the network


def test_peering_can_be_taken_down(made: Recording[Foundation]) -> None:
    connection = made.one("gcp:servicenetworking/connection:Connection").inputs
    assert connection["deletionPolicy"] == "REMOVE_PEERING"


def test_stores_wait_for_the_peering_and_not_for_the_cluster(made: Recording[Foundation]) -> None:
    place = made.result.placement
    peering = made.one("gcp:servicenetworking/connection:Connection")
    assert value_of(place.private_network) == peering.inputs["network"]
    assert CLUSTER not in types_of(made.waits_for(peering))


def test_nobody_in_the_network_has_a_public_address(made: Recording[Foundation]) -> None:
    assert made.one(CLUSTER).inputs["privateClusterConfig"] == {"enablePrivateNodes": True}
    assert made.one("gcp:compute/routerNat:RouterNat").inputs["natIpAllocateOption"] == "AUTO_ONLY"


# --- the cluster


def test_addresses_answer_only_whom_the_config_names(
    made: Recording[Foundation], closed: Recording[Foundation]
) -> None:
    fenced = made.one(CLUSTER).inputs
    assert fenced["masterAuthorizedNetworksConfig"]["cidrBlocks"] == [{"cidrBlock": OFFICE}]
    assert fenced["controlPlaneEndpointsConfig"]["ipEndpointsConfig"] == {"enabled": True}
    inside = closed.one(CLUSTER).inputs
    assert inside["controlPlaneEndpointsConfig"]["ipEndpointsConfig"] == {"enabled": False}
    assert "masterAuthorizedNetworksConfig" not in inside


def test_kubeconfig_is_secret_and_dials_what_answers(
    made: Recording[Foundation], closed: Recording[Foundation]
) -> None:
    for recording, host in ((made, "34.159.1.2"), (closed, f"gke-1-1.{GOOGLE_REGION}.gke.goog")):
        kubeconfig = recording.result.cluster.kubeconfig
        assert is_secret(kubeconfig)
        content = json.loads(value_of(kubeconfig))
        server = content["clusters"][0]["cluster"]
        assert server["server"] == f"https://{host}"
        # A public authority signs for the DNS endpoint.
        assert ("certificate-authority-data" in server) is (recording is made)
        assert content["users"][0]["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"


def test_nodes_have_an_account_of_their_own_with_one_role(made: Recording[Foundation]) -> None:
    grant = made.one("gcp:projects/iAMMember:IAMMember", "foundation-cluster-nodes")
    assert grant.inputs["role"] == "roles/container.defaultNodeServiceAccount"
    cluster = made.one(CLUSTER)
    defaults = cluster.inputs["clusterAutoscaling"]["autoProvisioningDefaults"]
    assert grant.inputs["member"] == f"serviceAccount:{defaults['serviceAccount']}"
    assert cluster.depends_on == {grant.urn}


def test_cluster_waits_for_nothing_slow(made: Recording[Foundation]) -> None:
    assert not types_of(made.waits_for(made.one(CLUSTER))) & {
        "gcp:compute/routerNat:RouterNat",
        "gcp:servicenetworking/connection:Connection",
    }


def test_pod_accounts_do_not_wait_for_the_cluster_but_their_bindings_do(made: Recording[Foundation]) -> None:
    for account in made.of(ACCOUNT):
        assert CLUSTER not in types_of(made.waits_for(account)), account.name
    binding = made.one("gcp:serviceaccount/iAMMember:IAMMember")
    assert CLUSTER in types_of(made.waits_for(binding))
    assert binding.inputs["member"] == f"serviceAccount:{GOOGLE_PROJECT}.svc.id.goog[rasa/rasa]"


def test_service_account_ids_keep_to_thirty_characters() -> None:
    pattern = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["pulumi:autonaming"]["value"][
        "providers"
    ]["gcp"]["resources"][ACCOUNT]["pattern"]
    assert pattern == "${name}-${hex(4)}"
    for account in record_stack("gcp-production").of(ACCOUNT):
        assert 6 <= len(account.name) + len("-0a1b") <= 30, account.name


# --- the whole


def test_pods_wait_for_the_way_out_access_and_their_identity(made: Recording[Foundation]) -> None:
    def named(resources: Sequence[Resource]) -> set[str]:
        return {value_of(resource.urn).split("$")[-1] for resource in resources}

    assert named(made.result.cluster.rasa.ready) == {
        "gcp:serviceaccount/iAMMember:IAMMember::foundation-pods-rasa"
    }
    assert named(made.result.cluster.ready) == {
        "gcp:compute/routerNat:RouterNat::foundation-network",
        "gcp:projects/iAMMember:IAMMember::foundation-cluster-group-ops-example.com",
    }


def test_preview_shows_the_resources_of_the_update(made: Recording[Foundation]) -> None:
    assert foundation(preview=True).urns() == made.urns()


def test_alarms_are_there_and_silent_without_a_channel(made: Recording[Foundation]) -> None:
    alarms = made.of(ALARM)
    assert len(alarms) == 4
    assert not any(alarm.inputs["notificationChannels"] for alarm in alarms)


def test_without_a_project_nothing_is_made() -> None:
    with pytest.raises(RunError, match="set rasa:account"):
        foundation(account=None)


def test_provider_goes_to_one_project_with_the_labels() -> None:
    args = ProviderArgs(region=GOOGLE_REGION, account=GOOGLE_PROJECT, tags={"stack": "test"})
    provider = record(lambda: Provider("gcp", args)).one("pulumi:providers:gcp").inputs
    assert provider["project"] == GOOGLE_PROJECT
    assert json.loads(provider["defaultLabels"]) == {"stack": "test"}


def test_nodes_pull_from_the_registry_that_is_named() -> None:
    made = foundation(registry="projects/shared/locations/europe/repositories/images")
    grant = made.one("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember")
    nodes = made.one("gcp:projects/iAMMember:IAMMember", "foundation-cluster-nodes")
    assert grant.inputs == {
        "project": "shared",
        "location": "europe",
        "repository": "images",
        "role": "roles/artifactregistry.reader",
        "member": nodes.inputs["member"],
    }
