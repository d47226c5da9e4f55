"""What a provider call is made through: a configured provider instance, and the clouds of the engine run."""

from __future__ import annotations

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
        renderer = Renderer("", self.settings, provider.settings, lambda _: None)
        return renderer.text(provider.endpoint or provider.scope), renderer.text(
            provider.endpoint or provider.account
        )


@dataclass(slots=True)
class Cloud:
    """What the provider calls of one engine run share."""

    account: Account
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
