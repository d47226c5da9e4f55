"""What a person writes into the stack of a bootstrap project, refused in words before anything is made."""

from __future__ import annotations

import json
import re
from unittest import mock

import pytest
from pulumi import Config, RunError
from pulumi.runtime import config as runtime_config

from bootstrap.config import load


@pytest.mark.parametrize("key", ["environments", "reviewers"])
def test_a_name_stands_in_a_list_once(key: str) -> None:
    given = {"environments": ["aws-dev"], "reviewers": ["ann"], key: ["aws-dev", "aws-dev"]}
    written = {f"bootstrap:{name}": json.dumps(names) for name, names in given.items()}
    said = re.escape(f"{key}[1] is aws-dev, which is in the list already: pulumi config rm --path '{key}[1]'")
    config = {"bootstrap:repository": "acme/rasa", **written}
    there = mock.Mock(get=lambda: config)
    with mock.patch.object(runtime_config, "CONFIG", there), pytest.raises(RunError, match=said):
        _ = load(Config("bootstrap"))
