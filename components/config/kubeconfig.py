"""Read a kubeconfig as far as we need to: does it parse, and which cluster is meant. Shows none of it.

The Kubernetes provider would go on with a broken one as with a cluster that does not answer, resource by
resource (pulumi-kubernetes 4.34, `provider.go`: "failed to parse kubeconfig data").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

Kubeconfig = Mapping[str, Any]


def read_kubeconfig(text: str, context: str | None) -> Kubeconfig:
    """Return it with `context` (or its own) as the current one, or raise `ValueError` with what is wrong."""
    try:
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f" in line {error.problem_mark.line + 1}"
        raise ValueError(f"does not parse: {error.problem}{line}") from None
    except yaml.YAMLError:
        raise ValueError("does not parse as YAML") from None
    if not isinstance(document, Mapping) or "clusters" not in document:
        raise ValueError("is no kubeconfig: it has no clusters (a path to a file is none either)")
    kubeconfig = cast("Kubeconfig", document)
    contexts = _named(kubeconfig, "contexts")
    known = ", ".join(sorted(contexts)) or "none"
    wanted = context or kubeconfig.get("current-context")
    if not wanted:
        raise ValueError(f"names no current context; choose one in cluster.context, of: {known}")
    if wanted not in contexts:
        raise ValueError(f"has no context {wanted!r}; it has: {known}")
    chosen = _block(contexts[wanted].get("context"))
    for kind, plural in (("cluster", "clusters"), ("user", "users")):
        if chosen.get(kind) not in _named(kubeconfig, plural):
            raise ValueError(f"has a context {wanted!r} whose {kind} is not among its {plural}")
    return {**kubeconfig, "current-context": wanted}


def server_of(kubeconfig: Kubeconfig) -> str:
    """The URL of the API of the current context's cluster."""
    context = _block(_named(kubeconfig, "contexts")[kubeconfig["current-context"]].get("context"))
    cluster = _block(_named(kubeconfig, "clusters")[context["cluster"]].get("cluster"))
    return str(cluster.get("server", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """How the current context's user logs in, as far as that stands in the kubeconfig itself."""

    server: str
    authority: str | None
    """Base64 of PEM, and so are the two below."""
    certificate: str | None
    key: str | None = field(repr=False)
    token: str | None = field(repr=False)


def login_of(kubeconfig: Kubeconfig) -> Login:
    """The login of the current context."""
    context = _block(_named(kubeconfig, "contexts")[kubeconfig["current-context"]].get("context"))
    cluster = _block(_named(kubeconfig, "clusters")[context["cluster"]].get("cluster"))
    user = _block(_named(kubeconfig, "users")[context["user"]].get("user"))
    return Login(
        server=str(cluster.get("server", "")),
        authority=cluster.get("certificate-authority-data"),
        certificate=user.get("client-certificate-data"),
        key=user.get("client-key-data"),
        token=user.get("token"),
    )


def _named(kubeconfig: Kubeconfig, key: str) -> Mapping[str, Mapping[str, Any]]:
    entries = kubeconfig.get(key)
    blocks = map(_block, cast("list[object]", entries) if isinstance(entries, list) else [])
    return {str(block["name"]): block for block in blocks if "name" in block}


def _block(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
