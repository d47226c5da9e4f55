"""Companions in endpoints.yml, as Rasa Pro's own readers and validators take them; no server is needed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from components.kubernetes.documents import as_yaml
from tests.conformance.tools import rasa_python
from tests.rasa import samples
from tests.rasa.samples import endpoints
from tests.rasa.samples_companions import ALL_COMPANIONS
from tests.recorder import value_of

READ = """
import json, sys
from pathlib import Path
from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.shared.providers.model_group_validation import validate_model_group_credentials
from rasa.utils.endpoints import read_endpoint_config
read = AvailableEndpoints.read_endpoints(Path(sys.argv[1]))
validate_model_group_credentials(read.model_groups)
collectors = {key: read_endpoint_config(sys.argv[1], key) for key in ("tracing", "metrics")}
print(json.dumps({
    "actions": [read.action.url, read.action.token, read.action.cafile],
    "groups": read.model_groups,
    "servers": [server.model_dump(exclude_none=True) for server in read.mcp_servers],
    "collectors": {key: {"type": one.type, **one.kwargs} for key, one in collectors.items()},
}))
"""


def python(script: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [str(rasa_python()), "-c", script, *arguments]
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **env}, capture_output=True, text=True, check=False
    )


def test_every_companion_is_read(tmp_path: Path) -> None:
    document = endpoints(replace(samples.BASE, companions=ALL_COMPANIONS), {})
    path = tmp_path / "endpoints.yml"
    path.write_text(value_of(as_yaml(document)))
    done = python(READ, str(path), OPENAI_API_KEY="x", ACTION_SERVER_TOKEN="planted")
    assert done.returncode == 0, done.stdout + done.stderr
    read: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert read["actions"] == [
        "https://actions.example/webhook",
        "planted",
        "/etc/rasa/authorities/actions.pem",
    ]
    assert [group["id"] for group in read["groups"]] == ["llm", "bedrock"]
    assert read["groups"][0]["models"][1]["api_version"] == "2024-10-21", "not a date"
    assert read["servers"][0]["name"] == "tools"
    assert read["collectors"]["tracing"]["insecure"] is False
    assert read["collectors"]["tracing"]["root_certificates"] == "/etc/rasa/authorities/tracing.pem"
    assert read["collectors"]["metrics"] == {
        "type": "otlp",
        "endpoint": "collector.example:4317",
        "insecure": True,
        "service_name": "rasa",
    }
