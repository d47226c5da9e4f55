"""The servers beside Rasa: NLG, actions, Duckling, language models, tool servers, tracing and metrics.

Only keys that Rasa Pro 3.21 reads (`spec/endpoint_keys.py`). Language models and tool servers are the
operator's own documents, in the words that Rasa reads; their keys are `${VARIABLE}` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, assert_never, cast

from pulumi import Output

from components.contract.companions import (
    Actions,
    ActionServer,
    ActionsModule,
    Collector,
    Companions,
    LanguageModels,
    NlgServer,
)
from components.kubernetes.documents import Block, Document
from components.rasa.connections.addresses import of_url
from components.rasa.connections.rendered import Rendered, authority, http_login
from components.rasa.spec import variables
from components.rasa.spec.pod_files import authority_path


def nlg(server: NlgServer) -> Rendered:
    """The server that words the responses."""
    login, found = http_login("nlg", "the NLG server", variables.NLG_SERVER_TOKEN, server.token, server.ca)
    return Rendered(
        what="NLG server",
        connection=server,
        addresses=of_url(server.url),
        blocks={"nlg": {"type": "callback", "url": server.url, **login}},
        variables=found,
        authorities=authority("nlg", server.ca),
    )


def companions(given: Companions) -> Iterator[Rendered]:
    """What stands beside Rasa, if anything does."""
    if given.actions is not None:
        yield _actions(given.actions)
    if given.duckling is not None:
        # Its address is a value of the chart (RASA_DUCKLING_HTTP_URL).
        duckling = given.duckling
        yield Rendered(what="Duckling", connection=duckling, addresses=of_url(duckling.url))
    if given.tracing is not None:
        yield _collector("tracing", "traces", given.tracing)
    if given.metrics is not None:
        yield _collector("metrics", "metrics", given.metrics)
    yield _language_models(given.language_models)


def _actions(actions: Actions) -> Rendered:
    match actions:
        case ActionsModule(module=module):
            blocks: Block = {"action_endpoint": {"actions_module": module}}
            return Rendered(what="actions", connection=None, addresses=None, blocks=blocks)
        case ActionServer(url=url, token=token, ca=ca):
            source = "the action server"
            login, found = http_login("actions", source, variables.ACTION_SERVER_TOKEN, token, ca)
            return Rendered(
                what="action server",
                connection=actions,
                addresses=of_url(url),
                blocks={"action_endpoint": {"url": url, **login}},
                variables=found,
                authorities=authority("actions", ca),
            )
        case _:
            assert_never(actions)


def _collector(key: Literal["tracing", "metrics"], what: str, collector: Collector) -> Rendered:
    block: dict[str, Document] = {
        "type": "otlp",
        "endpoint": collector.endpoint,
        # Left out, Rasa takes gRPC's default, which is TLS (tracing/backend_tracing_config.py:466).
        "insecure": not collector.tls,
        "service_name": collector.service_name,
    }
    if collector.ca is not None:
        block["root_certificates"] = authority_path(key)
    return Rendered(
        what=what,
        connection=collector,
        addresses=Output.from_input(collector.endpoint),
        blocks={key: block},
        authorities=authority(key, collector.ca),
    )


def _language_models(models: LanguageModels) -> Rendered:
    """Their addresses stand in the operator's own documents, which `egress.rules_of` reads."""
    blocks: dict[str, Document] = {}
    if models.groups:
        blocks["model_groups"] = cast("Document", [dict(group) for group in models.groups])
    if models.mcp_servers:
        blocks["mcp_servers"] = cast("Document", [dict(server) for server in models.mcp_servers])
    return Rendered(what="language models", connection=None, addresses=None, blocks=blocks)
