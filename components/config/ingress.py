"""`rasa:ingress` of a stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from components.config.model import Host, Model, Pem, Secret, choice, chosen_by


class DnsZone(Model):
    """A DNS zone that is there already."""

    name: Host
    """Its domain, such as example.com."""
    id: str = Field(min_length=1)
    """AWS: hosted zone id; Azure: resource id; Google Cloud: name of the managed zone."""


class CloudCertificate(Model):
    """The cloud issues and renews the certificate; it proves the name in the zone."""

    source: Literal["cloud"] = Field(alias="from")


class CertManagerCertificate(Model):
    """cert-manager issues and renews it."""

    source: Literal["cert-manager"] = Field(alias="from")
    issuer: str | None = Field(default=None, min_length=1)
    """Issuer that is in the cluster; without one (Azure) the stack installs cert-manager, too."""
    kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """Its kind; an Issuer is in Rasa's namespace."""
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    """Whom Let's Encrypt tells what concerns the account, where the stack installs cert-manager."""


class ExistingCertificate(Model):
    """The certificate exists: the stack does not check which names it is for, and you renew it."""

    source: Literal["existing"] = Field(alias="from")
    reference: str = Field(min_length=1)
    """AWS: ARN; Google Cloud: name of a certificate map; elsewhere: TLS Secret in the namespace."""


class PemCertificate(Model):
    """The stack file holds the certificate; a renewed one is a change of the file."""

    source: Literal["pem"] = Field(alias="from")
    certificate: Pem
    """The certificate and its intermediates, as PEM."""
    key: Secret
    """Its private key, as PEM: pulumi config set --secret --path rasa:ingress.certificate.key"""


CertificateChoice = Annotated[
    Annotated[CloudCertificate, choice("cloud")]
    | Annotated[CertManagerCertificate, choice("cert-manager")]
    | Annotated[ExistingCertificate, choice("existing")]
    | Annotated[PemCertificate, choice("pem")],
    chosen_by("from", "cloud", "cert-manager", "existing", "pem"),
]


class Api(Model):
    """Rasa's HTTP API besides the channels: conversations, model, status."""

    allowed_cidrs: tuple[str, ...] = Field(min_length=1)
    """From where it can be reached; it wants Rasa's token besides."""


class Caller(Model):
    """Pods of the cluster that may call Rasa."""

    namespace: str = Field(min_length=1)
    """Where they are."""
    labels: dict[str, str] = Field(default_factory=dict[str, str])
    """Which; without any: all pods there."""


class Ingress(Model):
    """The ingress; without a host there is none."""

    host: Host | None = None
    """The name under which Rasa is reached, such as assistant.example.com."""
    zone: DnsZone | None = None
    """Where its DNS record goes; without one the record is made by hand."""
    certificate: CertificateChoice | None = None
    """By default the cloud's own, on AWS and Google Cloud."""
    affinity: bool | None = None
    """Whether a browser comes back to the same pod; by default where a channel needs it."""
    paths: tuple[Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")], ...] = ()
    """Open to everybody, besides those of the channels: /webhooks, and /socket.io where it is used."""
    api: Api | None = None
    """Opens the rest of Rasa's HTTP API to some addresses; by default to none outside of the cluster."""
    idle_seconds: int = Field(default=3600, ge=60, le=4000)
    """How long a quiet WebSocket is kept; AWS takes 4000 at most."""
    internal: bool = False
    """For the network alone (AWS); elsewhere the class of the controller decides."""
    class_name: str | None = None
    """Existing cluster: the IngressClass."""
    controller_namespace: str | None = None
    """Existing cluster: where the controller's pods are, which network policies let in to Rasa."""
    annotations: dict[str, str] = Field(default_factory=dict[str, str])
    """Existing cluster: for the Ingress, as its controller wants them (affinity, time-outs)."""
    callers: tuple[Caller, ...] = ()
    """Pods of the cluster that may call Rasa directly; network policies refuse all other pods."""


class Egress(Model):
    """Servers that Rasa's pods call and no other key names."""

    cidr: str = "0.0.0.0/0"
    """Their addresses."""
    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(min_length=1)
    """Their ports."""


class NetworkPolicies(Model):
    """What the network policies cannot know by themselves; HTTPS is open, and so is every connection."""

    egress: tuple[Egress, ...] = ()
    """Further servers, such as a language model on a port of its own."""
