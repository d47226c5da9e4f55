"""`rasa:cluster`: made by the cloud, or an existing one, which is never changed outside Rasa's namespace."""

from __future__ import annotations

import json
from typing import Annotated, Literal, Self

from pulumi import Output
from pydantic import AfterValidator, Field, SecretStr, model_validator

from components.config.kubeconfig import Kubeconfig, read_kubeconfig, server_of
from components.config.model import HERE, Existing, Model, choice, chosen_by
from components.config.network import Id
from components.config.patterns import LABEL_NAME, OBJECT_NAME
from components.contract.cluster import ClusterNetwork, Kubernetes, NodeLocalEndpoint, PodIdentity
from components.contract.terms import Flavor, Operator, Profile, Size

RASA_SERVICE_ACCOUNT, SETUP_SERVICE_ACCOUNT = "rasa", "rasa-setup"


def _path(value: str) -> str:
    """The path of a self link of GKE, which says `zones` of a cluster in one zone."""
    return value.removeprefix("https://container.googleapis.com/v1/").replace("/zones/", "/locations/")


class PlaceOfCluster(Model):
    """Where the cluster is in the stack's cloud, for the data stores that the cloud manages beside it."""

    cluster_name: Annotated[str, AfterValidator(_path)] = Field(min_length=1)
    """Its name in the cloud, for the identities of pods (AWS: EKS with the Pod Identity agent; Google Cloud:
    projects/<project>/locations/<region or zone>/clusters/<name>; Azure: its resource id)."""
    id: Id = Field(min_length=1)
    """The network (AWS, Google Cloud: VPC; Azure: virtual network)."""
    subnets: tuple[Id, ...] = ()
    """AWS: subnets for the data stores, in as many zones as the profile wants; no internet route needed.
    Google Cloud: an allocated range, peered with Google's services, where they run PostgreSQL or Redis.
    Azure: one that is delegated to PostgreSQL servers, one for private endpoints of all other stores."""
    private_dns_zones: tuple[str, ...] = ()
    """Azure: private DNS zones that exist and are linked to the network, by id, as in `network`."""
    clients: str | None = Field(default=None, min_length=1)
    """AWS: whom the data stores let in, the cluster's security group, which its pods have."""


class ExistingServiceAccount(Model):
    """What marks Rasa's service account, where pods take on an identity by it."""

    annotations: dict[str, str] = Field(default_factory=dict[str, str])
    """Such as eks.amazonaws.com/role-arn or iam.gke.io/gcp-service-account."""
    pod_labels: dict[str, str] = Field(default_factory=dict[str, str])
    """Such as azure.workload.identity/use: "true"."""


class _Cluster(Model):
    storage_class: str | None = Field(default=None, pattern=OBJECT_NAME)
    """StorageClass of the volumes of in-cluster dependencies; by default the cluster's default one."""
    operators_also_watch: tuple[Annotated[str, Field(pattern=LABEL_NAME)], ...] = ()
    """Further namespaces in which the operators that the stack installs run the stores of other stacks, whose
    `operators` name them; each must exist."""


class ExistingCluster(_Cluster):
    """A Kubernetes cluster that runs already."""

    source: Existing = Field(alias="from")
    kubeconfig: SecretStr
    """Its kubeconfig, whole (a path is none): pulumi config set --secret --path rasa:cluster.kubeconfig"""
    context: str | None = None
    """Context of the kubeconfig; by default its current one."""
    name: str = Field(default="existing", pattern=OBJECT_NAME)
    """What the stack calls the cluster. Its address, authority and context may change; another name says that
    it is another cluster, in which everything is made anew."""
    flavor: Flavor = "kubernetes"
    """OpenShift has security and routing of its own."""
    operators: tuple[Operator, ...] = ()
    """Operators that run in it already and watch the stack's namespace: the stack installs none of them."""
    has_namespace: bool = False
    """The namespace exists, with Secrets in it perhaps: the stack uses it, and leaves it when it goes."""
    service_account: ExistingServiceAccount = ExistingServiceAccount()
    """Rasa's service account."""
    network: PlaceOfCluster | None = None
    """Needed where the stack's cloud manages one of the dependencies."""

    @model_validator(mode="after")
    def _kubeconfig_is_one(self) -> Self:
        try:
            _ = self.contents
        except ValueError as error:
            kubectl = "kubectl config view --raw --minify --flatten"
            mend = f"pulumi config set --secret --path '{HERE}.kubeconfig' \"$({kubectl})\""
            if self.context is not None and self.context in str(error):
                mend = f"{mend}, and take its own context with: pulumi config rm --path '{HERE}.context'"
            raise ValueError(f"{HERE}.kubeconfig {error}; set it with: {mend}") from None
        return self

    @property
    def contents(self) -> Kubeconfig:
        """The kubeconfig with the chosen context as its current one; secret."""
        return read_kubeconfig(self.kubeconfig.get_secret_value(), self.context)

    @property
    def server(self) -> str:
        """URL of the Kubernetes API."""
        return server_of(self.contents)


def kubeconfig_of(block: ExistingCluster) -> Output[str]:
    """The kubeconfig with the chosen context as its current one, as a secret."""
    return Output.secret(json.dumps(block.contents))


def connect_cluster(
    block: ExistingCluster, *, namespace: str, identity: tuple[NodeLocalEndpoint, ...]
) -> Kubernetes:
    """Say where everything of Rasa's runs; `identity` is where its pods get their cloud identity from."""
    service_account_metadata = block.service_account
    return Kubernetes(
        kubeconfig=kubeconfig_of(block),
        identifier=Output.from_input(block.name),
        namespace=namespace,
        has_namespace=block.has_namespace,
        shared=True,
        flavor=block.flavor,
        cluster_network=ClusterNetwork(identity=identity),
        rasa=PodIdentity(
            service_account=RASA_SERVICE_ACCOUNT,
            annotations={
                name: Output.from_input(value) for name, value in service_account_metadata.annotations.items()
            },
            pod_labels=service_account_metadata.pod_labels,
        ),
        setup=PodIdentity(service_account=SETUP_SERVICE_ACCOUNT),
    )


class ManagedCluster(_Cluster):
    """A cluster that the cloud runs."""

    source: Literal["managed"] = Field(default="managed", alias="from")
    size: Size | None = None
    """small, medium or large; by default small in dev and medium in production."""
    profile: Profile | None = None
    """dev or production for the cluster alone; by default the stack's."""
    allowed_cidrs: tuple[str, ...] = ()
    """Addresses outside the network that reach the Kubernetes API, as CIDR ranges; empty: none do."""
    admins: tuple[str, ...] = ()
    """Further administrators, as principals of the cloud (AWS: IAM ARNs; Azure: `user:`, `group:` or
    `servicePrincipal:` and an Entra object id).
    On AWS the principal that creates the cluster is one; on Azure the one that runs `pulumi up` must be named
    here, too."""


Cluster = Annotated[
    Annotated[ManagedCluster, choice("managed")] | Annotated[ExistingCluster, choice("existing")],
    chosen_by("from", "managed", "existing", default="managed"),
]
