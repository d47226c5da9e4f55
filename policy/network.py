"""Policies on Kubernetes: who talks to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from components.contract.cluster import OPEN_LABEL
from policy.stack import UNKNOWN, Policy, Stack, at, demand, present, unsure

JOB = "kubernetes:batch/v1:Job"
NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
POD_SECURITY = "pod-security.kubernetes.io"


def namespaces_are_labelled_and_closed(stack: Stack) -> Iterator[str]:
    """Each says what its pods may be; in Rasa's own nobody talks to anybody unless a policy says so."""
    closed = {
        at(policy.inputs, "metadata.namespace")
        for policy in stack.of(NETWORK_POLICY)
        if not at(policy.inputs, "spec.podSelector")
        and set(at(policy.inputs, "spec.policyTypes") or ()) == {"Ingress", "Egress"}
        and not at(policy.inputs, "spec.ingress")
        and not at(policy.inputs, "spec.egress")
    }
    homes = {at(job.inputs, "metadata.namespace") for job in stack.of(JOB)}
    for namespace in stack.of(NAMESPACE):
        label: Any = at(namespace.inputs, "metadata.labels") or {}
        if unsure(label):
            continue
        if label.get(f"{POD_SECURITY}/enforce") not in {"baseline", "restricted"}:
            yield f"{namespace.type} {namespace.name}: enforces no Pod Security Standard"
        name = at(namespace.inputs, "metadata.name")
        if OPEN_LABEL.items() <= label.items():
            continue  # the stack file says so: rasa:networkPolicies.enabled
        if name in homes and not {name, UNKNOWN} & closed:
            yield f"{namespace.type} {namespace.name}: has no policy that denies by default"


def nobody_comes_in_from_everywhere(stack: Stack) -> Iterator[str]:
    """A rule that lets in all addresses, or all namespaces, guards nothing."""
    for policy in stack.of(NETWORK_POLICY):
        for rule in _list(policy.inputs, "spec.ingress"):
            if not at(rule, "from"):
                yield f"{policy.type} {policy.name}: lets everybody in"
            for peer in _list(rule, "from"):
                selector = at(peer, "namespaceSelector")
                if at(peer, "ipBlock.cidr") in {"0.0.0.0/0", "::/0"}:
                    yield f"{policy.type} {policy.name}: lets in every address"
                elif selector is not None and not at(selector, "matchLabels") and not at(peer, "podSelector"):
                    yield f"{policy.type} {policy.name}: lets in every pod"


def credentials_of_nodes_are_out_of_reach(stack: Stack) -> Iterator[str]:
    """Whoever may call anywhere may not call where clouds hand out the credentials of their machines."""
    for policy in stack.of(NETWORK_POLICY):
        for rule in _list(policy.inputs, "spec.egress"):
            for peer in _list(rule, "to"):
                block = at(peer, "ipBlock")
                if at(block, "cidr") == "0.0.0.0/0" and at(block, "except") != ["169.254.0.0/16"]:
                    yield f"{policy.type} {policy.name}: reaches the metadata of nodes"


def the_way_in_is_encrypted(stack: Stack) -> Iterator[str]:
    """HTTPS only: plain HTTP is redirected, or not served."""
    for ingress in stack.of(INGRESS):
        notes: Any = at(ingress.inputs, "metadata.annotations") or {}
        if notes is not UNKNOWN and "alb.ingress.kubernetes.io/ssl-redirect" not in notes:
            yield from demand(ingress, "spec.tls", present)
    for gateway in stack.of(GATEWAY):
        for listener in _list(gateway.inputs, "spec.listeners"):
            if at(listener, "protocol") == "HTTP" and not _redirects(stack, str(at(listener, "name"))):
                yield f"{gateway.type} {gateway.name}: serves plain HTTP"


def _list(value: object, path: str) -> Sequence[Any]:
    """What stands at a path, one by one; nothing where only `up` will know it."""
    found = at(value, path)
    return () if found is None or found is UNKNOWN else found


def _redirects(stack: Stack, listener: str) -> bool:
    """Whether all that is routed from a listener is told to come back by HTTPS."""
    routes = [
        route
        for route in stack.of(ROUTE)
        if any(at(parent, "sectionName") == listener for parent in _list(route.inputs, "spec.parentRefs"))
    ]
    rules = [rule for route in routes for rule in _list(route.inputs, "spec.rules")]
    return bool(rules) and all(
        [at(one, "requestRedirect.scheme") for one in _list(rule, "filters")] == ["https"] for rule in rules
    )


POLICIES: Sequence[Policy] = (
    namespaces_are_labelled_and_closed,
    nobody_comes_in_from_everywhere,
    credentials_of_nodes_are_out_of_reach,
    the_way_in_is_encrypted,
)
