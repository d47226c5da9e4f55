"""The parts of the walk that need no cluster: counting, the report, and what is refused before it begins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clone import ROOT
from tests.e2e.__main__ import carry_out
from tests.e2e.caller import Load
from tests.e2e.image_build import build
from tests.e2e.load import Tally
from tests.e2e.options import Options, RefusalError, loader
from tests.e2e.project import telling
from tests.e2e.report import Result, StepError, table
from tests.e2e.steps import ask
from tests.http_server import Quiet, serve

NODES = (
    'case "$*" in *"get namespaces"*) echo "{\\"items\\": $SPACES}";; *current-context*) echo company;; esac'
)


@contextmanager
def rasa(statuses: list[int]) -> Generator[int]:
    """A server that answers each message with the next of these statuses, and then with 200; its port."""

    class Handler(Quiet):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert said["message"] == "hello"
            self.send_response(statuses.pop() if statuses else 200)
            self.end_headers()
            self.wfile.write(b'[{"recipient_id": "me", "text": "assistant-1.0.0"}]')

    with serve(Handler) as port:
        yield port


@pytest.mark.slow
def test_each_call_is_counted_and_told_while_it_runs() -> None:
    with rasa([500, 500, 500]) as port:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/e2e/load.py"), f"http://127.0.0.1:{port}", "40"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin
        assert process.stdout
        first = json.loads(process.stdout.readline())
        time.sleep(1)
        process.stdin.close()
        lines = process.stdout.read()
        process.stdout.close()
        assert process.wait() == 0
    load = Load()
    load.read(lines.splitlines())
    tally = load.tally
    assert tally.failed == 3
    assert tally.calls > first["calls"]
    assert tally.answers == {"assistant-1.0.0": tally.calls - 3}
    assert 0 < tally.since_failed <= tally.calls - 3
    assert "500" in tally.error
    assert "3 failed" in load.summary()


def test_a_server_that_is_gone_is_a_failed_call_and_a_gap() -> None:
    tally = Tally()
    tally.answered("a", 0.1, 10)
    tally.lost("ConnectionRefusedError")
    tally.answered("b", 4.0, 21.5)
    assert (tally.calls, tally.failed, tally.since_failed, tally.longest_gap) == (3, 1, 1, 11.5)
    assert (tally.slowest, tally.last) == (4.0, "b")


def test_an_answer_through_a_port_forward() -> None:
    answers = list[str]()
    with rasa([503]) as port:
        assert not ask(port, answers)
        assert ask(port, answers)
    assert not ask(port, answers)
    assert answers == ["assistant-1.0.0"]


def test_the_first_failure_ends_the_walk_and_the_table_says_so() -> None:
    def fails() -> str:
        raise StepError("3 calls, 1 failed\nand more")

    def is_not_reached() -> str:
        raise AssertionError

    results = list[Result]()
    assert not carry_out([("up", lambda: "1 pod"), ("model", fails), ("rest", is_not_reached)], results)
    written = table(results).splitlines()
    assert [text.split()[:2] for text in written] == [
        ["up", "ok"],
        ["model", "FAILED"],
        ["failed:", "model,"],
    ]
    assert "3 calls, 1 failed" in written[1]
    assert "and more" not in written[1]
    assert table(results[:1]).splitlines()[-1].startswith("all 1 steps passed")


def test_how_an_image_gets_into_a_cluster() -> None:
    assert loader("kind-rasa", "x:1") == ["kind", "load", "docker-image", "x:1", "--name", "rasa"]
    assert loader("minikube", "x:1")[-1] == "minikube"
    with pytest.raises(RefusalError, match=r"E2E_REGISTRY=host/folder.*E2E_IMAGE=repository:tag"):
        loader("company", "x:1")


@pytest.mark.parametrize(
    ("variables", "image", "context", "handed_over"),
    [
        ({}, "localhost/rasa-e2e:3.21.0", "kind-rasa", "kind load docker-image {image} --name rasa"),
        (
            {"E2E_REGISTRY": "registry.example.com:5000/us/", "E2E_BASE_IMAGE": "mirror/python:3.11"},
            "registry.example.com:5000/us/rasa-e2e:3.21.0",
            "company",
            "podman push {image}",
        ),
    ],
    ids=["loaded", "pushed"],
)
def test_the_image_is_built_of_files_that_exist_and_handed_over(
    variables: dict[str, str],
    image: str,
    context: str,
    handed_over: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("podman", "kind"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/said\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert build("podman", Options.read(variables), context) == image
    built, handed = (tmp_path / "said").read_text().splitlines()
    *_, base, _, dockerfile, _, tag, folder = built.split()
    assert tag == image
    assert base == (f"BASE={variables['E2E_BASE_IMAGE']}" if variables else "build")
    assert handed == handed_over.format(image=image)
    copied = [
        line.split()[-2] for line in Path(dockerfile).read_text().splitlines() if line.startswith("COPY")
    ]
    assert len(copied) == 2
    assert all((Path(folder) / file).is_file() for file in copied)


def test_a_failed_command_is_told_by_its_diagnostics_and_not_by_the_outputs_after_them() -> None:
    why = "  kubernetes:batch/v1:Job (rasa-preflight):\n    error: it failed"
    outputs = "\n".join(f"  - key{number}: 1" for number in range(100))
    said = telling(f"Updating\n\nDiagnostics:\n{why}\n\nOutputs:\n{outputs}\n\nDuration: 5s\n")
    assert said.splitlines() == why.strip().splitlines()
    assert telling("x\nerror: no such stack\n").endswith("error: no such stack")


def test_variables() -> None:
    read = Options.read({"E2E_SET": "rasa:a.b=1 'rasa:c=x y'", "E2E_IMAGE": "localhost:5000/x:1"})
    assert read.plain == ["rasa:a.b=1", "rasa:c=x y"]
    assert (read.namespace, read.keep) == ("rasa-e2e", False)
    for wrong in (
        {"E2E_IMAGE": "localhost:5000/x"},
        {"E2E_SET": "rasa:a"},
        {"E2E_IMAGE": "x:1", "E2E_REGISTRY": "localhost:5000"},
        {"E2E_REGISTRY": "https://localhost:5000"},
    ):
        with pytest.raises(RefusalError):
            Options.read(wrong)


@pytest.mark.parametrize(
    ("scripts", "variables", "said"),
    [
        ({}, {}, "error: kubectl is not on PATH; install it"),
        (
            {"kubectl": "echo refused >&2; exit 1"},
            {},
            "error: the cluster of kubectl's current context does not answer",
        ),
        (
            {"kubectl": NODES},
            {"SPACES": '[{"metadata": {"name": "rasa-e2e"}}]'},
            "error: the namespace rasa-e2e exists",
        ),
        (
            {"kubectl": NODES},
            {"SPACES": "[]"},
            "error: docker or podman is not on PATH; install one, or name an image",
        ),
        (
            {"kubectl": NODES, "docker": ""},
            {"SPACES": "[]"},
            "error: no image of this machine can be put into the cluster of the context company",
        ),
        ({"kubectl": NODES}, {"E2E_IMAGE": "x"}, "error: E2E_IMAGE=x has no tag"),
    ],
    ids=["no-kubectl", "unreachable", "namespace", "no-docker", "no-loader", "no-tag"],
)
@pytest.mark.slow
def test_one_line_says_why_it_cannot_begin(
    scripts: dict[str, str], variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    for name, script in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(said), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("there", "said"),
    [((), "pulumi is not on PATH"), (("pulumi",), "pulumi is here without pulumi-language-python")],
    ids=["no-pulumi", "no-host"],
)
def test_make_says_what_of_pulumi_is_missing(there: tuple[str, ...], said: str, tmp_path: Path) -> None:
    for name in there:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-s", "e2e"],
        cwd=ROOT,
        env={**kept, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert said in done.stdout
    assert len(done.stdout.splitlines()) == 1
