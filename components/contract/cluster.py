"""The cluster that Rasa runs in: how it is reached, who its pods are, and the addresses around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pulumi import Output

from components.contract.connections import Connection
from components.contract.terms import Flavor


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeLocalEndpoint:
    """An agent on the pod's own node that answers at a fixed address."""

    cidr: str
    ports: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterConfigMap:
    """A ConfigMap by which a cluster is told to do what it could do and does not by itself."""

    name: str
    namespace: str
    data: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterNetwork:
    """Addresses that are the cloud's, not the operator's."""

    identity: tuple[NodeLocalEndpoint, ...] = ()
    """Where a pod gets its cloud identity from; empty where that is an HTTPS API like any other."""
    dns: tuple[str, ...] = ()
    """Addresses of the cluster's DNS, where it does not run as pods (or the plug-in looks at addresses)."""
    stores_cidrs: tuple[str, ...] = ()
    """Ranges of addresses of the data stores that the cloud manages; none: they are not known."""
    public_balancers: tuple[str, ...] = ()
    """Where the requests of a load balancer for the internet come from."""
    internal_balancers: tuple[str, ...] = ()
    """The same of one for the network alone."""
    settings: tuple[ClusterConfigMap, ...] = ()


NAME_LABEL = "app.kubernetes.io/name"
"""Network policies know our pods by this label: the chart of Rasa puts its full name there (`_helpers.tpl`,
rasa.selectorLabels), our Jobs one of the names below. A pod with another name reaches no server."""
RASA, PREFLIGHT = "rasa", "rasa-preflight"
DATABASE_INIT, MODEL_UPLOAD = "rasa-database-init", "rasa-model-upload"
ANALYTICS_RELEASE = "rasa-analytics"
ANALYTICS = f"{ANALYTICS_RELEASE}-rasa-pro-services"
"""What the chart calls the pods of the analytics (`rasaProServices.name` after the release's full name)."""
OPEN_LABEL = {"rasa-pulumi/network-policies": "off"}
"""On a namespace whose pods no network policy guards, for people and for `policy/network.py`."""
VAULT_BOOTSTRAP, VAULT_SNAPSHOT = "vault-bootstrap", "vault-snapshot"
CLIENTS = (RASA, PREFLIGHT, DATABASE_INIT, ANALYTICS, VAULT_BOOTSTRAP, VAULT_SNAPSHOT)
"""Pods that may call the servers beside Rasa."""

LINK_LOCAL = ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32")
"""Where a node's own agents and the metadata services answer, which give out the node's credentials; the last
is AWS' with IPv6 (EC2 user guide, "Access instance metadata")."""
# EKS user guide, "Learn how EKS Pod Identity grants pods access to AWS services", considerations.
EKS_POD_IDENTITY = NodeLocalEndpoint(cidr="169.254.170.23/32", ports=(80,))
# GKE documentation, "Control communication between Pods and Services using network policies", network policy
# and Workload Identity Federation: the first with Dataplane V2, the second with Calico.
GKE_METADATA = (
    NodeLocalEndpoint(cidr="169.254.169.254/32", ports=(80, 8080)),
    NodeLocalEndpoint(cidr="169.254.169.252/32", ports=(987, 988)),
)


AWS_ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
"""With it a pod swaps a token of its own for credentials, at STS by HTTPS; without, EKS' agent on the node
hands them out (EKS user guide, "Grant Kubernetes workloads access to AWS")."""
GOOGLE_ACCOUNT_ANNOTATION = "iam.gke.io/gcp-service-account"
AZURE_CLIENT_ANNOTATION = "azure.workload.identity/client-id"
AZURE_IDENTITY_LABEL = "azure.workload.identity/use"
"""With it a pod swaps a token of its own at Entra by HTTPS (Azure Workload Identity, "Labels")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultSeal(Connection):
    """How Vault unseals itself without a human, and where its recovery keys go."""

    stanza: Output[str]
    """The `seal` stanza of Vault's configuration (HCL)."""
    service_account_annotations: Mapping[str, Output[str]]
    pod_labels: Mapping[str, str]
    recovery_keys: Output[str]
    """Identifier of the secret, in the cloud's secret store, that receives the recovery keys."""
    snapshots: Output[str] | None = None
    """URL of the bucket that takes Vault's snapshots, encrypts them and lets them expire."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PodIdentity(Connection):
    """How a pod takes on its cloud identity: by the name of its service account, and these marks on it."""

    service_account: str
    annotations: Mapping[str, Output[str]] = field(default_factory=dict[str, Output[str]])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True, slots=True)
class Provisioner:
    """A driver of volumes."""

    name: str
    parameters: Mapping[str, str]
    """As a StorageClass has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectKey:
    """One key of a ConfigMap or of a Secret in Rasa's namespace."""

    kind: Literal["configMap", "secret"]
    name: str | Output[str]
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kubernetes(Connection):
    """The cluster that everything of Rasa's runs in."""

    kubeconfig: Output[str]
    """Secret; what `kubernetes.Provider` logs in with."""
    identifier: Output[str]
    """Which cluster it is, whatever its address, its authority and the name of its context become."""
    deletion_protection: bool = False
    """Its namespace is not deleted, and what is in it not forgotten when it does not answer."""
    namespace: str
    has_namespace: bool = False
    """The namespace is there before the stack, with Secrets in it perhaps, and stays after it."""
    shared: bool = False
    """The cluster is not the stack's: its objects are still there when it does not answer."""
    closed: bool = True
    """Network policies say who talks to Rasa's pods and whom they call; else whatever surrounds them does."""
    pull_secret: Output[str] | None = None
    """Secret: Docker's config.json with the logins of registries, for each namespace of the stack's pods."""
    authorities: str | None = None
    """All that its pods trust, as PEM, of which a ConfigMap is to be made; public."""
    trust: ObjectKey | None = None
    """PEM of all that its pods trust, public authorities and a company's; None: what images bring."""
    flavor: Flavor = "kubernetes"
    """OpenShift assigns users and groups of pods itself, and has a router and a DNS of its own."""
    provisioner: Provisioner | None = None
    """Who makes volumes, where the cluster comes without a StorageClass that could (EKS Auto Mode)."""
    cluster_network: ClusterNetwork = field(default_factory=ClusterNetwork)
    """Addresses around the pods, for network policies."""
    rasa: PodIdentity
    """The identity that every dependency grants access to."""
    setup: PodIdentity
    """The identity of the setup Jobs; it reads administrator passwords and nothing else."""
