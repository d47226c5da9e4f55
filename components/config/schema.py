"""The JSON Schema of the stack files, made from the settings; `make schema` writes it."""

from __future__ import annotations

import json
from typing import Any, cast

from components.config.settings import NAMESPACE, Settings

Json = dict[str, Any]

ENCRYPTED: Json = {
    "type": "object",
    "description": "What `pulumi config set --secret` writes",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


def stack_file_schema() -> Json:
    """Describe a `stacks/Pulumi.<stack>.yaml`, so that editors complete and check it."""
    settings = cast("Json", _with_secrets(Settings.model_json_schema(by_alias=True)))
    keys = {f"{NAMESPACE}:{key}": value for key, value in settings["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of Rasa Pro",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": keys,
                # Keys of other namespaces (pulumi:, aws:) are the engine's and the providers' business.
                "patternProperties": {f"^(?!{NAMESPACE}:)": {}},
                "additionalProperties": False,
                "required": [f"{NAMESPACE}:{key}" for key in settings["required"]],
            }
        },
        "$defs": settings["$defs"],
    }


def _with_secrets(schema: object) -> object:
    """Let an encrypted value stand wherever a secret is asked for."""
    if isinstance(schema, list):
        return [_with_secrets(member) for member in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    given = cast("Json", schema)
    members = {key: _with_secrets(member) for key, member in given.items()}
    if "properties" in given and isinstance(given.get("required"), list):
        # Secrets are set by hand, after the file exists.
        members["required"] = [key for key in given["required"] if not _is_secret(given["properties"][key])]
    if members.get("format") != "password":
        return members
    described = {key: members[key] for key in ("title", "description") if key in members}
    return {**described, "anyOf": [{"type": "string"}, ENCRYPTED]}


def _is_secret(schema: Json) -> bool:
    return any(one.get("format") == "password" for one in (schema, *schema.get("oneOf", ())))


if __name__ == "__main__":
    print(json.dumps(stack_file_schema(), indent=2))  # noqa: T201 - it is a command
