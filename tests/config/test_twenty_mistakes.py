"""One file with more than twenty mistakes: each is said once, in words, with the command that mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config.load import parse
from components.contract.errors import ConfigurationError

FILE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("twenty_mistakes.yaml").read_text())
SAID = (
    "rasa:lockstore is not a known key; did you mean lockStore?; remove it with: ",
    "rasa:profile is 'prod'; accepted: 'dev' or 'production'; set it with: ",
    "rasa:namespace is 'Rasa'; accepted: lower-case letters, digits and hyphens",
    "rasa:modelStorage is 'managed'; accepted: a block of keys; remove it, then set its keys",
    "rasa:trackerStore.kind is 'oracle'; accepted: 'postgres', 'dynamodb' or 'mongodb'; set it with: ",
    "rasa:eventBroker.bootstrap[0]: 'kafka.example.com' has no port; accepted: host:port",
    "rasa:eventBroker.security is 'sasl'; accepted: a block of keys, of which type is one of 'sasl'",
    "rasa:ingress.host: 'https://assistant.example.com' is a URL or a path; accepted: the host alone",
    "rasa:ingress.idleSeconds is text; accepted: a whole number",
    "rasa:actions.url: 'http://actions:99999/webhook' cannot be read: its port is no number up to 65535",
    "rasa:llmKeys is text; accepted: a block of keys; remove it, then set its keys, with: ",
    "rasa:region 'eu-centrall-1' is not a region of aws that this project knows; did you mean eu-central-1",
    "rasa:account '12345' is not an AWS account id of 12 digits",
    "rasa:network.cidr 10.0.0.0/28 is too small",
    "rasa:network.podsCidr would change nothing: on aws pods have addresses of the subnets",
    "rasa:cluster.allowedCidrs[0] is not a range of IPv4 addresses: Expected 4 octets in 'office'",
    "rasa:cluster.admins[0] is 'bob'; accepted: the ARN of an IAM role or user",
    "rasa:tags has 'aws:team': 'bots', which aws refuses",
    "rasa:renewal would change nothing: this stack issues no certificate",
    'rasa:assistant.model is "latest", which says nothing about what runs',
    "rasa:assistant.extraEndpoints.vector_stor: Rasa Pro ignores 'vector_stor' as a block; did you mean",
    "rasa:assistant.credentials has 'restt', which is no channel of Rasa Pro; did you mean rest?",
    "rasa:assistant.credentials.slack.slack_token ",
    "rasa:modelGroups[0].models[0].api_key ",
    "rasa:assistant.chart.version is '3.0.0', with which this project cannot work",
    "rasa:networkPolicies.egress[0].cidr is not a range of addresses",
    "rasa:networkPolicies.egress[1].labels select pods, and no namespace says where they are",
    "rasa:license is in plain text in the stack file",
)
WITHOUT_A_COMMAND = 1
"""What Rasa Pro would ignore: the nearest word is the remedy."""


def test_each_is_said_once_with_a_command_and_without_a_secret() -> None:
    raw = {key.removeprefix("rasa:"): value for key, value in FILE["config"].items()}
    with pytest.raises(ConfigurationError) as refused:
        parse(raw, secret_keys=frozenset(), stack="bots")
    found = refused.value.problems
    unsaid = [said for said in SAID if len([one for one in found if one.startswith(said)]) != 1]
    assert (unsaid, len(found)) == ([], len(SAID)), str(refused.value)
    assert len([one for one in found if "pulumi config" not in one]) <= WITHOUT_A_COMMAND
    whole = str(refused.value)
    assert not [secret for secret in ("hunter2", "xoxb-", "eyJ") if secret in whole]
    for word in ("pydantic", "validation", "tuple", "dict", "Input should", "NoneType"):
        assert word not in whole
