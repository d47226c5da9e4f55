"""Policies on Kubernetes: pods come and go, and nobody notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.charts import RELEASE, is_rasa, is_vault
from policy.stack import Policy, Stack, at, demand, members, unsure

DEPLOYMENT, PATCH = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DeploymentPatch"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
KAFKA_FLUSH_SECONDS = 30
"""How long Rasa may need for its last events (docs/rasa-pro.md, Shutdown)."""
MOST_PODS = 50


def updates_lose_no_capacity(stack: Stack) -> Iterator[str]:
    """A pod goes when its successor serves, and only when nobody sends to it any more."""
    for deployment in stack.of(DEPLOYMENT):
        if unsure(at(deployment.inputs, "spec")):
            continue
        yield from demand(deployment, "spec.strategy.rollingUpdate.maxUnavailable", 0)
        for container in at(deployment.inputs, "spec.template.spec.containers"):
            if not at(container, "lifecycle.preStop"):
                yield f"{deployment.type} {deployment.name}: stops while it is still sent to"
            if not at(container, "readinessProbe"):
                yield f"{deployment.type} {deployment.name}: is sent to before it serves"
    for release in filter(is_rasa, stack.of(RELEASE)):
        if unsure(at(release.inputs, "values.rasa")):
            continue
        if at(release.inputs, "values.rasa.strategy.rollingUpdate.maxUnavailable") != 0:
            yield f"{release.type} {release.name}: an update takes pods before it has others"
        patches = [at(patch.inputs, "spec.template.spec") for patch in stack.of(PATCH)]
        if not unsure(*patches) and not any(_stops_gently(pod) for pod in patches):
            yield f"{release.type} {release.name}: Rasa stops before its events are flushed"


def nodes_can_be_drained(stack: Stack) -> Iterator[str]:
    """Whoever has several pods has a budget that lets one go at a time; Rasa's own release, too."""
    budgets = [at(budget.inputs, "spec") for budget in stack.of(BUDGET)]
    covered = [at(budget, "selector.matchLabels") for budget in budgets]
    for budget in budgets:
        if not unsure(budget) and at(budget, "maxUnavailable") != 1:
            yield f"a disruption budget that may keep a node from being drained: {budget}"
    for deployment in stack.of(DEPLOYMENT):
        labels = at(deployment.inputs, "spec.selector.matchLabels")
        if (
            not unsure(labels, *covered)
            and at(deployment.inputs, "spec.replicas") != 1
            and labels not in covered
        ):
            yield f"{deployment.type} {deployment.name}: several pods and no disruption budget"
    for release in stack.of(RELEASE):
        name = at(release.inputs, "name")
        mine = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}
        if is_rasa(release) and not unsure(name, *covered) and mine not in covered:
            yield f"{release.type} {release.name}: no disruption budget"


def autoscalers_have_an_end(stack: Stack) -> Iterator[str]:
    """A maximum that somebody has thought of: the chart's own is 100, each with its database connections."""
    for autoscaler in stack.of(AUTOSCALER):
        yield from demand(autoscaler, "spec.maxReplicas", _at_most_fifty)
    for release in stack.of(RELEASE):
        scaling = at(release.inputs, "values.rasa.autoscaling")
        if not unsure(scaling) and at(scaling, "enabled") and not _at_most_fifty(at(scaling, "maxReplicas")):
            yield f"{release.type} {release.name}: Rasa may grow to {at(scaling, 'maxReplicas')} pods"


def _at_most_fifty(value: object) -> bool:
    # The engine hands numbers to a policy pack as floats.
    return isinstance(value, int | float) and 1 <= value <= MOST_PODS


def _stops_gently(pod: object) -> bool:
    seconds = at(pod, "terminationGracePeriodSeconds")
    pauses = [value for key, value in members(pod) if key == "preStop"]
    return (seconds or 0) > KAFKA_FLUSH_SECONDS and any(pauses)


def rasa_is_ready_only_with_its_model(stack: Stack) -> Iterator[str]:
    """Readiness asks /status: `/` answers 200 without a model (docs/rasa-pro.md, Unreadable models)."""
    for release in filter(is_rasa, stack.of(RELEASE)):
        probe = at(release.inputs, "values.rasa.readinessProbe")
        # The chart's default is a GET of /, which only an explicit null takes away.
        if unsure(probe):
            continue
        if "/status" not in str(at(probe, "exec")) or "httpGet" not in probe or probe["httpGet"] is not None:
            yield f"{release.type} {release.name}: readiness does not ask /status alone"


def vault_is_closed_and_survives(stack: Stack) -> Iterator[str]:
    """TLS alone, nothing that reaches into other pods, and in production the loss of one server."""
    for release in filter(is_vault, stack.of(RELEASE)):
        server = at(release.inputs, "values.server")
        configuration = str(at(server, "ha.raft.config"))
        if at(release.inputs, "values.global.tlsDisable") is not False or "tls_disable" in configuration:
            yield f"{release.type} {release.name}: takes plain HTTP"
        if "retry_join" not in configuration:
            yield f"{release.type} {release.name}: its servers would not find each other"
        yield from demand(release, "values.injector.enabled", wanted=False)
        yield from demand(release, "values.server.updateStrategyType", wanted="RollingUpdate")
        if stack.production:
            yield from demand(release, "values.server.ha.replicas", wanted=3)
            yield from demand(release, "values.server.ha.disruptionBudget.enabled", wanted=True)


POLICIES: Sequence[Policy] = (
    updates_lose_no_capacity,
    nodes_can_be_drained,
    autoscalers_have_an_end,
    rasa_is_ready_only_with_its_model,
    vault_is_closed_and_survives,
)
