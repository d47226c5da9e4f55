"""The arguments of a server beside Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pulumi import Output

from components.contract.cluster import ObjectKey
from components.contract.secrets import SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerArgs:
    """One server."""

    namespace: Output[str]
    """Rasa's namespace, known once it exists."""
    namespace_name: str
    image: str
    """With tag or digest."""
    args: tuple[str, ...] = ()
    """Of the image's entry point; empty: the image's own."""
    port: int
    protocol: Literal["http", "grpc"] = "http"
    health: str
    """Path that answers 200 when the server can serve; of gRPC the service whose health is asked for."""
    replicas: int
    most_replicas: int
    cpu: str
    """What each pod is given, in Kubernetes' units; not a limit."""
    memory: str
    """What each pod is given, and its limit."""
    start_seconds: int
    """How long the server may take until it answers for the first time."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, SecretValue] = field(default_factory=dict[str, SecretValue])
    """Environment variable → secret."""
    trust: ObjectKey | None = None
    """Whom its clients trust; None: what its image brings."""
    user: int | None = None
    """Number to run as; None: the image says a number, or the cluster assigns one."""
    writable: bool = False
    """The image writes elsewhere than in /tmp."""
