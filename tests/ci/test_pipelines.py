"""The pipelines' own linters, and the scripts that they call. (actionlint, Groovy: tests/conformance.)"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci import stacks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(map(str, ROOT.glob("ci/**/*.sh")))
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
BIN = Path(sys.executable).parent
PIPELINES = ("ci/gitlab/.gitlab-ci.yml", "ci/circleci/config.yml", "ci/jenkins/Jenkinsfile")
VARIABLES = {
    f"{cloud}_BACKEND_URL_{cloud}_{tier}": url
    for cloud, url in (("AWS", "s3://x"), ("AZURE", "azblob://x?storage_account=y"))
    for tier in ("DEV", "PRODUCTION")
} | {"AWS_BACKEND_URL_EXISTING_PRODUCTION": "s3://x"}


@pytest.mark.parametrize(
    "command",
    [
        ("zizmor", "--offline", "--quiet", ".github"),
        ("shellcheck", "-x", *SCRIPTS),
        ("check-jsonschema", "--builtin-schema", "vendor.renovate", "renovate.json"),
        ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", PIPELINES[0]),
        ("check-jsonschema", "--builtin-schema", "vendor.circle-ci", PIPELINES[1]),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)),
        ("check-jsonschema", "--builtin-schema", "vendor.github-actions", ".github/actions/setup/action.yml"),
    ],
    ids=lambda command: f"{command[0]}-{Path(command[-1]).name}",
)
def test_linter_is_content(command: tuple[str, ...]) -> None:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_by_commit() -> None:
    for path in [*ROOT.glob(".github/**/*.yml")]:
        for used in re.findall(r"uses: (\S+)", path.read_text()):
            assert used.startswith("./") or re.search(r"@[0-9a-f]{40}$", used), f"{path.name}: {used}"


@pytest.mark.parametrize("path", PIPELINES)
def test_pipelines_name_stacks_and_scripts_that_exist(path: str) -> None:
    text = (ROOT / path).read_text()
    named = set(re.findall(r"\b((?:aws|azure|gcp)-(?:dev|production))\b", text))
    assert named
    assert named <= set(stacks.names())
    scripts = set(re.findall(r"ci/[\w/-]+\.sh", text))
    assert {"ci/preview.sh", "ci/up.sh", "ci/drift.sh", "ci/assistant/train.sh"} <= scripts
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


def holds(condition: str, outputs: dict[str, list[str]], *, failed: bool) -> bool:
    """Whether GitHub would run a job, by the few words that these workflows use."""
    text = condition.removeprefix("${{").removesuffix("}}").strip()
    verdicts: list[bool] = []
    for word in text.split(" && "):
        tier = re.fullmatch(r"needs\.stacks\.outputs\.(\w+) != '\[\]'", word)
        verdicts.append(
            {"!cancelled()": True, "!failure()": not failed}[word] if not tier else bool(outputs[tier[1]])
        )
    return all(verdicts)


def run(name: str, outputs: dict[str, list[str]], failing: str = "") -> dict[str, str]:
    """What becomes of each job, in the order in which they come."""
    results: dict[str, str] = {}
    for job, made in workflow(name)["jobs"].items():
        needs = made.get("needs", [])
        before = [results[one] for one in ([needs] if isinstance(needs, str) else needs)]
        condition = str(made.get("if", ""))
        # Without a word on failure, GitHub wants everything before to have succeeded.
        ready = "failure()" in condition or set(before) <= {"success"}
        if ready and (not condition or holds(condition, outputs, failed="failure" in before)):
            results[job] = "failure" if job == failing else "success"
        else:
            results[job] = "skipped"
    return results


@pytest.mark.parametrize("name", ["deploy.yml", "assistant.yml"])
def test_a_change_reaches_production_by_way_of_the_others(name: str) -> None:
    every = {"dev": ["a-dev"], "staging": ["a-staging"], "production": ["a-production"], "all": ["a-dev"]}
    assert set(run(name, every).values()) == {"success"}
    assert run(name, every, failing="dev") | {"dev": "failure"} == run(name, every, failing="dev")
    assert run(name, every, failing="dev")["production"] == "skipped"
    assert run(name, every, failing="staging")["production"] == "skipped"
    # As in this repository: no staging; or production alone.
    assert run(name, {**every, "staging": []})["production"] == "success"
    assert run(name, {**every, "staging": [], "dev": []})["production"] == "success"
    assert run(name, {**every, "staging": []}, failing="dev")["production"] == "skipped"
    jobs = workflow(name)["jobs"]
    assert {"dev", "staging"} <= set(jobs["production"]["needs"])


def test_one_run_at_a_time_and_none_is_cancelled() -> None:
    for name, job in (("up.yml", "up"), ("release.yml", "release")):
        made = workflow(name)["jobs"][job]
        assert made["concurrency"] == {
            "group": "pulumi-${{ matrix.stack }}",
            "cancel-in-progress": False,
            "queue": "max",
        }
        # Behind its environment's rules: the branch, and for production the reviewers.
        assert made["environment"] == "${{ matrix.stack }}"


def test_a_pull_request_is_tested_on_pulumis_own_language_host() -> None:
    steps = workflow("pull-request.yml")["jobs"]["test"]["steps"]
    assert {"uses": "./.github/actions/setup", "with": {"pulumi": "true"}} in steps
    commands = [step["run"] for step in steps if "run" in step]
    # A runner without it fails, instead of testing the simulated one.
    assert commands == ["command -v pulumi-language-python", "make test"]
    made = yaml.safe_load((ROOT / ".github" / "actions" / "setup" / "action.yml").read_text())
    (pulumi,) = [step for step in made["runs"]["steps"] if "pulumi/actions@" in step.get("uses", "")]
    assert pulumi["if"] == "inputs.stack != '' || inputs.pulumi == 'true'"
    assert "pulumi-version" in pulumi["with"]


def test_only_jobs_on_a_stack_get_an_identity() -> None:
    granted = {
        f"{path.name}:{name}"
        for path in WORKFLOWS
        for name, job in workflow(path.name)["jobs"].items()
        if "id-token" in job.get("permissions", {})
    }
    assert granted == {
        "pull-request.yml:preview", "drift.yml:drift", "up.yml:up", "release.yml:release",
        *(f"{name}:{tier}" for name in ("deploy.yml", "assistant.yml") for tier in stacks.TIERS),
    }  # fmt: skip
    assert all(workflow(path.name)["permissions"] == {} for path in WORKFLOWS)
    for job in ("preview", "simulated-preview"):
        assert "test" in workflow("pull-request.yml")["jobs"][job]["needs"]
    condition = workflow("pull-request.yml")["jobs"]["preview"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


def script(clone: Path, name: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(clone / name), *words],
        cwd=clone,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def lines(path: Path) -> dict[str, list[str]]:
    return {
        name: json.loads(value)
        for name, _, value in (line.partition("=") for line in path.read_text().splitlines())
    }


def test_tiers_are_those_of_prepared_clouds(clone: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = script(clone, "ci/github/tiers.sh", GITHUB_OUTPUT=str(out), VARIABLES=json.dumps(VARIABLES))
    assert done.returncode == 0, done.stderr
    tiers = lines(out)
    assert {"aws-dev", "azure-dev"} <= set(tiers["dev"])
    assert not any(name.startswith("gcp") for names in tiers.values() for name in names)
    assert tiers["staging"] == []
    assert tiers["all"][0] == tiers["dev"][0]


@pytest.fixture
def repository(clone: Path) -> Path:
    """A clone with one commit more than its base, which touches Google Cloud and one stack of AWS."""
    folder = clone

    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@x.test")
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    git("tag", "base")
    for path in ("components/gcp/key.py", "stacks/Pulumi.aws-dev.yaml", "README.md"):
        with (folder / path).open("a") as file:
            file.write("# changed\n")
    git("add", "-A")
    git("commit", "-qm", "change")
    return folder


def test_changed_stacks(repository: Path, tmp_path: Path) -> None:
    def changed(**environment: str) -> dict[str, list[str]]:
        out = tmp_path / "out"
        out.unlink(missing_ok=True)
        subprocess.run(
            [repository / "ci/github/changed-stacks.sh", "base"],
            cwd=repository,
            env={**os.environ, "PYTHON": sys.executable, "GITHUB_OUTPUT": str(out), **environment},
            check=True,
        )
        return lines(out)

    google = sorted(name for name in stacks.names() if name.startswith("gcp"))
    assert changed(VARIABLES=json.dumps(VARIABLES)) == {"real": ["aws-dev"], "simulated": google}
    # A fork's job has no variables.
    assert changed(VARIABLES="{}") == {"real": [], "simulated": ["aws-dev", *google]}


def test_a_preview_elsewhere_leaves_out_what_is_not_concerned(repository: Path) -> None:
    done = subprocess.run(
        [repository / "ci/preview.sh", "azure-dev", "base"],
        cwd=repository,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "nothing that azure-dev is made of has changed\n")


@pytest.mark.parametrize("name", ["ci/up.sh", "ci/drift.sh", "ci/assistant/release.sh"])
def test_elsewhere_a_stack_that_is_not_listed_is_not_touched(clone: Path, name: str) -> None:
    (clone / "stacks" / "tiers.yaml").write_text("dev: [aws-dev]\n")
    words = ("model.tar.gz", "commit") if "release" in name else ()
    done = script(clone, name, "aws-production", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "does not list aws-production" in done.stdout
    listed = script(clone, name, "aws-dev", *words)
    assert listed.returncode == 1, "it goes on, and has no identity"
    assert "AWS_" in listed.stderr


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """Notes what it is asked for; fails at `rasa $FAIL`."""
    path = tmp_path / "docker"
    log = tmp_path / "log"
    path.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\ncase "$*" in *"latest $FAIL "*) exit 1;; esac\n')
    path.chmod(0o755)
    return path


def train(clone: Path, docker: Path, failing: str = "nothing", **environment: str) -> tuple[list[str], str]:
    given = {"DOCKER": str(docker), "RASA_PRO_LICENSE": "planted-license", "FAIL": failing, **environment}
    done = script(clone, "ci/assistant/train.sh", "aws-dev", "no-such-assistant", **given)
    assert done.returncode == 1
    log = docker.parent / "log"
    calls = log.read_text().splitlines() if log.exists() else []
    assert not any("planted-license" in call for call in calls)
    steps = [call.partition("3.21.0-latest ")[2].split()[0] for call in calls]
    return steps, done.stderr.splitlines()[-1]


def test_training_uses_the_version_that_the_stack_runs(clone: Path, docker: Path) -> None:
    steps, last = train(clone, docker)
    assert steps == ["data", "train", "test"]
    assert last.startswith("Train first")


@pytest.mark.parametrize(
    ("step", "remedy"),
    [("data", "nothing was trained"), ("train", "nothing was released"), ("test", "e2e_tests")],
)
def test_what_fails_in_training_ends_with_its_remedy(
    clone: Path, docker: Path, step: str, remedy: str
) -> None:
    steps, last = train(clone, docker, step)
    assert steps[-1] == step
    assert remedy in last


def test_training_without_a_licence_ends_with_its_remedy(clone: Path, docker: Path) -> None:
    steps, last = train(clone, docker, RASA_PRO_LICENSE="")
    assert steps == []
    assert last == "Give the job the licence, as a masked secret."
