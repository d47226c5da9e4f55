"""A Vault of the stack's own: its servers, what its Jobs may do, and what reaches Rasa."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi import Output

from components.contract.cluster import VaultSeal
from components.contract.secrets import SecretRef, VaultLogin
from components.contract.terms import Flavor, Profile
from components.kubernetes.access import ClusterAccess
from components.rasa.spec.versions import Image
from components.vault.args import VaultArgs
from components.vault.certificates import server_names
from components.vault.vault import Vault, vault_content, with_vault_login
from tests.rasa import samples
from tests.recorder import Recording, record, value_of
from tests.stacks import record_stack

RELEASE, JOB = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job"
SEAL = VaultSeal(
    stanza=Output.from_input('seal "awskms" {\n}\n'),
    service_account_annotations={"role": Output.from_input("arn:role")},
    pod_labels={"identity": "use"},
    recovery_keys=Output.from_input("arn:aws:secretsmanager:eu-central-1:1:secret:keys"),
    snapshots=Output.from_input("s3://snapshots"),
)
PRODUCTION = ["aws-production", "azure-production", "gcp-production"]


def made(
    profile: Profile = "production",
    *,
    seal: VaultSeal | None = SEAL,
    flavor: Flavor = "kubernetes",
    protected: bool = False,
    **content: Any,
) -> Recording[Vault]:
    def program() -> Vault:
        cluster = samples.replace(samples.CLUSTER, flavor=flavor)
        args = VaultArgs(
            image=Image().name,
            access=ClusterAccess("cluster", cluster),
            profile=profile,
            deletion_protection=protected,
            seal=seal,
            content=content or {"username": "rasa", "password": samples.secret("postgres")},
        )
        return Vault("vault", args)

    return record(program)


def server(recording: Recording[Vault]) -> Any:
    return recording.one(RELEASE).inputs["values"]["server"]


@pytest.mark.parametrize(("profile", "replicas"), [("dev", 1), ("production", 3)])
def test_servers_find_each_other_over_tls(profile: Profile, replicas: int) -> None:
    configuration = server(made(profile))["ha"]["raft"]["config"]
    assert configuration.count("leader_api_addr") == replicas
    assert configuration.count('leader_ca_cert_file = "/vault/tls/ca.crt"') == replicas
    assert f"https://vault-{replicas - 1}.vault-internal:8200" in configuration
    assert 'seal "awskms"' in configuration
    assert "tls_disable" not in configuration


def test_the_install_does_not_wait_for_the_job_that_waits_for_it() -> None:
    """A server without a Vault is ready; a sealed one is not, or an update would go on without it."""
    path = server(made())["readinessProbe"]["path"]
    assert "uninitcode=204" in path
    assert "sealedcode" not in path


@pytest.mark.parametrize(("protected", "fate"), [(False, "Delete"), (True, "Retain")])
def test_volumes_go_with_the_stack_unless_it_is_protected(protected: bool, fate: str) -> None:
    recording = made(protected=protected)
    assert server(recording)["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == fate
    assert recording.one(RELEASE).protect is protected


def test_openshift_assigns_its_own_users_and_has_its_own_image() -> None:
    values = made(flavor="openshift").one(RELEASE).inputs["values"]
    assert values["global"]["openshift"] is True
    assert "runAsUser" not in str(values["server"]["statefulSet"])
    assert values["server"]["image"]["tag"].endswith("-ubi")


def test_without_a_cloud_a_container_opens_each_server() -> None:
    recording = made(seal=None)
    (unsealer,) = server(recording)["extraContainers"]
    assert "sys/unseal" in unsealer["command"][-1]
    assert unsealer["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert 'seal "' not in server(recording)["ha"]["raft"]["config"]
    assert not recording.of("kubernetes:batch/v1:CronJob")
    assert server(made())["extraContainers"] == []


def test_the_certificate_carries_every_name_that_is_dialled() -> None:
    names = server_names("rasa")
    assert {"vault.rasa.svc", "*.vault-internal", "vault-active.rasa.svc", "localhost"} <= {*names}
    request = made().one("tls:index/certRequest:CertRequest", "vault")
    assert request.inputs["dnsNames"] == names


@pytest.mark.parametrize(("seal", "names"), [(SEAL, 2), (None, 3)])
def test_the_job_may_touch_its_own_secrets_and_no_other(seal: VaultSeal | None, names: int) -> None:
    (rule,) = made(seal=seal).one("kubernetes:rbac.authorization.k8s.io/v1:Role").inputs["rules"]
    assert rule["resources"] == ["secrets"]
    assert len(rule["resourceNames"]) == names
    assert {*rule["verbs"]} == {"get", "create", "patch"}


def test_the_job_runs_again_when_the_password_changes_and_knows_no_secret_in_plain_text() -> None:
    job = made().one(JOB)
    (container,) = job.inputs["spec"]["template"]["spec"]["containers"]
    assert "planted-secret" not in json.dumps(job.inputs)
    assert "pulumi.com/replaceUnready" in job.inputs["metadata"]["annotations"]
    secret = made().one("kubernetes:core/v1:Secret", "vault-bootstrap-content")
    assert secret.inputs["immutable"] is True, "another password is another object, and so another Job"
    names = {each["name"]: each for each in container["env"]}
    assert names["CONTENT_PASSWORD"]["valueFrom"]["secretKeyRef"]["key"] == "CONTENT_PASSWORD"
    assert json.loads(names["CONTENT"]["value"]) == {
        "username": "CONTENT_USERNAME",
        "password": "CONTENT_PASSWORD",
    }


def test_a_password_that_an_operator_made_is_taken_from_its_secret() -> None:
    recording = made(password=SecretRef(name="theirs", key="pw"))
    (container,) = recording.one(JOB).inputs["spec"]["template"]["spec"]["containers"]
    (variable,) = [each for each in container["env"] if each["name"] == "CONTENT_PASSWORD"]
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "theirs", "key": "pw"}
    assert not [each for each in recording.of("kubernetes:core/v1:Secret") if each.name.endswith("content")]


def test_jobs_wait_for_servers_and_grants() -> None:
    recording = made()
    release, job = recording.one(RELEASE), recording.one(JOB)
    assert release.urn in job.depends_on
    cron = recording.one("kubernetes:batch/v1:CronJob")
    assert job.urn in cron.depends_on
    assert value_of(recording.result.connection.ready[0].urn) == job.urn


@pytest.mark.parametrize("store", ["postgres", "mongodb"])
def test_a_password_moves_to_vault(store: str) -> None:
    before: Any = samples.TRACKER_STORES[store]
    after: Any = with_vault_login(before)
    assert isinstance(after.login, VaultLogin)
    assert vault_content(before)["password"] is after.login.password


@pytest.mark.parametrize("store", ["rds-iam", "dynamodb", "custom"])
def test_a_store_without_a_password_stays_as_it_is(store: str) -> None:
    before = samples.TRACKER_STORES[store]
    assert with_vault_login(before) is before
    assert "password" not in vault_content(before)


@pytest.mark.parametrize("stack", ["azure-production", "gcp-production"])
def test_rasas_pod_has_no_database_password(stack: str) -> None:
    recording = record_stack(stack)
    document = recording.one(RELEASE, "rasa-release").inputs["values"]["rasa"]["settings"]["endpoints"]
    assert document["tracker_store"]["password"] == {
        "source": "secrets_manager.vault",
        "secret_key": "password",
    }
    assert document["secrets_manager"]["url"] == "https://vault.rasa.svc:8200"
    environment = recording.one("kubernetes:core/v1:Secret", "rasa-secrets-environment").inputs
    assert "TRACKER_STORE_PASSWORD" not in environment["stringData"]


@pytest.mark.parametrize("stack", ["azure-production", "gcp-production"])
def test_vault_knows_a_password_before_the_database_asks_for_it(stack: str) -> None:
    recording = record_stack(stack)
    database = recording.one(JOB, "rasa-database-init")
    assert recording.one(JOB, "vault-bootstrap").urn in recording.waits_for(database)


@pytest.mark.parametrize("stack", PRODUCTION)
def test_rasas_token_is_no_resource(stack: str) -> None:
    """What the Job makes, no state holds: neither Rasa's token nor the root token nor an unseal key."""
    for resource in record_stack(stack).of("kubernetes:core/v1:Secret"):
        name = str(resource.inputs["metadata"].get("name"))
        assert name not in {"vault-rasa-token", "vault-bootstrap", "vault-unseal"}
