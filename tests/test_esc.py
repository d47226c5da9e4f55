"""The example of a Pulumi ESC environment: its secrets are marked, and the settings take its config."""

from __future__ import annotations

from typing import Any, cast

import yaml

from tests.config.stack_schema import validate
from tests.stacks import ROOT, record_config, stack_config

VALUES: dict[str, Any] = yaml.safe_load((ROOT / "examples/esc/production.yaml").read_text())["values"]
SECRET = "fn::secret"


def opened(value: Any) -> Any:
    """What ESC hands to the engine."""
    if not isinstance(value, dict):
        return value
    block = cast("dict[str, Any]", value)
    return "planted-by-esc" if SECRET in block else {key: opened(part) for key, part in block.items()}


def test_the_schema_knows_the_import_and_the_config() -> None:
    stack: dict[str, Any] = yaml.safe_load((ROOT / "examples/Pulumi.aws-dev.yaml").read_text())
    config = {**stack["config"], **opened(VALUES["pulumiConfig"])}
    document = {"environment": ["rasa/production"], "config": config}
    validate(document)


def test_everything_that_is_handed_to_the_stack_is_secret() -> None:
    config = VALUES["pulumiConfig"]
    assert set(config) == {"rasa:license", "rasa:llmKeys"}
    assert set(config["rasa:license"]) == {SECRET}
    assert all(set(key) == {SECRET} for key in config["rasa:llmKeys"].values())


def test_a_stack_comes_up_with_secrets_of_the_environment() -> None:
    """They arrive as secret config: plain text in a config that names them as secret."""
    recording = record_config(
        {
            **stack_config("aws-dev"),
            "rasa:license": "planted-by-esc",
            "rasa:llmKeys": '{"OPENAI_API_KEY": "planted-by-esc"}',
        }
    )
    assert recording.secret_outputs == {"kubeconfig"}
    held = [one for one in recording.resources if "planted-by-esc" in str(one.inputs)]
    assert held
    assert all(one.secret_inputs for one in held)


def test_the_login_hands_over_what_the_provider_reads() -> None:
    assert set(VALUES["environmentVariables"]) == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    }
    assert set(VALUES["aws"]["login"]["fn::open::aws-login"]["oidc"]) >= {"roleArn", "sessionName"}
