"""What a cloud is told to open an ingress to Rasa, and what it hands out: one address.

Each cloud folder has an `Ingress` component in `ingress.py` that takes these args.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any, Generic, Protocol

from pulumi import Output
from typing_extensions import TypeVar

from components.contract.secrets import SecretValue

Placement = TypeVar("Placement", infer_variance=True)
Other = TypeVar("Other")

COOKIE_SECONDS = 86400
"""How long a browser comes back to the same pod: a day, longer than conversations are resumed."""
REDIRECT_STATUS = 301


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """A DNS zone that is there already."""

    name: str
    id: str
    """Route 53 hosted zone id, Azure resource id, name of the managed zone on Google Cloud, or
    `projects/<project>/managedZones/<name>` of another project."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudCertificate:
    """The cloud issues it, proves the name in the zone, and renews it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CertManagerCertificate:
    """cert-manager issues it into a Secret, and renews it."""

    issuer: str | None
    """An issuer that is there; None: the stack installs cert-manager, with an issuer of its own."""
    cluster_wide: bool
    email: str | None
    """Whom the authority tells that a certificate ends, where the issuer is ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExistingCertificate:
    """It exists in the form that the cloud's load balancer takes; the stack does not renew it."""

    reference: str
    """ARN (AWS), name of a certificate map (Google Cloud), or of a TLS Secret in Rasa's namespace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PemCertificate:
    """It is given with the config; a new one is a change of the config."""

    certificate: str
    """PEM: the certificate, then its intermediates."""
    key: SecretValue


Certificate = CloudCertificate | CertManagerCertificate | ExistingCertificate | PemCertificate


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """A Gateway of the cluster (Gateway API) that other routes share; it ends TLS."""

    name: str
    namespace: str
    listener: str | None
    """None: each listener that fits the host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IngressArgs(Generic[Placement]):
    """Which Service is reached from outside, under which name, and how."""

    placement: Placement
    namespace: Output[str]
    service: Output[str]
    """Name of Rasa's Service; known when there is something behind it."""
    pod_labels: Mapping[str, str]
    """Rasa's pods, for a Service of our own beside the chart's."""
    port: int
    host: str
    zone: Zone | None
    """None: the owner of the zone makes the record by hand."""
    certificate: Certificate
    affinity: bool
    """Whether a browser must come back to the same pod."""
    paths: tuple[str, ...]
    """Open to everybody: the channels. `/` matches exactly, every other path is a prefix; each is Rasa's own
    (docs/rasa-pro.md, Paths)."""
    api_cidrs: tuple[str, ...] = ()
    """From where everything else can be reached, too; empty: from nowhere."""
    idle_seconds: int = 3600
    """How long a quiet WebSocket is kept."""
    internal: bool = False
    """For the network alone, not for the internet."""
    class_name: str | None = None
    """Of an ingress controller that is there, where no cloud brings one."""
    gateway: Gateway | None = None
    """What takes the route instead of a class."""
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    """That controller's own, for the Ingress or the HTTPRoute."""
    pull_secret: Output[str] | None = None
    """As in `Kubernetes`, for what the stack installs beside the load balancer."""
    also_hosts: tuple[str, ...] = ()
    """Further names, which lead to the same."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which Rasa is reached."""
        return (self.host, *self.also_hosts)

    def per_host(self, name: str) -> Mapping[str, str]:
        """Name of a resource that each host has one of → the host; a host keeps its own beside any others."""
        further = {f"{name}-{sha256(host.encode()).hexdigest()[:8]}": host for host in self.also_hosts}
        return {name: self.host, **further}

    def at(self, place: Other) -> IngressArgs[Other]:
        """The same, at a place in a cloud."""
        told: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        told["placement"] = place
        return IngressArgs(**told)


class HasUrl(Protocol):
    """A component whose result is an address."""

    @property
    def url(self) -> Output[str]: ...
