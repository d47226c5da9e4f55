"""New stack files: each loads, obeys the policies and comes up once its owner's values are there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ci import stacks
from ci.check_stacks import check
from starters.__main__ import main
from starters.generate import SHIPPED, StarterError, write
from starters.template import Starter
from tests.config.stack_schema import validate

DEV = Starter(name="mine", cloud="aws", region="eu-central-1", profile="dev")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository's root with an empty `stacks/`."""
    (tmp_path / "stacks").mkdir()
    monkeypatch.setattr(stacks, "FOLDER", "stacks")
    return tmp_path


@pytest.mark.parametrize("starter", SHIPPED, ids=lambda starter: starter.name)
def test_it_matches_the_schema_and_names_nothing_that_does_not_exist(starter: Starter, root: Path) -> None:
    text = write(starter, root / "stacks").read_text()
    file = yaml.safe_load(text)
    file["config"] |= {"rasa:assistant": {"model": "mine"}, "rasa:license": {"secure": "v1:x:y"}}
    validate(file)
    assert not any(word in text for word in ("example", "203.0.113", "00000000-", "\n  rasa:assistant"))
    for command in starter.commands():
        assert f"#   {command}\n" in text


@pytest.mark.engine
@pytest.mark.parametrize("starter", SHIPPED, ids=lambda starter: starter.name)
def test_it_comes_up_and_says_what_is_missing(starter: Starter, root: Path) -> None:
    write(starter, root / "stacks")
    (verdict,) = check(root)
    assert not verdict.failed, verdict
    assert verdict.summary.startswith("unfinished: ")
    said = {line.removesuffix(f" --stack {starter.name}") for line in verdict.details}
    optional = {
        command for command in starter.commands() if "llmKeys" in command or "allowedCidrs" in command
    }
    assert said == set(starter.commands()) - optional


@pytest.mark.engine
def test_a_stack_that_is_listed_must_be_finished(root: Path) -> None:
    write(DEV, root / "stacks")
    (root / "stacks" / "tiers.yaml").write_text("dev: [mine]\n")
    (verdict,) = check(root)
    assert verdict.failed
    assert "must be finished" in verdict.summary


@pytest.mark.engine
def test_all_mistakes_of_a_stack_are_said(root: Path) -> None:
    path = write(DEV, root / "stacks")
    path.write_text(path.read_text().replace("eu-central-1", "mars").replace("postgres\n", "oracle\n"))
    (root / "stacks" / "Pulumi.broken.yaml").write_text("config: {")
    broken, wrong = check(root)
    assert broken.failed
    assert "is not valid YAML" in broken.details[0]
    assert wrong.failed
    assert all(word in "\n".join(wrong.details) for word in ("mars", "oracle"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cloud": "ibm"}, "CLOUD=ibm must be one of: aws, azure, gcp, none"),
        ({"region": "mars"}, "REGION=mars is not a region of aws: af-south-1"),
        ({"cloud": "none"}, "REGION=eu-central-1 must be left out"),
        ({"profile": "test"}, "PROFILE=test must be one of: dev, production"),
        ({"name": "x" * 40}, "has 40 characters, at most"),
        ({"name": "My_Stack"}, "lower-case letters"),
    ],
)
def test_a_bad_value_is_one_message(change: dict[str, str], said: str, root: Path) -> None:
    words = {"name": "mine", "cloud": "aws", "region": "eu-central-1", "profile": "dev", **change}
    options = [f"--{key}={value}" for key, value in words.items()]
    with pytest.raises(SystemExit, match="error: ") as stopped:
        main([*options, f"--folder={root / 'stacks'}"])
    assert said in str(stopped.value.code)
    assert not list((root / "stacks").iterdir())


def test_a_file_of_the_users_is_never_overwritten(root: Path) -> None:
    path = write(DEV, root / "stacks")
    assert write(DEV, root / "stacks") == path, "the same again changes nothing"
    path.write_text("config: {}\n")
    with pytest.raises(StarterError, match="exists and is not overwritten"):
        write(DEV, root / "stacks")
    assert path.read_text() == "config: {}\n"


def test_it_prints_what_to_do_next(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--name=mine", "--cloud=gcp", "--region=europe-west3", f"--folder={root / 'stacks'}"])
    said = capsys.readouterr().out
    assert "pulumi stack init mine\n" in said
    assert 'pulumi config set --secret rasa:license "$RASA_PRO_LICENSE" --stack mine\n' in said
    assert said.rstrip().endswith("make up STACK=mine")
