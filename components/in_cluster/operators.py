"""The operators that run the data stores, each in a namespace of its own, watching Rasa's.

Names of release and namespace are fixed. CloudNativePG's chart leaves its CustomResourceDefinitions behind
(annotation `helm.sh/resource-policy: keep`, charts/cloudnative-pg/templates/crds/crds.yaml), labelled with
both names: a release of another name could not adopt them, and the next `pulumi up` would fail. Strimzi's
definitions stay, too (Helm never deletes what lies in a chart's `crds/`), nor does an upgrade change them:
before a new version of Strimzi here, apply its `strimzi-crds-<version>.yaml` (the chart's README, "Upgrading
your Clusters").

A cluster takes one operator of a kind. Where one runs (OpenShift's OperatorHub, another stack), say so in
`rasa:cluster.operators`: it must watch Rasa's namespace, of which another stack is told by its
`rasa:cluster.operatorsAlsoWatch`, and Strimzi's must make pods that the Pod Security Standard `restricted`
admits (`STRIMZI_POD_SECURITY_PROVIDER_CLASS=restricted`; on OpenShift as it is). The label
`rasa-pulumi/operators=true` on its namespace lets it through the network policies to its servers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.images import CLOUDNATIVE_PG, STRIMZI, Chart
from components.contract.terms import Operator as OperatorName
from components.in_cluster.placement import Placement
from components.kubernetes.access import MODES, POD_SECURITY
from components.kubernetes.chart import repository_of
from components.kubernetes.network_policies import OPERATORS
from components.kubernetes.pull_secret import with_pull_secret

INSTALL_SECONDS = 600
READY = {"pulumi.com/waitFor": "condition=Ready"}
"""Annotation of an object: the provider waits until the operator reports it ready (pulumi-kubernetes,
`metadata/ annotations.go`); without it the engine goes on as soon as the API server has the object."""

Values = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatorArgs:
    """One operator's chart."""

    chart: Chart
    values: Values
    pull_secret: Output[str] | None
    """As in `Kubernetes`."""


class Operator(ComponentResource):
    """A namespace and the release in it; objects that the operator looks after depend on it."""

    def __init__(self, name: str, args: OperatorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:in_cluster:Operator", name, {}, opts)
        namespace = v1.Namespace(
            name,
            metadata=ObjectMetaArgs(
                name=args.chart.namespace,
                labels={
                    **OPERATORS,
                    **{f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in MODES},
                },
            ),
            opts=ResourceOptions(parent=self),
        )
        Release(
            name,
            name=name,
            namespace=with_pull_secret(
                name, namespace.metadata.name, args.pull_secret, opts=ResourceOptions(parent=self)
            ),
            chart=args.chart.ref,
            version=args.chart.version,
            repository_opts=repository_of(args.chart),
            values=args.values,
            atomic=True,
            cleanup_on_fail=True,
            max_history=5,
            timeout=INSTALL_SECONDS,
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def cloudnative_pg(place: Placement, *, parent: Resource) -> list[Resource]:
    """The operator of PostgreSQL, unless it runs already."""
    if "cloudnative-pg" in place.running:
        return []
    values: dict[str, object] = {
        # Its rights stay cluster-wide, since it has webhooks and reads nodes; it watches the
        # namespaces of stacks alone (CloudNativePG documentation, "Operator configuration").
        "config": {"data": {"WATCH_NAMESPACE": _list_of(place.watched)}},
        "resources": _resources("100m", "256Mi"),
    }
    if place.is_openshift:
        # The chart's 10001 lies outside the range that OpenShift gives the namespace; null takes it away.
        values["containerSecurityContext"] = {"runAsUser": None, "runAsGroup": None}
    name: OperatorName = "cloudnative-pg"
    args = OperatorArgs(chart=CLOUDNATIVE_PG, values=values, pull_secret=place.access.cluster.pull_secret)
    return [Operator(name, args, ResourceOptions(parent=parent))]


def strimzi(place: Placement, *, parent: Resource) -> list[Resource]:
    """The operator of Kafka, unless it runs already."""
    if "strimzi" in place.running:
        return []
    values: dict[str, object] = {
        "watchNamespaces": list(place.watched),
        # Its default, `baseline`, says nothing about users and privileges, and Rasa's namespace admits
        # `restricted` alone (documentation, "Enabling the restricted security provider").
        "extraEnvs": [{"name": "STRIMZI_POD_SECURITY_PROVIDER_CLASS", "value": POD_SECURITY}],
    }
    name: OperatorName = "strimzi"
    args = OperatorArgs(chart=STRIMZI, values=values, pull_secret=place.access.cluster.pull_secret)
    return [Operator(name, args, ResourceOptions(parent=parent))]


def once_ready(made: CustomResource, text: str) -> Output[str]:
    """A text that an operator derives from an object's name, known once the object is ready."""
    return made.urn.apply(lambda _: text)


def _list_of(names: Sequence[Input[str]]) -> Output[str]:
    return Output.all(*names).apply(",".join)


def _resources(cpu: str, memory: str) -> Values:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}
