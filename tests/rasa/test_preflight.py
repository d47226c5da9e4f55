"""The preflight Job and what its script reports; that it works is shown in tests/conformance."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from pulumi import Output

from components.contract.connections import Postgres
from components.kubernetes.script_job import JOBS
from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from components.rasa.spec.versions import Check, Image
from tests.rasa import samples
from tests.rasa.assistants import recorded
from tests.rasa.test_values import written
from tests.recorder import Recorded, record

JOB, NAME = "kubernetes:batch/v1:Job", "assistant-preflight"
KINDS = samples.every_kind()


def job(args: AssistantArgs) -> Recorded:
    return recorded(args).one(JOB, NAME)


def pod(args: AssistantArgs) -> Any:
    return job(args).inputs["spec"]["template"]["spec"]


def container(args: AssistantArgs) -> Any:
    (found,) = pod(args)["containers"]
    return found


def modes(volumes: list[dict[str, Any]]) -> dict[str, int | None]:
    return {one["name"]: one.get("projected", {}).get("defaultMode") for one in volumes}


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_it_is_rasas_own_pod(args: AssistantArgs) -> None:
    spec, mine, rasa = pod(args), container(args), written(args)["rasa"]
    names = {variable["name"] for variable in mine["env"]}
    assert {variable["name"] for variable in rasa["additionalEnv"]} <= names
    assert {"AUTH_TOKEN", "JWT_SECRET", "RASA_PRO_LICENSE", "RASA_ENVIRONMENT"} <= names
    assert len(names) == len(mine["env"])
    assert mine["image"] == args.image.name
    assert spec["serviceAccountName"] == args.cluster.rasa.service_account
    assert {"enabled": True, **spec["securityContext"]} == rasa["podSecurityContext"]
    assert modes(rasa["volumes"]).items() <= modes(spec["volumes"]).items()
    assert {each["mountPath"] for each in rasa["volumeMounts"]} <= {
        each["mountPath"] for each in mine["volumeMounts"]
    }
    assert [each["name"] for each in spec["initContainers"]] == [
        each["name"] for each in rasa["initContainers"]
    ]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert mine["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    labels = job(args).inputs["spec"]["template"]["metadata"]["labels"]
    assert labels == {**args.cluster.rasa.pod_labels, "app.kubernetes.io/name": "rasa-preflight"}


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_secret_is_known_to_be_one(args: AssistantArgs) -> None:
    mine = container(args)
    referred = {variable["name"] for variable in mine["env"] if "valueFrom" in variable}
    hidden = mine["args"][mine["args"].index("--secret-variables") + 1].split(",")
    assert set(hidden) == referred
    assert "planted" not in json.dumps(job(args).inputs)


def test_a_failed_one_is_replaced_and_a_done_one_stays() -> None:
    inputs = job(samples.BASE).inputs
    assert inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}
    assert "ttlSecondsAfterFinished" not in inputs["spec"]
    assert "podFailurePolicy" not in inputs["spec"]  # the provider would not see that it failed
    assert pod(samples.BASE)["restartPolicy"] == "Never"


def name_of(args: AssistantArgs) -> str:
    return job(args).inputs["metadata"]["name"]


CHANGES: dict[str, AssistantArgs] = {
    "model": replace(samples.AZURE, model="prod/bot-8"),
    "hash": replace(samples.AZURE, model_sha256="0" * 64),
    "secret": replace(samples.AZURE, llm_keys={"OPENAI_API_KEY": samples.secret("other")}),
    "authority": replace(samples.AZURE, tracker_store=replace(samples.POSTGRES, ca=samples.known("other"))),
    "address": replace(samples.AZURE, tracker_store=replace(samples.POSTGRES, host=samples.known("other"))),
    "key": replace(samples.AZURE, extra_endpoints={"event_broker": {"stream_pii": False}}),
    "image": replace(samples.AZURE, image=Image(tag="3.22.0-latest")),
    "warning": replace(samples.AZURE, warn_only=("model",)),
    "environment": replace(samples.AZURE, workers=2, lock_store=samples.LOCK_STORES["password"]),
}


def test_it_does_not_run_again_when_nothing_has_changed() -> None:
    again = record(lambda: Assistant("assistant", samples.AZURE))
    assert again.one(JOB, NAME).inputs["metadata"]["name"] == name_of(samples.AZURE)


@pytest.mark.parametrize("change", CHANGES)
def test_it_runs_again_when_something_has_changed(change: str) -> None:
    assert name_of(CHANGES[change]) != name_of(samples.AZURE)


def test_it_runs_again_when_the_identity_has_changed() -> None:
    identity = replace(samples.CLUSTER.rasa, annotations={"identity": Output.from_input("arn:other")})
    other = replace(samples.BASE, cluster=replace(samples.CLUSTER, rasa=identity))
    assert name_of(other) != name_of(samples.BASE)


def test_it_does_not_run_again_for_what_it_does_not_see() -> None:
    store = samples.AZURE.tracker_store
    assert isinstance(store, Postgres)
    same = replace(samples.AZURE, size="large", cors=("https://a.example",))
    assert name_of(same) == name_of(samples.AZURE)


def test_the_names_of_the_checks() -> None:
    source = "".join((JOBS / "preflight" / name).read_text() for name in ("endpoints.py", "__main__.py"))
    for check in get_args(Check):
        assert f'"{check}"' in source
    arguments = container(replace(samples.BASE, warn_only=("model", "nlg")))["args"]
    assert arguments[arguments.index("--warn-only") + 1] == "model,nlg"


def test_it_is_told_the_hash_that_it_compares() -> None:
    known = replace(samples.BASE, model_sha256="0" * 64)
    arguments = container(known)["args"]
    assert arguments[arguments.index("--sha256") + 1] == "0" * 64
    assert "--sha256" not in container(samples.BASE)["args"]
    # A server sends an ETag, and no file of a name.
    server = replace(known, model_storage=samples.MODEL_STORAGES["server"])
    assert "--sha256" not in container(server)["args"]


@pytest.mark.slow
def test_the_limit_begins_again_with_each_part_of_an_answer(
    preflight: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "SECONDS", 1)

    def long_answer() -> str:
        for _ in range(3):
            time.sleep(0.6)
            sys.modules["preflight.report"].still_answered()
        return "all of it"

    options = Namespace(warn_only=[], secret_variables=[])
    (read,) = preflight.finish([preflight.begin("long", long_answer)], options)
    assert (read.verdict, read.reason) == ("ok", "all of it")


def test_what_it_needs_is_in_the_image_or_in_the_config_map() -> None:
    data = recorded(samples.BASE).one("kubernetes:core/v1:ConfigMap", f"{NAME}-files").inputs
    assert data["immutable"] is True
    scripts = {path.name for path in (JOBS / "preflight").glob("*.py")}
    assert {key.removeprefix("preflight.") for key in data["data"]} == {
        *scripts, "endpoint_keys.py", "endpoints.yml",
    }  # fmt: skip
    assert len(json.dumps(data["data"])) < 500_000  # a ConfigMap holds a megabyte


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a script as the pod does; the next test gets it anew."""
    monkeypatch.setattr(sys, "path", [str(JOBS), *sys.path])
    yield importlib.import_module
    for name in [name for name in sys.modules if name.partition(".")[0] == "preflight"]:
        sys.modules.pop(name)


@pytest.fixture
def report(scripts: Callable[[str], ModuleType]) -> ModuleType:
    return scripts("preflight.report")


def test_the_message_fits_and_holds_the_summary(report: Any, tmp_path: Path) -> None:
    results = [report.Result("model", "failed", 1, "reason " * 200, "remedy") for _ in range(9)]
    report.TERMINATION_LOG = tmp_path / "termination-log"
    report.leave_message("not there: nothing happens")
    report.TERMINATION_LOG.touch()
    report.leave_message(report.summary(results))
    said = report.TERMINATION_LOG.read_bytes()
    assert len(said) == 4096
    assert said.startswith(b"preflight: 9 of 9 checks failed; Rasa Pro was not touched\n")


def test_secrets_are_taken_out(report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "p@ss/word")
    monkeypatch.setenv("SHORT", "a")
    text = "amqps://rasa:p%40ss%2Fword@host, p@ss/word, a"
    assert report.scrubbed(text, ["PASSWORD", "SHORT", "ABSENT"]) == (
        "amqps://rasa:<PASSWORD>@host, <PASSWORD>, a"
    )


def test_a_password_that_is_a_word_of_ours_is_taken_out_of_what_others_say(
    report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "wrong")
    monkeypatch.setenv("OTHER", "no-word-of-ours")
    ours = "user or password are wrong"
    assert ours.rpartition(" ")[2] in report.our_words()
    names = ["PASSWORD", "OTHER"]
    assert report.scrubbed(ours, names, ours=report.our_words()) == ours
    assert report.scrubbed("no-word-of-ours", names, ours=report.our_words()) == "<OTHER>"
    report.SECRET_VARIABLES.extend(names)
    assert report.first_line(ValueError("refused: wrong")) == "refused: <PASSWORD>"


@pytest.fixture
def preflight(scripts: Callable[[str], ModuleType]) -> ModuleType:
    return scripts("preflight.__main__")


@pytest.mark.slow
def test_the_clock_begins_with_the_first_connection(preflight: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "SECONDS", 1)
    options = Namespace(warn_only=[], secret_variables=[])

    def slow_to_start() -> str:
        time.sleep(2)  # imports, on a node with too little CPU
        return "all is well"

    def silent_server() -> str:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            time.sleep(60)
        return "never said"

    late, silent = preflight.finish(
        [preflight.begin("late", slow_to_start), preflight.begin("silent", silent_server)], options
    )
    assert (late.verdict, late.reason) == ("ok", "all is well")
    assert (silent.verdict, silent.reason) == ("failed", "no answer within 1 s")
    monkeypatch.setattr(preflight, "START_SECONDS", 1)
    (starved,) = preflight.finish([preflight.begin("late", slow_to_start)], options)
    assert "CPU" in starved.remedy
    assert "1 s" in starved.reason


@pytest.mark.slow
def test_a_wait_for_a_cpu_is_not_the_servers(preflight: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Namespace(warn_only=[], secret_variables=[])

    def slow() -> str:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            time.sleep(2)
        return "all is well"

    began = time.monotonic()
    monkeypatch.setattr(preflight, "SECONDS", 1)
    for share, verdict in ((0.9, "ok"), (0.0, "failed")):

        def waited(_: int, share: float = share) -> float:
            return (time.monotonic() - began) * share

        monkeypatch.setattr(preflight, "waited_for_cpu", waited)
        (result,) = preflight.finish([preflight.begin("slow", slow)], options)
        assert result.verdict == verdict, result


def test_two_that_share_a_cpu_wait_for_it(preflight: Any) -> None:
    spin = f"import os; os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})\nwhile True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(2)]
    try:
        deadline = time.monotonic() + 60
        while preflight.waited_for_cpu(busy[0].pid) < 0.2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert preflight.waited_for_cpu(busy[0].pid) >= 0.2
    finally:
        for one in busy:
            one.kill()
            one.wait()
    assert preflight.waited_for_cpu(busy[0].pid) == 0


def test_warnings_are_no_failures(report: Any) -> None:
    passed = report.Result("endpoints", "ok", 5, "all read")
    warned = report.Result("model", "warning", 5, "not there", "Upload it")
    assert report.summary([passed]) == "preflight: all 1 checks passed"
    assert "model warning: not there. Upload it" in report.summary([passed, warned])
    assert json.loads(report.machine_readable([passed, warned]))["preflight"] == "passed"
