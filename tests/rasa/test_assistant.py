from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from unittest import mock

import pulumi_random as random
import pytest
from pulumi import ComponentResource, Output, RunError

from components.contract.cluster import ObjectKey
from components.contract.connections import Kafka
from components.contract.images import RASA
from components.contract.secrets import SecretRef
from components.rasa.args import ApiLogin, AssistantArgs
from components.rasa.assistant import Assistant
from tests import computed, recorder
from tests.rasa import samples
from tests.recorder import Recording, beside, is_secret, record, value_of

RELEASE, SECRET = "kubernetes:helm.sh/v3:Release", "kubernetes:core/v1:Secret"
CONFIG_MAP, JOB = "kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"
DATABASE_INIT, PREFLIGHT = "assistant-database-init", "assistant-preflight"
NAMED = ("Secret", "ConfigMap", "ServiceAccount", "Namespace")


def named(name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"metadata": {"name": name, **inputs["metadata"]}}


def random_result(name: str, _: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"result": f"random-{name}"}


def deployed(_name: str, _inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"status": {"status": "deployed"}}


COMPUTED = {
    **{f"kubernetes:core/v1:{kind}": named for kind in NAMED},
    "random:index/randomPassword:RandomPassword": random_result,
    RELEASE: deployed,
}


@pytest.fixture(autouse=True)
def cluster() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]: pytest uses it
    """What a cluster adds to what we make in it."""
    with mock.patch.object(recorder, "COMPUTED", {**computed.COMPUTED, **COMPUTED}):
        yield


def run(args: AssistantArgs, *, preview: bool = False) -> Recording[Assistant]:
    return record(lambda: Assistant("assistant", args), preview=preview)


@pytest.mark.parametrize("args", samples.STACKS.values(), ids=samples.STACKS)
def test_no_secret_outside_of_secrets(args: AssistantArgs) -> None:
    for resource in run(args).resources:
        text = json.dumps(resource.inputs)
        if resource.type == SECRET:
            assert resource.secret_inputs == {"stringData"}
        else:
            assert "planted" not in text, resource.name
            assert "random-" not in text, resource.name


def test_the_pods_secret_holds_what_they_need_and_no_administrator() -> None:
    recording = run(samples.GOOGLE)
    content = recording.one(SECRET, "assistant-secrets-environment").inputs["stringData"]
    assert set(content) == {
        "AUTH_TOKEN",
        "JWT_SECRET",
        "RASA_PRO_LICENSE",
        "OPENAI_API_KEY",
        "LOCK_STORE_PASSWORD",
        "TRACKER_STORE_PASSWORD",
    }
    files = recording.one(SECRET, "assistant-secrets-client-files").inputs["stringData"]
    assert set(files) == {"event-broker.crt", "event-broker.key"}
    assert "admin" not in json.dumps([content, files])


def digest(args: AssistantArgs) -> str:
    inputs = run(args).one(RELEASE).inputs
    annotations = inputs["values"]["rasa"]["podAnnotations"]
    return annotations["checksum/secrets"] + annotations["checksum/files"]


def test_a_changed_secret_or_authority_rolls_the_pods() -> None:
    first = digest(samples.GOOGLE)
    assert first == digest(samples.GOOGLE)
    assert first != digest(replace(samples.GOOGLE, llm_keys={"OPENAI_API_KEY": samples.secret("other")}))
    other_ca = replace(samples.POSTGRES, ca=samples.known("another"))
    assert first != digest(replace(samples.GOOGLE, tracker_store=other_ca))


def test_the_release() -> None:
    inputs = run(samples.BASE).one(RELEASE).inputs
    assert inputs["name"] == "rasa"
    assert inputs["chart"] == "oci://europe-west3-docker.pkg.dev/rasa-releases/helm-charts/rasa"
    assert inputs["version"] == "2.4.0"
    assert inputs["atomic"] is True
    assert inputs["timeout"] > samples.BASE.replicas * 300
    assert inputs["values"]["rasa"]["readinessProbe"]["httpGet"] is None


def test_the_chart_may_lie_on_this_machine_or_in_a_repository() -> None:
    local = run(replace(samples.BASE, chart=replace(RASA, ref="./charts/rasa"))).one(RELEASE).inputs
    assert (local["chart"], "version" in local) == ("./charts/rasa", False)
    classic = replace(RASA, ref="rasa", repository="https://helm.rasa.com/charts")
    inputs = run(replace(samples.BASE, chart=classic)).one(RELEASE).inputs
    assert (inputs["version"], inputs["repositoryOpts"]) == (
        "2.4.0",
        {"repo": "https://helm.rasa.com/charts"},
    )


def test_rasa_waits_for_its_database_and_for_what_connections_wait_for() -> None:
    def program() -> Assistant:
        grant = random.RandomPassword("grant", length=16, opts=beside())
        broker = samples.EVENT_BROKERS["msk-iam"]
        assert isinstance(broker, Kafka)
        args = replace(
            samples.BASE,
            event_broker=replace(broker, ready=(grant,)),
            tracker_store=replace(samples.RDS, ready=(grant,)),
        )
        return Assistant("assistant", args)

    recording = record(program)
    release = recording.one(RELEASE)
    grant = recording.one("random:index/randomPassword:RandomPassword", "grant")
    job = recording.one(JOB, DATABASE_INIT)
    assert grant.urn in release.depends_on
    assert grant.urn in job.depends_on
    preflight = recording.one(JOB, PREFLIGHT)
    assert grant.urn in preflight.depends_on
    assert job.urn in recording.waits_for(preflight)
    assert preflight.urn in recording.waits_for(release)


def test_the_database_job() -> None:
    recording = run(samples.BASE)
    job = recording.one(JOB, DATABASE_INIT).inputs
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert json.loads(env["DATABASES"]) == [{"database": "rasa", "role": "rasa", "login": "rds_iam"}]
    assert env["ADMIN_SECRET_ID"] == "arn:secret"
    assert env["PGSSLMODE"] == "verify-full"
    assert env["PGSSLROOTCERT"] == "/etc/database-init/authority.pem"
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert pod["serviceAccountName"] == "rasa-setup"
    assert container["image"] == samples.BASE.image.name
    script = recording.one(CONFIG_MAP, "assistant-database-init-files").inputs
    assert script["immutable"] is True
    assert set(script["data"]) == {"__main__.py", "authority.pem"}


def test_passwords_reach_the_database_job_by_a_secret_of_its_own() -> None:
    recording = run(samples.GOOGLE)
    secret = recording.one(SECRET, "assistant-database-init-passwords").inputs
    assert (set(secret["stringData"]), secret["immutable"]) == ({"PGPASSWORD", "ROLE_PASSWORD"}, True)
    (container,) = recording.one(JOB, DATABASE_INIT).inputs["spec"]["template"]["spec"]["containers"]
    referred = {entry["name"] for entry in container["env"] if "valueFrom" in entry}
    assert referred == {"PGPASSWORD", "ROLE_PASSWORD"}


def test_secrets_that_exist_are_neither_copied_nor_read() -> None:
    recording = run(samples.REFERENCES)
    (secret,) = recording.of(SECRET)
    assert set(secret.inputs["stringData"]) == {"AUTH_TOKEN", "JWT_SECRET", "RASA_PRO_LICENSE"}
    pod = recording.one(JOB, DATABASE_INIT).inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    at = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"] if "valueFrom" in one}
    assert at == {
        "PGPASSWORD": {"name": "their-postgres", "key": "admin"},
        "ROLE_PASSWORD": {"name": "their-postgres", "key": "password"},
    }
    (volume,) = pod["volumes"]
    item = {"key": "ca.crt", "path": "authority.pem"}
    assert volume["projected"]["sources"][1] == {"secret": {"name": "their-postgres", "items": [item]}}


@pytest.mark.parametrize("store", [replace(samples.POSTGRES, admin=None), samples.TRACKER_STORES["dynamodb"]])
def test_no_job_where_there_is_nothing_to_make(store: Any) -> None:
    jobs = run(replace(samples.BASE, tracker_store=store)).of(JOB)
    assert [job.name for job in jobs] == [PREFLIGHT]


def test_service_accounts() -> None:
    recording = run(samples.BASE)
    accounts = {
        one.inputs["metadata"]["name"]: one.inputs
        for one in recording.of("kubernetes:core/v1:ServiceAccount")
    }
    assert set(accounts) == {"rasa", "rasa-setup"}
    assert accounts["rasa"]["metadata"]["annotations"] == {"identity": "arn:role"}
    assert not any(account["automountServiceAccountToken"] for account in accounts.values())


def test_outputs() -> None:
    assistant = run(samples.BASE).result
    assert value_of(assistant.url) == "http://rasa.rasa.svc:5005"
    assert "type: concurrent_kafka" in value_of(assistant.endpoints_yaml)
    assert not is_secret(assistant.endpoints_yaml)
    assert assistant.auth_token is not None
    assert is_secret(assistant.auth_token)


def test_logins_of_ones_own_take_the_place_of_generated_ones() -> None:
    """A text goes into our Secret, what lies in another one is referred to: by Rasa and by the preflight."""
    api = ApiLogin(token=SecretRef(name="theirs", key="token"), jwt_key=Output.secret("planted-jwt"))
    recording = run(replace(samples.BASE, api=api))
    assert recording.of("random:index/randomPassword:RandomPassword") == []
    (secret,) = [one for one in recording.of(SECRET) if "JWT_SECRET" in one.inputs["stringData"]]
    assert secret.inputs["stringData"]["JWT_SECRET"] == "planted-jwt"
    assert "AUTH_TOKEN" not in secret.inputs["stringData"]
    settings = recording.one(RELEASE).inputs["values"]["rasa"]["settings"]
    assert settings["authToken"] == {"secretName": "theirs", "secretKey": "token"}
    assert settings["jwtSecret"]["secretKey"] == "JWT_SECRET"
    (preflight,) = [job for job in recording.of(JOB) if job.name == PREFLIGHT]
    env = preflight.inputs["spec"]["template"]["spec"]["containers"][0]["env"]
    (token,) = [one["valueFrom"]["secretKeyRef"] for one in env if one["name"] == "AUTH_TOKEN"]
    assert token == {"name": "theirs", "key": "token"}
    assert recording.result.auth_token is None


def test_files_of_the_operators_are_in_the_pod_and_in_the_preflight() -> None:
    theirs = ObjectKey(kind="secret", name="theirs", key="key.json")
    texts = {"/etc/words.bin": b"\xff", "/etc/words.txt": "Wörter".encode()}
    secret = {"/etc/a.pem": Output.secret("planted"), "/etc/b.pem": Output.secret("another")}
    recording = run(replace(samples.BASE, files={"/app/key.json": theirs, **texts, **secret}))
    kept = recording.one(SECRET, "assistant-files")
    assert (kept.inputs["immutable"], "stringData" in kept.secret_inputs) == (True, True)
    assert kept.inputs["stringData"] == {"file-00": "planted", "file-01": "another"}
    made = recording.one(CONFIG_MAP, "assistant-files")
    assert made.inputs["immutable"] is True, "another content is another object, and another pod"
    assert (made.inputs["data"], made.inputs["binaryData"]) == ({"file-01": "Wörter"}, {"file-00": "/w=="})
    rasa = recording.one(RELEASE).inputs["values"]["rasa"]
    (preflight,) = [job for job in recording.of(JOB) if job.name == PREFLIGHT]
    pod = preflight.inputs["spec"]["template"]["spec"]
    for volumes, mounts in (
        (rasa["volumes"], rasa["volumeMounts"]),
        (pod["volumes"], pod["containers"][0]["volumeMounts"]),
    ):
        (volume,) = [one["projected"]["sources"] for one in volumes if one["name"] == "mounted"]
        paths = {one["mountPath"]: one["subPath"] for one in mounts if one["name"] == "mounted"}
        assert [*paths] == ["/app/key.json", *texts, *secret]
        assert [*paths.values()] == ["00", "01", "02", "03", "04"]
        assert volume[0] == {"secret": {"name": "theirs", "items": [{"key": "key.json", "path": "00"}]}}
        assert volume[2]["configMap"]["items"] == [{"key": "file-01", "path": "02"}]
        assert volume[4]["secret"]["items"] == [{"key": "file-01", "path": "04"}]
    assert not [one for one in run(samples.BASE).of(CONFIG_MAP) if one.name == "assistant-files"]


def test_a_preview_has_the_same_resources() -> None:
    for args in samples.STACKS.values():
        assert run(args).urns() == run(args, preview=True).urns()


def test_a_channel_whose_secret_is_not_given_is_refused() -> None:
    args = replace(samples.BASE, credentials={"slack": {"slack_token": "${SLACK_TOKEN}"}})
    with pytest.raises(RunError, match=r"credentials\.yml: slack\.slack_token.*SLACK_TOKEN"):
        run(args)


def test_it_is_a_component() -> None:
    assert issubclass(Assistant, ComponentResource)


def test_a_licence_that_lies_in_the_cluster_stays_there() -> None:
    there = SecretRef(name="company", key="licence")
    recording = run(replace(samples.BASE, license=there))
    assert not any("RASA_PRO_LICENSE" in one.inputs["stringData"] for one in recording.of(SECRET))
    chart = recording.one(RELEASE).inputs["values"]
    assert chart["rasaProLicense"] == {"secretName": "company", "secretKey": "licence"}
    (job,) = [one for one in recording.of("kubernetes:batch/v1:Job") if "preflight" in one.name]
    pods = job.inputs["spec"]["template"]["spec"]["containers"][0]["env"]
    for variables in (chart["rasa"]["additionalEnv"], pods):
        by_name = {one["name"]: one for one in variables}
        wanted = {"secretKeyRef": {"name": "company", "key": "licence"}}
        assert by_name["RASA_LICENSE"]["valueFrom"] == wanted


def test_what_is_hashed_in_the_open_holds_something_that_nobody_can_guess() -> None:
    given = SecretRef(name="company", key="key")
    login = ApiLogin(token=given, jwt_key=given)
    args = replace(samples.GOOGLE, license=given, api=login)
    (salt,) = record(lambda: Assistant("assistant", args)).of("random:index/randomPassword:RandomPassword")
    assert salt.urn.endswith("-digest-salt")
    for less in (
        replace(args, license=samples.GOOGLE.license),
        replace(args, api=replace(login, token=None)),
    ):
        made = record(lambda less=less: Assistant("assistant", less))
        assert not [one for one in made.resources if one.urn.endswith("-digest-salt")]
