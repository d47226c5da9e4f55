"""Kubeconfigs that nobody means, but that people paste."""

from __future__ import annotations

from collections.abc import Sequence

from tests.config.odd_values import LOGIN, PLANTED

_USER = f"{{name: ci, user: {{token: {PLANTED}}}}}"
_CONTEXT = "{name: a, context: {cluster: a, user: ci}}"


def _kubeconfig(
    clusters: str = "[{name: a, cluster: {server: 'https://a'}}]",
    users: str = f"[{_USER}]",
    contexts: str = f"[{_CONTEXT}]",
    current: str = "a",
) -> str:
    return (
        f"apiVersion: v1\nkind: Config\nclusters: {clusters}\nusers: {users}\n"
        f"contexts: {contexts}\ncurrent-context: {current}\n"
    )


def _server(server: str) -> str:
    return _kubeconfig(clusters=f"[{{name: a, cluster: {{server: {server}}}}}]")


KUBECONFIGS: Sequence[str] = (
    "",
    "~",
    "null",
    "3",
    "[]",
    "{}",
    PLANTED,
    f"/home/{PLANTED}/.kube/config",
    f"{PLANTED}: [",
    f"- {PLANTED}: {{",
    f"token: !!python/object:os.system {PLANTED}",
    f"token: !{PLANTED} x",
    f"token: &{PLANTED} [*{PLANTED}",
    f"token: *{PLANTED}",
    f"%{PLANTED} 1\n---\na: b",
    f"---\na: {PLANTED}\n---\nb: c",
    "a: \x00",
    "a: \ud800",
    "? [a, b]\n: c",
    "? {a: b}\n: c",
    "a: &a [*a]\nclusters: *a\n",
    "&a {clusters: [*a], contexts: [*a], users: [*a], current-context: *a}",
    "clusters: []",
    "clusters: {}",
    "clusters: 3",
    "clusters: [3]",
    "{" * 600,
    "a: " + "[" * 600,
    _kubeconfig(current="[x]"),
    _kubeconfig(current="{x: y}"),
    _kubeconfig(current="2026-11-25"),
    _kubeconfig(current="3"),
    _kubeconfig(current="true"),
    _kubeconfig(current="~"),
    _kubeconfig(current=PLANTED),
    _kubeconfig(contexts="3"),
    _kubeconfig(contexts="[3]"),
    _kubeconfig(contexts="[~]"),
    _kubeconfig(contexts="[{name: a}]"),
    _kubeconfig(contexts="[{name: a, context: 3}]"),
    _kubeconfig(contexts="[{name: a, context: {cluster: [a], user: ci}}]"),
    _kubeconfig(contexts="[{name: a, context: {cluster: {a: b}, user: ci}}]"),
    _kubeconfig(contexts="[{name: a, context: {cluster: a, user: [ci]}}]"),
    _kubeconfig(contexts="[{name: [a], context: {cluster: a, user: ci}}]"),
    _kubeconfig(contexts="[{name: 2026-11-25, context: {cluster: a, user: ci}}]", current="2026-11-25"),
    _kubeconfig(contexts="[{name: 3, context: {cluster: a, user: ci}}]", current="3"),
    _kubeconfig(contexts="[{name: true, context: {cluster: a, user: ci}}]", current="true"),
    _kubeconfig(contexts=f"[{_CONTEXT}, {_CONTEXT}]"),
    _kubeconfig(users="3"),
    _kubeconfig(users="[{name: ci}]"),
    _kubeconfig(users="[{name: ci, user: 3}]"),
    _kubeconfig(users="[{name: ci, user: ~}]"),
    _kubeconfig(users="[{name: ci, user: {}}]"),
    _kubeconfig(users="[{name: ci, user: {token: [x]}}]"),
    _kubeconfig(users="[{name: ci, user: {client-certificate-data: 3, client-key-data: [x]}}]"),
    _kubeconfig(users="[{name: ci, user: {client-certificate-data: '%', client-key-data: '%'}}]"),
    _kubeconfig(users=f"[{{name: ci, user: {{tokenFile: /run/{PLANTED}}}}}]"),
    _kubeconfig(users="[{name: ci, user: {exec: 3}}]"),
    _kubeconfig(users="[{name: ci, user: {exec: {command: [x]}}}]"),
    _kubeconfig(users=f"[{{name: ci, user: {{username: x, password: {PLANTED}}}}}]"),
    _kubeconfig(users="&a [{name: ci, user: {extra: *a}}]"),
    _kubeconfig(users="[{name: ci, user: {token: 2026-11-25}}]"),
    _kubeconfig(users="[{name: ci, user: {token: !!binary aGVsbG8=}}]"),
    _kubeconfig(users="[{name: ci, user: {token: !!set {a, b}}}]"),
    _kubeconfig(users="[{name: ci, user: {2026-11-25: x}}]"),
    _kubeconfig(users="[{name: ci, user: {? [a] : x}}]"),
    _kubeconfig(users="[{name: ci, user: {token: .nan}}]"),
    _kubeconfig(clusters="[{name: a, cluster: 3}]"),
    _kubeconfig(clusters="[{name: a, cluster: {}}]"),
    _kubeconfig(clusters="[{name: a, cluster: {server: 'https://a', certificate-authority-data: [x]}}]"),
    _kubeconfig(clusters="[{name: a, cluster: {server: 'https://a', certificate-authority-data: '%'}}]"),
    _kubeconfig(clusters="[{name: a, cluster: {server: 'https://a', insecure-skip-tls-verify: true}}]"),
    _kubeconfig(clusters="[{name: a, cluster: {server: 'https://a', proxy-url: 'http://[::1'}}]"),
    _server("~"),
    _server("3"),
    _server("[x]"),
    _server("{x: y}"),
    _server("''"),
    _server("https://"),
    _server("'https://x:99999'"),
    _server("'https://[::1'"),
    _server("'https://[::1]:6443'"),
    _server("'https://x:port'"),
    _server(f"'https://user:{LOGIN}@host'"),
    _server(f"'https://user:{LOGIN}@[::1'"),
    _server(f"'{PLANTED}'"),
    _server("'https://a b'"),
    _server("'https://℀'"),
    _server("'https://a\\nb'"),
    _server("'ftp://a'"),
)
"""Whatever people paste for a kubeconfig."""
