"""Read a kubeconfig as far as we need to: does it parse, which cluster is meant, can one log in by it alone.

Shows none of it but the names of contexts. The Kubernetes provider would go on with a broken one as with a
cluster that does not answer, resource by resource (pulumi-kubernetes 4.34, `provider.go`: "failed to parse
kubeconfig data").
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

import yaml

from components.config.plain_values import odd_values
from components.config.urls import url_problem

Kubeconfig = Mapping[str, Any]
FILES: Mapping[str, str] = {
    "certificate-authority": "certificate-authority-data",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
    "tokenFile": "token",
}
"""Keys that name a file → keys that hold the same (Kubernetes, "Organizing cluster access using kubeconfig
files": a path is relative to the kubeconfig's own folder)."""
DATA = ("certificate-authority-data", "client-certificate-data", "client-key-data")
PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END", re.DOTALL)
ORGANIZATION, MASTERS = b"\x06\x03\x55\x04\x0a", b"system:masters"
"""What kubeadm, k3s and others make; the API server does not ask RBAC for it (Kubernetes documentation,
"PKI certificates and requirements", admin.conf)."""
LOGINS = ("token", "client-certificate-data", "exec", "auth-provider", "username", "impersonate")


def read_kubeconfig(text: str, context: str | None) -> Kubeconfig:
    """Return it with `context` (or its own) as the current one, or raise `ValueError` with what is wrong."""
    kubeconfig = _parsed(text)
    contexts = _named(kubeconfig, "contexts")
    known = ", ".join(sorted(contexts)) or "none"
    wanted = context or kubeconfig.get("current-context")
    if not wanted:
        raise ValueError(f"names no current context; choose one in cluster.context, of: {known}")
    if not isinstance(wanted, str):
        raise ValueError("has a current-context that is not text; put its name in quotes")  # noqa: TRY004 - a mistake of the file, not of the program
    if wanted not in contexts:
        raise ValueError(f"has no context {wanted!r}; it has: {known}")
    chosen = _block(contexts[wanted].get("context"))
    for kind, plural in (("cluster", "clusters"), ("user", "users")):
        name = chosen.get(kind)
        if not isinstance(name, str) or name not in _named(kubeconfig, plural):
            raise ValueError(f"has a context {wanted!r} whose {kind} is not among its {plural}")
    current = {**kubeconfig, "current-context": wanted}
    _refuse_what_logs_in_nowhere(current)
    return current


def server_of(kubeconfig: Kubeconfig) -> str:
    """The URL of the API of the current context's cluster."""
    return str(_current(kubeconfig, "cluster").get("server", ""))


def address_and_authorities(kubeconfig: Kubeconfig) -> list[str]:
    """What one cluster has in common with itself: the URL of its API, and a digest of each authority.

    No authority stands there where the API's certificate is a public one, or is not looked at.
    """
    pem = b64decode(str(_current(kubeconfig, "cluster").get("certificate-authority-data", "")))
    found = {sha256(b"".join(one.split())).hexdigest()[:16] for one in PEM.findall(pem)}
    return [server_of(kubeconfig), *sorted(found)]


def is_unverified(kubeconfig: Kubeconfig) -> bool:
    """Whether the API's certificate is not looked at."""
    return _current(kubeconfig, "cluster").get("insecure-skip-tls-verify") is True


def is_administrator(kubeconfig: Kubeconfig) -> bool:
    """Whether its client certificate is of the group that no RBAC can hold back.

    Looks for the organisation (2.5.4.10) in the certificate as DER writes it, UTF8String or PrintableString.
    Of other logins a kubeconfig does not say what they may do.
    """
    pem = b64decode(str(_current(kubeconfig, "user").get("client-certificate-data", "")))
    der = b64decode(b"".join(line for line in pem.splitlines() if not line.startswith(b"-----")))
    return any(ORGANIZATION + tag + bytes([len(MASTERS)]) + MASTERS in der for tag in (b"\x0c", b"\x13"))


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
    cluster, user = _current(kubeconfig, "cluster"), _current(kubeconfig, "user")
    return Login(
        server=str(cluster.get("server", "")),
        authority=cluster.get("certificate-authority-data"),
        certificate=user.get("client-certificate-data"),
        key=user.get("client-key-data"),
        token=user.get("token"),
    )


class _Loader(yaml.SafeLoader):
    """Leaves dates as the text that they are: Kubernetes knows no others."""


def _as_written(_: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


@lru_cache(maxsize=4)  # it is asked for by several rules, and takes a millisecond a line
def _parsed(text: str) -> Kubeconfig:
    try:
        document: object = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f" in line {error.problem_mark.line + 1}"
        # What PyYAML quotes is a piece of the kubeconfig.
        what = re.sub(r"'.*'", "'…'", str(error.problem), flags=re.DOTALL)
        raise ValueError(f"does not parse: {what}{line}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise ValueError("does not parse as YAML") from None
    if not isinstance(document, Mapping) or "clusters" not in document:
        raise ValueError("is no kubeconfig: it has no clusters (a path to a file is none either)")
    for odd in odd_values({"kubeconfig": cast("object", document)}):
        where = ".".join(map(str, odd.at[1:]))
        raise ValueError(f"{where} {odd.what}" if where else odd.what)
    return cast("Kubeconfig", document)


def _refuse_what_logs_in_nowhere(kubeconfig: Kubeconfig) -> None:
    cluster, user = _current(kubeconfig, "cluster"), _current(kubeconfig, "user")
    for block in (cluster, user):
        for key in FILES.keys() & block.keys():
            raise ValueError(
                f"names a file in {key}, which is on the machine where it was written and nowhere else; "
                f"accepted: {FILES[key]}, which `kubectl config view --raw --flatten --minify` writes"
            )
        for key in (*DATA, "token", "server", "proxy-url"):
            value = block.get(key, "")
            if not isinstance(value, str):
                raise ValueError(f"has a {key} that is not text")  # noqa: TRY004
            if key in DATA and not _is_base64(value):
                raise ValueError(f"has a {key} that is not base64")
    if (problem := url_problem(server_of(kubeconfig))) is not None:
        raise ValueError(f"has a server that {problem}")
    proxy = str(cluster.get("proxy-url", ""))
    if proxy and (problem := url_problem(proxy, schemes=("http", "https", "socks5"), login=True)) is not None:
        raise ValueError(f"has a proxy-url that {problem}")
    if not any(user.get(key) for key in LOGINS):
        raise ValueError(
            "has no login for its context's user (token, client certificate, exec or auth-provider); "
            "accepted: what `kubectl config view --raw --flatten --minify` writes"
        )


def _is_base64(text: str) -> bool:
    try:
        b64decode("".join(text.split()), validate=True)
    except ValueError:
        return False
    return True


def _current(kubeconfig: Kubeconfig, kind: str) -> Mapping[str, Any]:
    """The cluster or user of the current context."""
    context = _block(_named(kubeconfig, "contexts")[kubeconfig["current-context"]].get("context"))
    return _block(_named(kubeconfig, f"{kind}s")[context[kind]].get(kind))


def _named(kubeconfig: Kubeconfig, key: str) -> Mapping[str, Mapping[str, Any]]:
    entries = kubeconfig.get(key)
    blocks = map(_block, cast("list[object]", entries) if isinstance(entries, list) else [])
    return {block["name"]: block for block in blocks if isinstance(block.get("name"), str)}


def _block(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
