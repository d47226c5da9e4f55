"""What the language host asks of the Python environment: ours answers as Pulumi's own does."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from simcloud.language.packages import plugin_version
from tests.cli.shell import Shell, opened

pytestmark = pytest.mark.engine


@pytest.fixture
def bare(tmp_path: Path, shell: Shell) -> Shell:
    """A project of its own in the session's clone, with a program that does nothing."""
    folder = shell.clone / ".simcloud" / tmp_path.name
    folder.mkdir(parents=True)
    (folder / "__main__.py").write_text("import pulumi\npulumi.export('name', pulumi.get_project())\n")
    return Shell(folder, shell.bin, shell.home, shell.account, shell.environment)


PACK = """
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

kept = pulumi.Config("kept")
# Only a value of the stack's configuration makes a number of it.
seen = pulumi.get_stack(), kept.require_int("plain") + 1, kept.require("secret")[::-1]
dry = pulumi.runtime.is_dry_run()


def says(args, report):
    report(f"seen: {seen} {dry}")


policy = StackValidationPolicy("says", "says", says)
PolicyPack("shows", policies=[policy], enforcement_level=EnforcementLevel.ADVISORY)
"""
REFUSAL = "import sys\nsys.exit('no pack today')\n"


def begin(shell: Shell, **options: str) -> None:
    runtime = {"name": "python", "options": options}
    project = {"name": shell.clone.name.replace("_", "-"), "runtime": runtime}
    (shell.clone / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    shell.run("pulumi stack init x 2>/dev/null || pulumi stack select x")


def preview(shell: Shell, **options: str) -> tuple[int, str]:
    begin(shell, **options)
    done = shell.run("pulumi preview", check=False)
    return done.code, done.text


def test_an_environment_without_pip_fails_in_words_of_the_real_host(bare: Shell) -> None:
    """As every stack did while uv put no pip into the environment of `toolchain: pip`."""
    bare.run(f"'{sys.executable}' -m venv --without-pip .venv")
    code, said = preview(bare, toolchain="pip", virtualenv=".venv")
    assert code
    python = bare.clone / ".venv" / "bin" / "python"
    called = f"calling `{python} -m pip list --format json`: exit status 1"
    assert f"failed to discover package requirements: {called}" in said, said


def test_a_folder_that_is_no_environment_is_left_alone(bare: Shell) -> None:
    (bare.clone / ".venv").mkdir()
    (bare.clone / ".venv" / "file").touch()
    code, said = preview(bare, toolchain="pip", virtualenv=".venv")
    assert code
    assert f"fork/exec {bare.clone}/.venv/bin/python: no such file or directory" in said, said
    assert [path.name for path in (bare.clone / ".venv").iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"toolchain": "conda"}, "unsupported toolchain option: conda"),
        ({"toolchain": "uv", "virtualenv": ".venv"}, "Could not find `uv` executable."),
    ],
    ids=["unknown", "uv-missing"],
)
def test_options(options: dict[str, str], wanted: str, bare: Shell) -> None:
    code, said = preview(bare, **options)
    assert code
    assert wanted in said, said


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("import pulumi\nraise pulumi.RunError('no such thing')", "error: no such thing"),
        ("raise ValueError('slip')", "Program failed with an unhandled exception"),
        ("import sys\nsys.exit(3)", "program exited with non-zero exit code: 3"),
    ],
    ids=["refusal", "exception", "status"],
)
def test_the_end_of_a_program(program: str, wanted: str, bare: Shell) -> None:
    (bare.clone / "__main__.py").write_text(program)
    (bare.clone / ".venv").symlink_to(sys.prefix)
    code, said = preview(bare, toolchain="pip", virtualenv=".venv")
    assert code
    assert wanted in said, said


@pytest.mark.parametrize(
    ("program", "code", "wanted"),
    [(PACK, 0, "seen: ('x', 42, 'terces') True"), (REFUSAL, 1, "no pack today\n")],
    ids=["configured", "refusal"],
)
def test_a_policy_pack(program: str, code: int, wanted: str, bare: Shell) -> None:
    """Told the stack's configuration before it starts, secrets included."""
    (bare.clone / ".venv").symlink_to(sys.prefix)
    pack = bare.clone / "pack"
    pack.mkdir()
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "../.venv"}}
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"version": "1.0.0", "runtime": runtime}))
    (pack / "__main__.py").write_text(program)
    begin(bare, toolchain="pip", virtualenv=".venv")
    bare.run("pulumi config set kept:plain 41 && pulumi config set --secret kept:secret secret")
    done = bare.run("pulumi preview --policy-pack pack", check=False)
    assert bool(done.code) == bool(code), done.text
    assert wanted in done.text, done.text
    unread = "policy pack not started: could not read policy pack port: " in done.text
    assert unread == bool(code), done.text


@pytest.mark.parametrize(
    ("package", "plugin"),
    [
        ("1.0", "1.0.0"),
        ("3.31.0a4", "3.31.0-alpha.4"),
        ("1.2.3.post4.dev5", "1.2.3+post4dev5"),
        ("1!2.0", None),
        ("3.31.0rc1", "3.31.0-rc.1"),
    ],
)
def test_version_of_a_plugin(package: str, plugin: str | None) -> None:
    assert plugin_version(package) == plugin


def test_without_the_cloud_s_sdk_one_line_names_the_command(tmp_path: Path) -> None:
    """In a clone whose environment `make environment` made for another cloud."""
    with opened(tmp_path, environment=None) as shell:
        shutil.copy(shell.clone / "examples" / "Pulumi.aws-dev.yaml", shell.clone / "stacks")
        shell.run("make environment STACK= && pulumi stack init aws-dev")
        shell.run(
            "pulumi config set-all --path --secret rasa:license=x --secret rasa:llmKeys.OPENAI_API_KEY=x"
        )
        done = shell.run("pulumi preview", check=False)
        assert done.code
        assert "Traceback" not in done.text
        assert "is not in .venv; install it with: make environment STACK=aws-dev" in done.text, done.text
        assert "pulumi-resource-gcp" not in done.text
