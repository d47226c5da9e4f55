"""Fills in what the cloud computes, from the templates of a package file.

`"arn:aws:rds:{region}:{account}:db:{identifier}"` takes inputs, outputs already computed and the provider's
settings. Random parts (`{hex:17}`, `{HEX:32:label}`, `{digits:12}`, `{alnum:6}`, `{uuid}`) follow from the
resource's seed, so that the same resource always gets the same; one label gives one value throughout a
resource. `{path?default}` has a default, `{path|lower}` a filter, `{ref:subnetIds.0:vpcId}` reads another
resource.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from random import Random
from typing import cast

import yaml

from simcloud.conditions import holds
from simcloud.generators import GENERATORS
from simcloud.wire import (
    UNKNOWN,
    Properties,
    Secret,
    Unknown,
    Value,
    as_list,
    as_map,
    is_list,
    is_map,
    lookup,
    path_parts,
    plain,
)

PLACEHOLDER = re.compile(r'\{([a-zA-Z][^{}"]*)\}')
ALPHABETS = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "digits": "0123456789",
    "alnum": "abcdefghijklmnopqrstuvwxyz0123456789",
}


def kubeconfig_server(text: str) -> str:
    """Find the API address that a kubeconfig's current context leads to."""
    server = _active_cluster(text).get("server")
    return server.rstrip("/") if isinstance(server, str) else ""


def kubeconfig_cluster(text: str) -> str:
    """All that a kubeconfig says of the current context's cluster: address, authority, proxy."""
    cluster = _active_cluster(text)
    return json.dumps(cluster, sort_keys=True, default=str) if cluster else ""


def _active_cluster(text: str) -> Properties:
    try:
        config = as_map(cast("Value", yaml.load(text, Loader=yaml.CSafeLoader)))
    except yaml.YAMLError:
        return {}
    clusters = {
        as_map(item).get("name"): as_map(as_map(item).get("cluster"))
        for item in as_list(config.get("clusters"))
    }
    contexts = {
        as_map(item).get("name"): as_map(as_map(item).get("context"))
        for item in as_list(config.get("contexts"))
    }
    context = contexts.get(config.get("current-context"), {})
    return clusters.get(context.get("cluster"), {})


FILTERS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "server": kubeconfig_server,
    "cluster": kubeconfig_cluster,
    "last": lambda text: text.rsplit("/", 1)[-1],
    "first": lambda text: text.split(".", 1)[0],
    "bare": lambda text: text.removeprefix("https://"),
    # eu-central-1 → euc1, as in the host names of ElastiCache
    "short": lambda text: "".join(
        part if index == 0 else part[0] for index, part in enumerate(text.split("-"))
    ),
    "topic": lambda text: text.replace(":cluster/", ":topic/"),
}


class Renderer:
    """Renders templates for one resource."""

    def __init__(
        self,
        seed: str,
        values: Properties,
        settings: Mapping[str, Value],
        find: Callable[[str], Properties | None],
    ) -> None:
        self.values = values
        self._seed = seed
        self._settings = settings
        self._find = find
        self._tainted = False

    def random(self, label: str) -> Random:
        """Return the resource's own stream of chance under a label."""
        return Random(hashlib.sha256(f"{self._seed}\0{label}".encode()).digest())  # noqa: S311 - a simulation

    def output(self, template: Value) -> Value:
        """Render a template; the result is secret if it was made of secrets."""
        self._tainted = False
        value = self.render(template)
        return Secret(value) if self._tainted else value

    def render(self, template: Value) -> Value:
        """Render a template of any shape."""
        if isinstance(template, str):
            return self._string(template)
        if is_list(template):
            return [self.render(item) for item in template]
        if is_map(template):
            return self._fields(template)
        return template

    def _fields(self, fields: Properties) -> Value:
        name = next(iter(fields), "")
        if name == "$when":
            chosen = "value" if holds(as_map(fields[name]), self.values) else "else"
            return self.render(fields.get(chosen))
        if name == "$each":
            return self._each(as_map(fields[name]))
        if name.startswith("$"):
            arguments = as_map(self.render(fields[name]))
            chance = self.random(str(arguments.get("label", name)))
            return GENERATORS[name](chance, arguments, cast("Properties", plain(self.values)))
        return {key: self.render(item) for key, item in fields.items()}

    def text(self, template: str) -> str:
        """Render a template that makes a string; parts still unknown make it empty."""
        value = self.render(template)
        return value if isinstance(value, str) else "" if isinstance(value, Unknown) else str(value)

    def _each(self, arguments: Properties) -> Value:
        over = self.render(arguments.get("over"))
        count = self.render(arguments.get("count"))
        if isinstance(over, Unknown) or isinstance(count, Unknown):
            return UNKNOWN
        items = as_list(over) if "over" in arguments else list(range(int(str(count))))
        made: list[Value] = []
        for number, item in enumerate(items, 1):
            extra: Properties = {"n": number, "nnn": f"{number:03}", "item": item}
            inner = Renderer(self._seed, {**self.values, **extra}, self._settings, self._find)
            made.append(inner.render(arguments["as"]))
        if arguments.get("order") == "shuffled":
            # the real service promises no order; a program that needs one must sort by itself
            made = made[1:] + made[:1]
        joiner = arguments.get("join")
        return joiner.join(map(str, made)) if isinstance(joiner, str) else made

    def _string(self, template: str) -> Value:
        whole = PLACEHOLDER.fullmatch(template)
        if whole:
            return self._expression(whole[1], template)
        parts = [(found[0], self._expression(found[1], template)) for found in PLACEHOLDER.finditer(template)]
        if any(isinstance(value, Unknown) for _, value in parts):
            return UNKNOWN
        for placeholder, value in parts:
            template = template.replace(placeholder, str(value), 1)
        return template

    def _expression(self, expression: str, template: str) -> Value:
        source, *filters = expression.split("|")
        source, question, default = source.partition("?")
        value = self._source(source)
        if value is None or value == "":
            if not question:
                raise KeyError(
                    f"the template {template!r} needs '{source}', which the resource does not have"
                )
            value = self._source(default[1:]) if default.startswith("=") else default
        for name in filters:
            value = value if isinstance(value, Unknown) else FILTERS[name](str(value))
        return value

    def _source(self, source: str) -> Value:
        kind, _, rest = source.partition(":")
        if kind in ALPHABETS:
            length, _, label = rest.partition(":")
            chance = self.random(label or kind)
            return "".join(chance.choice(ALPHABETS[kind]) for _ in range(int(length)))
        if kind == "uuid":
            return str(uuid.UUID(int=self.random(rest or kind).getrandbits(128), version=4))
        if kind == "ref":
            path, _, wanted = rest.partition(":")
            name = self._value(path)
            if isinstance(name, Unknown):
                return UNKNOWN
            return lookup(self._find(str(name)), path_parts(wanted))
        return self._value(source)

    def _value(self, path: str) -> Value:
        value = lookup(self.values, path_parts(path))
        if value is None:
            value = self._settings.get(path)
        if isinstance(value, Secret):
            self._tainted = True
        return plain(value)
