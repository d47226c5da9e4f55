"""Where the stack's pods run, how important they are, and what is written on them, in the stack file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.config.model import Model
from components.config.patterns import OBJECT_NAME

Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class Metadata(Model):
    """What is written on objects, besides what the stack writes itself."""

    labels: dict[str, str] = Field(default_factory=dict[str, str])
    """Labels, such as team: bots."""
    annotations: dict[str, str] = Field(default_factory=dict[str, str])
    """Annotations, such as sidecar.istio.io/inject: "false"."""


class Toleration(Model):
    """A taint of nodes on which the pods may run all the same, as Kubernetes has it."""

    key: str | None = None
    """Key of the taint; without it every taint of that effect, with operator Exists."""
    operator: Literal["Exists", "Equal"] = "Equal"
    """Equal compares the value, Exists does not."""
    value: str | None = None
    """Value of the taint."""
    effect: Effect | None = None
    """Effect of the taint; by default all."""
    toleration_seconds: int | None = Field(default=None, ge=0)
    """How long a pod stays on a node that gets a taint of effect NoExecute; by default for ever."""


class Pods(Metadata):
    """All pods of the stack: Rasa's, those of its Jobs, of stores, servers and operators in the cluster."""

    node_selector: dict[str, str] = Field(default_factory=dict[str, str])
    """Labels that a node must have, such as kubernetes.io/arch: amd64."""
    tolerations: tuple[Toleration, ...] = ()
    """Taints that do not keep the pods away."""
    priority_class_name: str | None = Field(default=None, pattern=OBJECT_NAME)
    """A PriorityClass of the cluster."""
    services: Metadata = Metadata()
    """What is written on Services."""
    service_accounts: Metadata = Metadata()
    """What is written on service accounts."""
