"""Rules for the assistant: its model, its documents, its pods and the connections that they open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from components.config import companions as o
from components.config import pod_files
from components.config.ca_bundle import ended
from components.config.capacity import REPLICAS, assistant_replicas
from components.config.clouds import CLOUDS
from components.config.messages import child, rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.tracker_store import ExistingPostgres, ManagedTrackerStore
from components.config.urls import url_problem
from components.contract import secret_shapes
from components.contract.given_values import in_words
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import (
    ANALYTICS_CONNECTIONS,
    LEAST,
    SURGE,
    budget,
    tracker_stores_per_process,
)
from components.rasa.spec.endpoint_rules import plain_secrets, scalars, unset_variables

CALLED = frozenset({"nlg.url", "nlu.url", "models.url", "action_endpoint.url", "callback.url"})
"""Where endpoints.yml has a URL and not a host, besides `api_base` of a model."""
NOBODYS = "https://anybody.invalid"
"""An origin that nobody has (RFC 2606)."""
ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$")
"""RFC 6454, 6.2; web views of apps and extensions have schemes of their own. Browsers send it in lower
case, and Sanic-CORS compares without case."""


def _assistant(settings: Settings) -> Iterator[str]:
    assistant = settings.assistant
    if assistant.model.removesuffix(".tar.gz").split("/")[-1] == "latest":
        yield (
            'rasa:assistant.model is "latest", which says nothing about what runs and cannot be rolled back; '
            + set_with("rasa:assistant.model", "<name of one trained model>")
        )
    if "a2a_server" in assistant.extra_endpoints and assistant.workers > 1:
        # Rasa refuses to start otherwise (core/a2a_server/config.py:446).
        yield (
            f"rasa:assistant.workers is {assistant.workers}, and extraEndpoints has a2a_server, whose tasks "
            f"live in one process; {set_with('rasa:assistant.workers', '1')} and add pods instead"
        )


def authorities_have_not_ended(today: date) -> Rule:
    """A certificate whose time is over helps nobody, and mostly is the wrong file; `today` in UTC."""

    def rule(settings: Settings) -> Iterator[str]:
        bundle, path = settings.assistant.ca_bundle, "rasa:assistant.caBundle"
        successor = set_with(path, "< company-ca.pem")
        for name, last in ended(bundle, today) if isinstance(bundle, str) else ():
            yield (
                f"{path} has the certificate {name!r}, which ended on {last}: no client trusts what it "
                f"signed; take it out, or give its successor: {successor}"
            )

    return rule


def _files(settings: Settings) -> Iterator[str]:
    yield from pod_files.problems(settings.assistant.files)


def _origins(settings: Settings) -> Iterator[str]:
    for index, origin in enumerate(settings.assistant.cors):
        path = f"rasa:assistant.cors[{index}]"
        if (why := _origin(origin, in_production=settings.profile == "production")) is not None:
            yield f"{path} {origin!r} {why}; {set_with(path, 'https://www.example.com')}"


def _origin(origin: str, *, in_production: bool) -> str | None:
    # Rasa hands them to Sanic-CORS, which takes a text with these signs for a pattern (sanic_cors/core.py,
    # `probably_regex`, `try_match`).
    if origin != "*" and not re.search(r"[*\\\]?$^()\[]", origin):
        fits = ORIGIN.match(origin)
        no_origin = (
            "is no origin, so no browser's would be it; accepted: scheme, host and port, without a path"
        )
        return None if fits else f"{no_origin} and a slash at the end"
    try:
        of_anybody = origin == "*" or re.match(origin, NOBODYS, re.IGNORECASE)
    except re.error as error:
        return f"is no regular expression ({error}); accepted: an origin, or a pattern of Python's"
    if of_anybody and in_production:
        return "allows every origin, which profile production refuses; accepted: those of your pages"
    return None


KEYS_OF_CHART = {
    variables.LICENSE: "license",
    variables.LICENSE_TODAY: "license",
    variables.AUTH_TOKEN: "assistant.api.token",
    variables.JWT_SECRET: "assistant.api.jwt.secret",
    "JWT_METHOD": "assistant.api.jwt.method",
    "LOG_LEVEL": "assistant.logLevel",
    "RASA_DUCKLING_HTTP_URL": "duckling.url",
}
"""Variable that the chart sets → the key of the stack file that its value comes from."""


def _names_of_keys(settings: Settings) -> Iterator[str]:
    plain = settings.assistant.variables
    for key, names in (("llmKeys", settings.llm_keys), ("assistant.variables", plain)):
        for name in names:
            if not variables.NAME.match(name) or name in variables.SET_BY_CHART:
                own, path = KEYS_OF_CHART.get(name), child(f"rasa:{key}", name)
                why = "is no environment variable; choose another name, and remove this one with: "
                if own is not None:
                    secret = secret_shapes.is_named(own, "")
                    mend = set_with(f"rasa:{own}", "<value>", is_secret=secret)
                    why = f"is set by the Helm chart, from rasa:{own}; {mend} && "
                elif name in variables.SET_BY_CHART:
                    why = "is set by the Helm chart; choose another name, and remove this one with: "
                yield f"{path} {why}{rm_command(path)}"
    for name, value in plain.items():
        if name in settings.llm_keys:
            path = f"rasa:assistant.variables.{name}"
            yield f"{path} is in rasa:llmKeys, too; remove one, such as with: {rm_command(path)}"
        elif name not in variables.SET_BY_CHART and (
            secret_shapes.is_named(name, value) or secret_shapes.kind_of(value) is not None
        ):
            yield (
                f"rasa:assistant.variables.{name} is a secret in plain text: have it reissued, then "
                f"{set_with(f'rasa:llmKeys.{name}', '<value>', is_secret=True)} && "
                + rm_command(f"rasa:assistant.variables.{name}")
            )


def _written(settings: Settings) -> Mapping[str, Mapping[str, Any] | list[dict[str, Any]]]:
    """The operator's own documents, by their keys."""
    groups = [
        {"id": group.id, "models": list(group.models), "router": group.router}
        for group in settings.model_groups
    ]
    servers = [
        {"options": server.options, "name": server.name, "url": server.url} for server in settings.mcp_servers
    ]
    return {
        "assistant.credentials": settings.assistant.credentials,
        "assistant.extraEndpoints": settings.assistant.extra_endpoints,
        "modelGroups": groups,
        "mcpServers": servers,
    }


def _documents(settings: Settings) -> Iterator[str]:
    """They hold no secrets, and no address that Rasa could not read."""
    for key, document in _written(settings).items():
        for path, problem in _unreadable_urls(document):
            where = _within(key, path)
            yield f"{where} {problem}; {set_with(where, '<URL>')}"
        yield from (_within(key, problem) for problem in plain_secrets(document))


def _variables(settings: Settings) -> Iterator[str]:
    """They refer to variables that the pod has."""
    given = settings.llm_keys.keys() | settings.assistant.variables.keys()
    known = variables.SET_BY_CHART | variables.OF_CONNECTIONS | given
    for key, document in _written(settings).items():
        yield from (_within(key, problem) for problem in unset_variables(document, known))


def _within(key: str, problem: str) -> str:
    """A problem of a document, which begins with where in it."""
    return f"rasa:{key}{'' if problem.startswith('[') else '.'}{problem}"


def _unreadable_urls(document: Mapping[str, Any] | list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Where there is a URL over which Rasa Pro itself would fail, in the first conversation that needs it."""
    for path, key, value in scalars(document, ""):
        is_url = key == "api_base" or path in CALLED
        if not isinstance(value, str) or "${" in value:
            continue
        if is_url or re.match(r"^(https?|grpcs?|wss?)://", value):
            schemes = ("http", "https", "grpc", "grpcs", "ws", "wss")
            if (problem := url_problem(value, schemes=schemes, login=True)) is not None:
                yield path, problem


def _model_groups(settings: Settings) -> Iterator[str]:
    """What Rasa Pro would say at its start, or in the first conversation."""
    for key, names in (
        ("modelGroups", [group.id for group in settings.model_groups]),
        ("mcpServers", [server.name for server in settings.mcp_servers]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                path = f"rasa:{key}[{index}]"
                mend = rm_command(path)
                yield f"{path} is {name!r}, too, and each is known by its name alone; remove it with: {mend}"
    for number, group in enumerate(settings.model_groups):
        for index, model in enumerate(group.models):
            path = f"rasa:modelGroups[{number}].models[{index}]"
            if "provider" not in model:
                mend = set_with(f"{path}.provider", "<value>")
                yield f"{path} has no provider, such as openai, azure or bedrock; {mend}"
            for key in ("provider", "model", "deployment", "api_base", "api_version"):
                if not isinstance(model.get(key, ""), str):
                    given, mend = in_words(model[key]), set_with(f"{path}.{key}", "<value>")
                    yield f"{path}.{key} is {given}; accepted: text; {mend}"
            yield from _bedrock(path, model)


def _bedrock(path: str, model: Mapping[str, Any]) -> Iterator[str]:
    """The pod's identity is enough for AWS, not for Rasa's own check (shared/providers/_utils.py:34)."""
    if model.get("provider") == "bedrock" and "aws_access_key_id" not in model:
        missing = [key for key in ("model_id", "aws_region_name") if key not in model]
        if missing:
            yield (
                f"{path} has no {' and no '.join(missing)}: without access keys, with the pod's identity, "
                "Rasa Pro takes a bedrock model only with both; "
                + set_with(f"{path}.{missing[0]}", "<value>")
            )


def _replicas(settings: Settings) -> Iterator[str]:
    """A maximum below the minimum."""
    given = [("assistant", settings.assistant.replicas, settings.assistant.max_replicas)]
    for key, server in (
        ("nlgServer", settings.nlg_server),
        ("actions", settings.actions),
        ("duckling", settings.duckling),
    ):
        if isinstance(server, o.InClusterServer):
            given.append((key, server.replicas, server.max_replicas))
    for key, replicas, most in given:
        least = replicas or REPLICAS[settings.profile]
        if most is not None and most < least:
            path = f"rasa:{key}.maxReplicas"
            yield f"{path} is {most} and less than the {least} replicas; {set_with(path, str(least))}"


def _connections(settings: Settings) -> Iterator[str]:
    """Rasa drops what the server refuses (docs/rasa-pro.md, Lost conversations), so count before."""
    assistant, accepted = settings.assistant, _accepted(settings)
    if accepted is None:
        return
    least, most = assistant_replicas(assistant, settings.profile)
    stores = tracker_stores_per_process(assistant.extra_endpoints)
    analytics = settings.analytics
    beside = isinstance(analytics, o.InClusterAnalytics) and analytics.database is None
    usable = max(budget(accepted) - (ANALYTICS_CONNECTIONS if beside else 0), 0)
    needed = (most + SURGE) * assistant.workers * stores * LEAST
    if needed <= usable:
        return
    fits = usable // (assistant.workers * stores * LEAST) - SURGE
    key = "maxReplicas" if fits >= least else "replicas"
    mend = set_with(f"rasa:assistant.{key}", str(fits)) if fits > 0 else "lower rasa:assistant.workers"
    larger = "raise rasa:trackerStore.maxConnections, if the server accepts more"
    if isinstance(settings.tracker_store, ManagedTrackerStore):
        larger = set_with("rasa:trackerStore.size", "<a larger one>")
    yield (
        f"rasa:trackerStore takes {accepted} connections, of which Rasa may use {usable}, and "
        f"({most} pods at most + {SURGE} in an update) × {assistant.workers} workers × {stores} stores "
        f"× {LEAST} connections are {needed}; {mend}, or {larger}"
    )


def _accepted(settings: Settings) -> int | None:
    """How many connections the tracker store's server takes; None where that is not known ahead."""
    store = settings.tracker_store
    if isinstance(store, ExistingPostgres):
        return store.max_connections
    if isinstance(store, ManagedTrackerStore) and store.kind == "postgres" and settings.cloud in CLOUDS:
        size = (settings.profile_of(store), settings.size_of(store))
        return CLOUDS[settings.cloud].postgres_connections[size]
    return None


RULES: Sequence[Rule] = (
    _assistant,
    _files,
    _origins,
    _names_of_keys,
    _documents,
    _variables,
    _model_groups,
    _replicas,
    _connections,
)
