"""One resource as a simulated cloud holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simcloud.wire import Properties, Value


@dataclass(slots=True)
class Record:
    """One resource as the cloud holds it."""

    urn: str
    type: str
    id: str
    scope: str
    """The account and region, or the API address of the cluster, in which it lives."""
    inputs: Properties
    outputs: Properties
    offers: list[str] = field(default_factory=list[str])
    prefixes: list[str] = field(default_factory=list[str])
    uses: list[str] = field(default_factory=list[str])
    """Keys of the resources that must outlive this one."""
    makes: list[tuple[str, str, list[str]]] = field(default_factory=list[tuple[str, str, list[str]]])
    """Type, name and entries of the objects that the cloud created with it."""
    hosts: str = ""
    guards: list[str] = field(default_factory=list[str])
    """Prefixes of the ids that cannot be deleted while this resource exists."""
    pending: Properties = field(default_factory=dict[str, Value])
    """Path → value that waits for the maintenance window."""

    @property
    def key(self) -> str:
        """Identity within the account."""
        return record_key(self.scope, self.type, self.id)

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.type} '{self.urn.rsplit('::', 1)[-1]}' ({self.id})"


def record_key(scope: str, token: str, identity: str) -> str:
    """Make the identity of a resource within the account."""
    return f"{scope} {token} {identity}"
