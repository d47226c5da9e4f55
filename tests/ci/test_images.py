"""The commands that fill a mirror: each image under its own name, by digest where one is known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ci.images import commands, settings_of
from components.config.settings import Settings
from tests.simulations import IN_EXAMPLES
from tests.stacks import EXAMPLES

ROOT = Path(__file__).parents[2]
MIRROR = "registry.example.com/mirror"
DIGEST = f"sha256:{'1' * 64}"


def listed(settings: Settings, tool: str = "crane") -> list[str]:
    return [*commands(settings, MIRROR, tool)]


def with_image(**image: str) -> Settings:
    settings = settings_of("local-dev", EXAMPLES)
    given = settings.assistant.image.model_copy(update=image)
    return settings.model_copy(update={"assistant": settings.assistant.model_copy(update={"image": given})})


def test_images_and_charts_of_a_stack() -> None:
    found = listed(settings_of("local-dev", EXAMPLES))
    valkey = next(line for line in found if "valkey" in line)
    assert valkey.split() == ["crane", "copy", valkey.split()[2], f"{MIRROR}/{valkey.split()[2]}"]
    at = next(number for number, line in enumerate(found) if "cloudnative-pg.github.io" in line)
    pull, push = (line.split() for line in found[at : at + 2])
    assert pull[:3] == ["helm", "pull", "cloudnative-pg"]
    assert push == [
        "helm",
        "push",
        f"cloudnative-pg-{pull[-1]}.tgz",
        f"oci://{MIRROR}/cloudnative-pg.github.io/charts",
    ]


@pytest.mark.parametrize(("tool", "scheme"), [("crane", ""), ("skopeo", "docker://")])
def test_a_digest_is_what_is_copied_and_the_tag_stays(tool: str, scheme: str) -> None:
    (line,) = (one for one in listed(with_image(digest=DIGEST), tool) if "rasa-pro/rasa-pro" in one)
    *_, source, target = line.split()
    assert source.startswith(scheme)
    assert source.endswith(f"rasa-pro/rasa-pro@{DIGEST}")
    assert target.endswith("rasa-pro/rasa-pro:3.21.0-latest")


def test_what_the_registry_has_already_is_said() -> None:
    found = listed(with_image(repository="registry.example.com/bots/ours", tag="1.0"))
    assert found[0] == "# there already: registry.example.com/bots/ours:1.0"


def test_logins_that_only_their_owner_can_decrypt_are_not_needed(tmp_path: Path) -> None:
    stack = yaml.safe_load((EXAMPLES / "Pulumi.local-dev.yaml").read_text())
    stack["config"]["rasa:registry"] = {"mirror": f"{MIRROR}", "pullSecret": {"secure": "v1:unreadable"}}
    (tmp_path / "Pulumi.local-dev.yaml").write_text(yaml.safe_dump(stack))
    settings = settings_of("local-dev", tmp_path)
    assert settings.registry.mirror == MIRROR
    assert settings.registry.login is not None


@pytest.mark.slow
def test_on_the_command_line() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ci.images", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    done = run("gcp-dev", "--mirror", MIRROR, *IN_EXAMPLES)
    assert done.returncode == 0, done.stderr
    assert "haproxy" in done.stdout
    assert "By tag" in done.stdout
    missing = run("nothing", *IN_EXAMPLES)
    assert missing.returncode == 1
    assert "there is no stack 'nothing'" in missing.stderr
