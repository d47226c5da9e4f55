"""The network policies of one assistant: each of its pods, and the servers that run beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Input, Resource, ResourceOptions

from components.contract.cluster import (
    ANALYTICS,
    CLIENTS,
    DATABASE_INIT,
    MODEL_UPLOAD,
    NAME_LABEL,
    PREFLIGHT,
    RASA,
    VAULT_BOOTSTRAP,
    VAULT_SNAPSHOT,
    Kubernetes,
)
from components.contract.connections import Pods, Postgres, Volume
from components.kubernetes.documents import Block
from components.kubernetes.network_policies import (
    OPERATORS,
    AddressPeer,
    DefaultDeny,
    DefaultDenyArgs,
    NetworkPolicy,
    NetworkPolicyArgs,
    Peer,
    PodsPeer,
    Rule,
)
from components.rasa.args import AssistantArgs
from components.rasa.connections import Rendered
from components.rasa.egress import analytics_egress, cluster_rules, egress, setup_egress
from components.rasa.values import PORT

ANYBODY = Rule(what="whatever it needs", peers=(AddressPeer(), PodsPeer()))


@dataclass(frozen=True, kw_only=True, slots=True)
class AssistantNetworkPoliciesArgs:
    """Whose pods, and who calls Rasa."""

    assistant: AssistantArgs
    connections: Sequence[Rendered]
    namespace: Input[str]


class AssistantNetworkPolicies(ComponentResource):
    """Lets the assistant's pods call its connections alone, and only the named callers call Rasa.

    In a namespace that the stack makes, every pod without a policy of its own is cut off; in one that existed
    before, only the stack's pods have policies. Servers of this cluster (`Connection.pods`) admit Rasa's
    pods, their own replicas and their operator. Other pods in the stack's namespace need their own policies.
    """

    ready: tuple[Resource, ...]
    """What pods wait for: without their policies, the default-deny policy lets nothing through."""

    def __init__(
        self, name: str, args: AssistantNetworkPoliciesArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:rasa:AssistantNetworkPolicies", name, {}, opts)
        assistant = args.assistant
        cluster, reached = assistant.cluster, args.connections
        made: list[Resource] = []

        def guard(suffix: str, policy: NetworkPolicyArgs) -> None:
            made.append(NetworkPolicy(f"{name}-{suffix}", policy, ResourceOptions(parent=self)))

        if not cluster.has_namespace:
            deny = DefaultDenyArgs(namespace=args.namespace)
            made.append(DefaultDeny(f"{name}-default", deny, ResourceOptions(parent=self)))
        out = egress(reached, cluster, assistant.managed, _documents(assistant)).apply(
            lambda rules: (*rules, *assistant.further_egress)
        )

        def pods(names: Sequence[str], egress: Input[Sequence[Rule]], ingress: Sequence[Rule] = ()) -> None:
            policy = NetworkPolicyArgs(
                namespace=args.namespace, selects={NAME_LABEL: names}, ingress=ingress, egress=egress
            )
            guard(names[0].removeprefix("rasa-"), policy)

        pods([RASA], out, _callers(assistant))
        pods([PREFLIGHT], out)
        if assistant.upload is not None:
            pods([MODEL_UPLOAD], _to_model_storage(args))
        if databases := [store for store in _databases(assistant) if store.admin is not None]:
            pods([DATABASE_INIT], setup_egress(databases, cluster, assistant.managed))
        if (analytics := assistant.companions.analytics) is not None:
            pods([ANALYTICS], analytics_egress(analytics, cluster, assistant.managed))
        for server in reached:
            beside = server.connection and server.connection.pods
            if beside is not None and beside.namespace == cluster.namespace:
                guard(server.what.replace(" ", "-").lower(), _server(beside, cluster, args.namespace))
                if server.what == "secrets manager":
                    # They talk to Kubernetes and to the cloud's stores of secrets and of files, too.
                    pods([VAULT_BOOTSTRAP, VAULT_SNAPSHOT], (*cluster_rules(cluster), ANYBODY))
        self.ready = tuple(made)
        self.register_outputs({})


def _to_model_storage(args: AssistantNetworkPoliciesArgs) -> Input[Sequence[Rule]]:
    """A volume is reached over no network of the pod's."""
    assistant = args.assistant
    if isinstance(assistant.model_storage, Volume):
        return ()
    only = [one for one in args.connections if one.connection is assistant.model_storage]
    return egress(only, assistant.cluster, assistant.managed, {})


def _callers(assistant: AssistantArgs) -> Sequence[Rule]:
    """The ingress, and pods that the stack file names (`rasa:ingress.callers`)."""
    if not assistant.callers:
        return ()
    return (Rule(what="callers", peers=tuple(assistant.callers), ports=(PORT,)),)


def _documents(assistant: AssistantArgs) -> Block:
    """Where an operator names servers that the contract does not know."""
    models = assistant.companions.language_models
    return {
        "endpoints": assistant.extra_endpoints,
        "credentials": assistant.credentials,
        "model_groups": [*models.groups],
        "mcp_servers": [*models.mcp_servers],
        "variables": assistant.variables,  # a proxy, say
    }


def _databases(assistant: AssistantArgs) -> Iterator[Postgres]:
    if isinstance(assistant.tracker_store, Postgres):
        yield assistant.tracker_store
    if assistant.companions.analytics is not None:
        yield assistant.companions.analytics.database


def _server(pods: Pods, cluster: Kubernetes, namespace: Input[str]) -> NetworkPolicyArgs:
    """Admits Rasa's pods on the service ports, and the server's replicas and its operator on all ports.

    The policy is created before the server: with the default-deny policy alone, the server could not start.
    """
    ours: tuple[Peer, ...] = tuple(
        PodsPeer(namespace=cluster.namespace, labels={NAME_LABEL: name}) for name in CLIENTS
    )
    kin = (PodsPeer(namespace=pods.namespace, labels=pods.labels), PodsPeer(namespace_labels=OPERATORS))
    return NetworkPolicyArgs(
        namespace=namespace,  # not `pods.namespace`, its name alone: the policy waits until it is there
        selects={label: [value] for label, value in pods.labels.items()},
        ingress=(Rule(what="clients", peers=ours, ports=pods.ports), Rule(what="its own", peers=kin)),
        # Replication, backups, the Kubernetes API, seals: whatever its operator has it do.
        egress=(*cluster_rules(cluster), ANYBODY),
    )
