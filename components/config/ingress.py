"""`rasa:ingress` of a stack file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.model import CertificateChain, Host, Model, Port, PrivateKey, choice, chosen_by
from components.config.patterns import EMAIL, LABEL_NAME, OBJECT_NAME, PATH_OF_INGRESS


class DnsZone(Model):
    """A DNS zone that is there already."""

    name: Annotated[Host, AfterValidator(lambda name: name.lower().rstrip("."))]
    """Its domain, such as example.com."""
    id: str = Field(min_length=1)
    """AWS: hosted zone id; Azure: resource id; Google Cloud: name of the managed zone, or its path in another
    project."""


class CloudCertificate(Model):
    """The cloud issues and renews the certificate; it proves the name in the zone."""

    source: Literal["cloud"] = Field(alias="from")


class CertManagerCertificate(Model):
    """cert-manager issues and renews it."""

    source: Literal["cert-manager"] = Field(alias="from")
    issuer: str | None = Field(default=None, pattern=OBJECT_NAME)
    """Issuer that is in the cluster; without one (Azure) the stack installs cert-manager, too."""
    kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """Its kind; an Issuer is in Rasa's namespace."""
    email: str | None = Field(default=None, pattern=EMAIL)
    """Whom Let's Encrypt tells what concerns the account, where the stack installs cert-manager."""


class ExistingCertificate(Model):
    """The certificate exists: the stack does not check which names it is for, and you renew it."""

    source: Literal["existing"] = Field(alias="from")
    reference: str = Field(min_length=1)
    """AWS: ARN; Google Cloud: name of a certificate map; elsewhere: TLS Secret in the namespace."""


class PemCertificate(Model):
    """The stack file holds the certificate; a renewed one is a change of the file."""

    source: Literal["pem"] = Field(alias="from")
    certificate: CertificateChain
    """The certificate and its intermediates, as PEM."""
    key: PrivateKey
    """Its private key, as PEM: pulumi config set --secret --path rasa:ingress.certificate.key < key.pem"""


CertificateChoice = Annotated[
    Annotated[CloudCertificate, choice("cloud")]
    | Annotated[CertManagerCertificate, choice("cert-manager")]
    | Annotated[ExistingCertificate, choice("existing")]
    | Annotated[PemCertificate, choice("pem")],
    chosen_by("from", "cloud", "cert-manager", "existing", "pem"),
]


class Gateway(Model):
    """A Gateway of the cluster (Gateway API), whose listener has the host's certificate."""

    name: str = Field(pattern=OBJECT_NAME)
    """Its name."""
    namespace: str = Field(pattern=LABEL_NAME)
    """Its namespace; the listener must allow routes of Rasa's (allowedRoutes)."""
    listener: str | None = Field(default=None, pattern=OBJECT_NAME)
    """The one listener that takes the route; without it every one that fits the host does, HTTP, too."""


class Api(Model):
    """Rasa's HTTP API besides the channels: conversations, model, status."""

    allowed_cidrs: tuple[str, ...] = Field(min_length=1)
    """From where it can be reached; it wants Rasa's token besides."""


class Caller(Model):
    """Who may call Rasa: pods of the cluster, or addresses."""

    namespace: str | None = Field(default=None, pattern=LABEL_NAME)
    """Where the pods are."""
    labels: dict[str, str] = Field(default_factory=dict[str, str])
    """Which of the pods there; without any: all."""
    cidr: str | None = None
    """Addresses instead, as a range: of an ingress controller that runs in the network of its nodes, say."""


class Ingress(Model):
    """The ingress; without a host there is none."""

    host: Host | None = None
    """The name under which Rasa is reached, such as assistant.example.com."""
    also_hosts: tuple[Host, ...] = Field(default=(), max_length=15)
    """Further names, which lead to the same: the certificate and the records that the stack makes are theirs,
    too, and so a `zone` must hold them. An HTTPRoute takes 16 names at most."""
    zone: DnsZone | None = None
    """Where its DNS record goes; without one the record is made by hand."""
    certificate: CertificateChoice | None = None
    """By default the cloud's own, on AWS and Google Cloud."""
    affinity: bool | None = None
    """Whether a browser comes back to the same pod; by default where a channel needs it. With a Gateway true
    says that a policy of its implementation sees to it, for the Gateway API has no field for it."""
    paths: tuple[Annotated[str, Field(pattern=PATH_OF_INGRESS)], ...] = ()
    """Open to everybody, besides those of the channels: /webhooks, and /socket.io where it is used."""
    api: Api | None = None
    """Opens the rest of Rasa's HTTP API to some addresses; by default to none outside of the cluster."""
    idle_seconds: int = Field(default=3600, ge=60, le=4000)
    """How long a quiet WebSocket is kept; AWS takes 4000 at most."""
    internal: bool = False
    """For the network alone (AWS); elsewhere the class of the controller decides."""
    class_name: str | None = Field(default=None, pattern=OBJECT_NAME)
    """Existing cluster: the IngressClass."""
    gateway: Gateway | None = None
    """Existing cluster: the Gateway that takes an HTTPRoute, instead of an IngressClass."""
    controller_namespace: str | None = None
    """Existing cluster: where the controller's pods are, which network policies let in to Rasa."""
    annotations: dict[str, str] = Field(default_factory=dict[str, str])
    """Existing cluster: for the Ingress or HTTPRoute, as its controller wants them (affinity, time-outs)."""
    callers: tuple[Caller, ...] = ()
    """Who may call Rasa directly; network policies refuse everybody else."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Key → each name under which Rasa is reached; without a host none."""
        if self.host is None:
            return {}
        further = {f"rasa:ingress.alsoHosts[{index}]": name for index, name in enumerate(self.also_hosts)}
        return {"rasa:ingress.host": self.host, **further}


class Egress(Model):
    """Servers that Rasa's pods call and no other key names."""

    cidr: str | None = None
    """Their addresses, as a range; without one and without a namespace: any."""
    namespace: str | None = Field(default=None, pattern=LABEL_NAME)
    """The namespace of this cluster that they are in, instead of addresses."""
    labels: dict[str, str] = Field(default_factory=dict[str, str])
    """Which of the pods there; without any: all."""
    ports: tuple[Port, ...] = ()
    """Their ports (of pods: what they listen on themselves, behind any Service); without any: all."""
    protocols: tuple[Literal["TCP", "UDP"], ...] = Field(default=("TCP",), min_length=1)
    """TCP, UDP or both."""


class NetworkPolicies(Model):
    """What the network policies cannot know by themselves; HTTPS is open, and so is every connection."""

    enabled: bool = True
    """false makes none: what surrounds Rasa's pods is then all that guards them, such as a mesh.
    A production stack says so in each run."""
    egress: tuple[Egress, ...] = ()
    """Further servers, such as a language model on a port of its own, or brokers on ports of their own."""
