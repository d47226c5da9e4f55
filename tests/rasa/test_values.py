from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from pulumi import Output, RunError

from components.contract.secrets import SecretRef, engine_values
from components.rasa.args import ApiLogin, AssistantArgs
from components.rasa.pod import PodObjects
from components.rasa.values import RasaFiles, values
from tests.rasa import samples
from tests.rasa.samples import endpoints, environment, files
from tests.recorder import value_of

SCHEMA = Path(__file__).parents[3] / "shared" / "chart" / "values.schema.json"
KINDS = samples.every_kind()
ORIGIN = "http://rasa.rasa.svc:5005"


def made_for(args: AssistantArgs) -> PodObjects:
    needed, known = files(args), samples.known
    return PodObjects(
        files=needed,
        service_account=known("rasa"),
        secret=known("the-secret"),
        mounted={},
        logins={key: SecretRef(name="the-secret", key=key) for key in ("AUTH_TOKEN", "JWT_SECRET")},
        license=SecretRef(name=known("the-secret"), key="RASA_PRO_LICENSE"),
        client_files=known("the-client-files") if engine_values(needed.client) else None,
        authorities=known("the-authorities") if engine_values(needed.authorities) else None,
        side_car_files=known("the-side-car") if args.lock_store.side_car else None,
        secrets_digest=known("1a"),
        files_digest=known("2b"),
    )


def written(args: AssistantArgs) -> dict[str, Any]:
    files = RasaFiles(endpoints=endpoints(args, {}), credentials=args.credentials)
    document = values(args, made_for(args), environment(args), files, ORIGIN)
    return value_of(cast("Output[dict[str, Any]]", Output.from_input(cast("Any", document))))


def as_helm_checks(document: Any) -> Any:
    """Helm takes null for "remove the default", and validates what is left."""
    if isinstance(document, dict):
        members = cast("dict[str, Any]", document)
        return {key: as_helm_checks(value) for key, value in members.items() if value is not None}
    return document


@pytest.mark.filterwarnings("default::UserWarning")
@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_the_charts_schema_accepts_them(args: AssistantArgs) -> None:
    if not SCHEMA.exists():
        warnings.warn(f"{SCHEMA} is not there: the values were not validated", stacklevel=1)
        return
    # Its "$schema" is misspelt (https): draft 7 is meant.
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    found = [error.message for error in validator.iter_errors(as_helm_checks(written(args)))]  # pyright: ignore[reportUnknownMemberType]: jsonschema's stubs
    assert found == []


def test_a_jwt_with_a_public_key() -> None:
    """Without a private key sanic-jwt would not start (docs/rasa-pro.md, Tokens of the HTTP API)."""
    api = ApiLogin(jwt_key=Output.from_input("public"), jwt_method="RS256")
    rasa = written(replace(samples.BASE, api=api))["rasa"]
    assert rasa["settings"]["jwtMethod"] == "RS256"
    assert {"name": "JWT_PRIVATE_KEY", "value": "none"} in rasa["additionalEnv"]
    usual = written(samples.BASE)["rasa"]
    assert "jwtMethod" not in usual["settings"]
    assert "JWT_PRIVATE_KEY" not in [one["name"] for one in usual["additionalEnv"]]


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_no_secret_is_in_the_values(args: AssistantArgs) -> None:
    assert "planted" not in json.dumps(written(args))


def test_what_the_chart_gets_wrong_by_default() -> None:
    found = written(samples.BASE)
    rasa, settings = found["rasa"], found["rasa"]["settings"]
    assert found["rasaProServices"] == {"enabled": False}
    assert found["networkPolicy"] == {"enabled": False}
    assert found["rasaProLicense"] == {"secretName": "the-secret", "secretKey": "RASA_PRO_LICENSE"}
    license_ = {"secretKeyRef": {"name": "the-secret", "key": "RASA_PRO_LICENSE"}}
    assert {"name": "RASA_LICENSE", "valueFrom": license_} in rasa["additionalEnv"]
    assert settings["authToken"]["secretKey"] == "AUTH_TOKEN"
    assert settings["jwtSecret"]["secretKey"] == "JWT_SECRET"
    assert settings["endpoints"]["tracker_store"]["type"] == "SQL"
    assert settings["credentials"] == {"rest": {}}
    assert not [key for key in settings if key.endswith("Raw")]
    assert settings["telemetry"]["enabled"] is False
    assert settings["cors"] == ORIGIN
    assert rasa["serviceAccount"] == {"create": False, "name": "rasa"}
    assert rasa["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert rasa["image"]["tag"] == "3.21.0-latest"
    assert rasa["podAnnotations"] == {"checksum/secrets": "1a", "checksum/files": "2b"}
    assert found["podLabels"] == {"wi": "use"}


def test_cpu_and_memory_of_ones_own_take_the_place_of_the_sizes() -> None:
    usual = written(samples.BASE)["rasa"]["resources"]
    disk = usual["requests"]["ephemeral-storage"]
    mine = written(replace(samples.BASE, cpu="1500m", memory="6Gi"))["rasa"]["resources"]
    assert mine["requests"] == {"cpu": "1500m", "memory": "6Gi", "ephemeral-storage": disk}
    assert mine["limits"] == {"memory": "6Gi"}
    one = written(replace(samples.BASE, cpu="3"))["rasa"]["resources"]
    assert one == {**usual, "requests": {**usual["requests"], "cpu": "3"}}


def test_readiness_asks_for_a_model_and_liveness_waits_for_one() -> None:
    rasa = written(samples.BASE)["rasa"]
    ready, alive = rasa["readinessProbe"], rasa["livenessProbe"]
    assert ready["httpGet"] is None
    assert "/status?token=" in ready["exec"]["command"][-1]
    compile(ready["exec"]["command"][-1], "probe", "exec")
    assert alive["initialDelaySeconds"] >= 300


def test_a_key_for_postgresql_is_readable_by_the_pods_group_alone() -> None:
    def client_files(args: AssistantArgs) -> Any:
        (found,) = [one for one in written(args)["rasa"]["volumes"] if one["name"] == "client-files"]
        return found["projected"]

    args = replace(samples.BASE, tracker_store=samples.BY_CERTIFICATE)
    assert client_files(args)["defaultMode"] == 0o440
    assert written(args)["rasa"]["podSecurityContext"]["fsGroup"] == 1001
    there = replace(args, cluster=replace(args.cluster, flavor="openshift"))
    assert client_files(there)["defaultMode"] == 0o440
    assert "fsGroup" not in written(there)["rasa"]["podSecurityContext"], "OpenShift gives out groups itself"
    assert "defaultMode" not in client_files(samples.GOOGLE)


def test_pods_may_run_under_the_restricted_standard() -> None:
    rasa = written(samples.GOOGLE)["rasa"]
    assert rasa["podSecurityContext"]["runAsNonRoot"] is True
    assert rasa["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"runAsUser", "fsGroup"} & rasa["podSecurityContext"].keys()  # OpenShift chooses
    (side_car,) = rasa["initContainers"]
    for context in (rasa["containerSecurityContext"], side_car["securityContext"]):
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
    assert side_car["restartPolicy"] == "Always"


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        ("s3", ["--remote-storage", "aws", "-m", "prod/bot-7"]),
        ("azure", ["--remote-storage", "azure", "-m", "prod/bot-7"]),
        ("gcs", ["--remote-storage", "gcs", "-m", "prod/bot-7"]),
        ("volume", ["-m", "models/prod/bot-7.tar.gz"]),
        ("server", []),
    ],
)
def test_the_model_is_named(storage: str, expected: list[str]) -> None:
    args = replace(samples.GOOGLE, model_storage=samples.MODEL_STORAGES[storage])
    assert written(args)["rasa"]["additionalArgs"] == expected
    suffixed = replace(args, model="prod/bot-7.tar.gz", model_storage=samples.MODEL_STORAGES["volume"])
    assert written(suffixed)["rasa"]["additionalArgs"] == ["-m", "models/prod/bot-7.tar.gz"]


def test_every_mount_has_its_volume_and_no_name_is_taken_twice() -> None:
    taken_by_chart = {"config-dir", "rasa-configuration", "models", "model-data"}
    for args in KINDS.values():
        rasa = written(args)["rasa"]
        names = [volume["name"] for volume in rasa["volumes"]]
        containers = [rasa, *rasa["initContainers"]]
        assert len(names) == len(set(names))
        assert {mount["name"] for one in containers for mount in one["volumeMounts"]} == set(names)
        if rasa["settings"]["mountModelsVolume"]:
            assert not taken_by_chart & set(names)


def test_variables_come_once_and_secrets_by_reference() -> None:
    for args in KINDS.values():
        license_, *entries = written(args)["rasa"]["additionalEnv"]
        assert license_["name"] == "RASA_LICENSE"
        names = [entry["name"] for entry in entries]
        assert names == sorted(set(names))
        secret = {entry["name"] for entry in entries if "valueFrom" in entry}
        assert secret == environment(args).secret.keys()


def test_secrets_that_exist_are_referred_to_where_they_lie() -> None:
    rasa = written(samples.REFERENCES)["rasa"]
    at = {
        one["name"]: one["valueFrom"]["secretKeyRef"] for one in rasa["additionalEnv"] if "valueFrom" in one
    }
    assert at["LOCK_STORE_PASSWORD"] == {"name": "their-redis", "key": "password"}
    assert at["OPENAI_API_KEY"] == {"name": "their-llm", "key": "openai"}
    sources = {one["name"]: one["projected"]["sources"] for one in rasa["volumes"] if "projected" in one}
    authorities, client = sources["authorities"], sources["client-files"]
    assert authorities[0] == {"configMap": {"name": "the-authorities"}}
    item = {"key": "ca.crt", "path": "tracker-store.pem"}
    assert {"secret": {"name": "their-postgres", "items": [item]}} in authorities
    assert {one["secret"]["items"][0]["path"] for one in client} == {
        "event-broker.crt",
        "event-broker.key",
        "model-storage.json",
    }
    plain = {one["name"]: one.get("value") for one in rasa["additionalEnv"]}
    assert plain["GOOGLE_APPLICATION_CREDENTIALS"] == "/etc/rasa/client/model-storage.json"


def test_origins() -> None:
    one = replace(samples.BASE, cors=("https://a.example",))
    two = replace(samples.BASE, cors=("https://a.example", "https://b.example"))
    assert written(one)["rasa"]["settings"]["cors"] == "https://a.example"
    assert written(two)["rasa"]["additionalArgs"][:3] == ["--cors", *two.cors]
    with pytest.raises(RunError, match="every origin"):
        written(replace(samples.BASE, cors=("*",)))
    assert written(replace(samples.BASE, profile="dev", cors=("*",)))["rasa"]["settings"]["cors"] == "*"
