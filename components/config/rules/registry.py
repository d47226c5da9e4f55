"""Rules for `rasa:registry`: what a mirror, a pull secret and the nodes' rights need to do anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.clouds import CLOUDS
from components.config.cluster import ExistingCluster, ManagedCluster
from components.config.installed import charts
from components.config.messages import rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings

MIRROR, SECRET, EXISTING, ID = (
    f"rasa:registry.{key}" for key in ("mirror", "pullSecret", "existingPullSecret", "id")
)


def _one_pull_secret(settings: Settings) -> Iterator[str]:
    registry = settings.registry
    if registry.pull_secret is not None and registry.existing_pull_secret is not None:
        yield (
            f"{SECRET} and {EXISTING} are both set; accepted: one of them; remove the other with: "
            f"{rm_command(EXISTING)}"
        )


def _login_at_the_mirror(settings: Settings) -> Iterator[str]:
    """A pull secret for other registries than the one that everything comes from."""
    registry = settings.registry
    if registry.mirror is not None and registry.pull_secret is not None and registry.login is None:
        yield (
            f"{SECRET} has no login of {registry.host}, from which {MIRROR} has every pod pull; accepted: "
            f"one for {registry.host} among its auths; {set_with(SECRET, '<value>', is_secret=True)}"
        )


def _existing_pull_secret_is_there(settings: Settings) -> Iterator[str]:
    """A Secret cannot be in a namespace before the stack has made it."""
    if settings.registry.existing_pull_secret is None:
        return
    cluster = settings.cluster
    there = isinstance(cluster, ExistingCluster) and cluster.has_namespace
    made = [
        *([] if there else [settings.namespace]),
        *(one.namespace for one in charts(settings) if one.namespace),
    ]
    if made:
        yield (
            f"{EXISTING} names a Secret that would have to be in namespaces which the stack only makes "
            f"({', '.join(made)}); accepted: rasa:cluster.hasNamespace: true, beside operators that run "
            "already (rasa:cluster.operators), or the logins themselves: remove it with: "
            f"{rm_command(EXISTING)} and {set_with(SECRET, '<value>', is_secret=True)}"
        )


def _rights_of_nodes(settings: Settings) -> Iterator[str]:
    given, cloud = settings.registry.id, settings.cloud
    if given is None:
        return
    accepted = CLOUDS[cloud].registry if cloud in CLOUDS else None
    if not isinstance(settings.cluster, ManagedCluster) or accepted is None:
        why = (
            "nodes on AWS may pull from every ECR repository whose own policy lets them (docs/registry.md)"
            if cloud == "aws"
            else "the cluster's nodes are not the stack's"
        )
        yield f"{ID} would change nothing: {why}; remove it with: {rm_command(ID)}"
        return
    if not accepted.pattern.match(given):
        yield f"{ID} is {given!r}; accepted on {cloud}: {accepted.accepted}; {set_with(ID, '<id>')}"


RULES: Sequence[Rule] = (
    _one_pull_secret,
    _login_at_the_mirror,
    _existing_pull_secret_is_there,
    _rights_of_nodes,
)
