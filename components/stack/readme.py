"""The output `readme`: a stack's outputs with the commands that use them, for that stack, ready to copy.

Pulumi Cloud shows an output of this name as Markdown on the stack's page (Pulumi documentation, "Stack
READMEs"); `pulumi stack output readme` prints it anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi import Output

from components.contract import connections as c
from components.contract.cluster import NAME_LABEL
from components.rasa.values import PORT, RELEASE
from components.stack.version import version


def readme(
    told: Mapping[str, Any],
    *,
    stack: str,
    storage: c.ModelStorage,
    service: Output[str],
    outside: bool,
    protected: bool,
) -> Output[str]:
    """Markdown; `told` are the outputs to show, none of them secret."""

    def write(known: Mapping[str, Any]) -> str:
        values: Mapping[str, Any] = known["told"]
        parts = [
            f"# Rasa Pro: {stack}",
            f"Brought up by version {version()} of the project.",
            _table(values),
            _section("Log in to Kubernetes", _log_in(stack, str(values["namespace"]))),
            _section("Talk to the assistant", _talk(values, str(known["service"]), outside=outside)),
            _section("Upload another model, and serve it", _upload(storage, values, stack)),
            _section(
                "Read the logs",
                [f"kubectl logs --follow --all-containers --prefix -l {NAME_LABEL}={RELEASE}"],
            ),
            _section("Take everything down", _destroy(stack, protected=protected)),
        ]
        return "\n\n".join(parts) + "\n"

    return Output.all(told=dict(told), service=service).apply(write)


def _table(values: Mapping[str, Any]) -> str:
    rows = [f"| `{name}` | {_cell(value)} |" for name, value in values.items()]
    return "\n".join(["| Output | Value |", "|---|---|", *rows])


def _cell(value: object) -> str:
    return "<br>".join(_leaves(value))


def _leaves(value: object, before: str = "") -> list[str]:
    """One line for each value at any depth, with the way to it."""
    if isinstance(value, dict):
        parts = cast("Mapping[str, object]", value)
        return [
            line for name, part in parts.items() for line in _leaves(part, f"{before}.{name}".lstrip("."))
        ]
    return [f"{before}: {_plain(value)}" if before else _plain(value)]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, cast("Sequence[object]", value)))
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _section(title: str, commands: Sequence[str]) -> str:
    return "\n".join([f"## {title}", "", "```sh", *commands, "```"])


def _log_in(stack: str, namespace: str) -> list[str]:
    return [
        f"pulumi stack output kubeconfig --show-secrets --stack {stack} > kubeconfig",
        "export KUBECONFIG=$PWD/kubeconfig",
        f"kubectl config set-context --current --namespace {namespace}",
        "kubectl get pods",
    ]


def _talk(values: Mapping[str, Any], service: str, *, outside: bool) -> list[str]:
    message = """-d '{"sender": "me", "message": "hello"}'"""
    if outside:
        return [f"curl -s {values['url']}/webhooks/rest/webhook {message}"]
    return [
        f"kubectl port-forward service/{service} {PORT}:{PORT} &",
        f"curl -s localhost:{PORT}/webhooks/rest/webhook {message}",
    ]


def _upload(storage: c.ModelStorage, values: Mapping[str, Any], stack: str) -> list[str]:
    """The name is another one than the model's that is served: a model is never overwritten."""
    if isinstance(storage, c.ModelServer):
        url = values["models"]["url"]
        return [f"# hand it to the model server at {url}: Rasa takes the newest by itself"]
    set_ = "pulumi config set --path --type string"
    return [
        "model=assistant-2.0.0",
        f'{set_} rasa:assistant.upload "models/$model.tar.gz" --stack {stack}',
        f'{set_} rasa:assistant.model "$model" --stack {stack}',
        f"make up STACK={stack}",
    ]


def _destroy(stack: str, *, protected: bool) -> list[str]:
    allow = [
        f"pulumi config set rasa:deletionProtection false --stack {stack} # its data may go",
        f"make up STACK={stack}",
    ]
    return [*(allow if protected else []), f"pulumi destroy --stack {stack}"]
