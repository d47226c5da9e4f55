"""What a provider call is made through: a configured provider instance, and the clouds of the engine run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from simcloud.account import Account
from simcloud.catalog import Package
from simcloud.clock import Clock
from simcloud.faults import Faults
from simcloud.templates import Renderer
from simcloud.wire import Properties, Value


@dataclass(frozen=True, slots=True)
class Connection:
    """One configured provider instance."""

    package: Package
    settings: Properties = field(default_factory=dict[str, Value])

    def scopes(self) -> tuple[str, str]:
        """Return where its resources live: the region (or cluster), then the whole account."""
        provider = self.package.provider
        identity = self.settings.get(provider.identity) if provider.identity else None
        if isinstance(identity, str):
            return identity, identity
        here = self.endpoint
        return (here, here) if provider.endpoint else (self.text(provider.scope), self.text(provider.account))

    @property
    def endpoint(self) -> str:
        """The API address, where the account is a cluster; else nothing."""
        return self.text(self.package.provider.endpoint or "")

    @property
    def forgives(self) -> bool:
        """Whether what a silent account holds counts as gone."""
        provider = self.package.provider
        said = self.settings.get(provider.forgives_unreachable) if provider.forgives_unreachable else None
        if said is None and provider.forgives_by:
            said = os.environ.get(provider.forgives_by)
        return str(said).lower() == "true"

    def moves(self, other: Connection) -> bool:
        """Whether the other one addresses another account, as the provider tells."""
        identity = self.package.provider.identity
        both = [one.settings.get(identity) for one in (self, other)] if identity else []
        if both and None not in both:
            return both[0] != both[1]
        places = [
            one.scopes() if not identity else (one.text("{kubeconfig|cluster}"),) for one in (self, other)
        ]
        return places[0] != places[1] and all(all(place) for place in places)

    def text(self, template: str) -> str:
        """Render a template over the provider's settings."""
        provider = self.package.provider
        return Renderer("", self.settings, provider.settings, lambda _: None).text(template)


@dataclass(slots=True)
class Cloud:
    """What the provider calls of one engine run share."""

    account: Account
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
