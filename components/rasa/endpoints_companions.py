"""The companions in endpoints.yml: action server, language models, tool servers, tracing and metrics. Pure.

Only keys that Rasa Pro 3.21 reads (`endpoint_keys.py`). Language models and tool servers are the operator's
own documents, in the words that Rasa reads; their keys are `${VARIABLE}` and nothing else.
"""

from __future__ import annotations

from typing import assert_never, cast

from components.contract.companions import Actions, ActionServer, ActionsModule, Collector, Companions
from components.kubernetes.documents import Block, Document
from components.rasa.spec import variables
from components.rasa.spec.pod_files import Role, authority_path
from components.rasa.spec.variables import reference


def companion_blocks(companions: Companions) -> dict[str, Document]:
    """The blocks of endpoints.yml that the companions ask for."""
    blocks: dict[str, Document] = {}
    if companions.actions is not None:
        blocks["action_endpoint"] = _actions(companions.actions)
    models = companions.language_models
    if models.groups:
        blocks["model_groups"] = cast("Document", [dict(group) for group in models.groups])
    if models.mcp_servers:
        blocks["mcp_servers"] = cast("Document", [dict(server) for server in models.mcp_servers])
    if companions.tracing is not None:
        blocks["tracing"] = _collector("tracing", companions.tracing)
    if companions.metrics is not None:
        blocks["metrics"] = _collector("metrics", companions.metrics)
    return blocks


def _actions(actions: Actions) -> Block:
    match actions:
        case ActionsModule():
            return {"actions_module": actions.module}
        case ActionServer():
            block: dict[str, Document] = {"url": actions.url}
            if actions.token is not None:
                block["token"] = reference(variables.ACTION_SERVER_TOKEN)
            if actions.ca is not None:
                block["cafile"] = authority_path("actions")
            return block
        case _:
            assert_never(actions)


def _collector(role: Role, collector: Collector) -> Block:
    block: dict[str, Document] = {
        "type": "otlp",
        "endpoint": collector.endpoint,
        # Left out, Rasa takes gRPC's default, which is TLS (tracing/backend_tracing_config.py:466).
        "insecure": not collector.tls,
        "service_name": collector.service_name,
    }
    return block if collector.ca is None else {**block, "root_certificates": authority_path(role)}
