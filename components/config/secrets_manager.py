"""`rasa:secretsManager`: none, a Vault of the stack's own, or an existing one.

Rasa reads its tracker store's password there, and nothing else (docs/rasa-pro.md, Vault).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pulumi import Output
from pydantic import Field

from components.config.model import (
    Existing,
    Model,
    Pem,
    Secret,
    VaultPath,
    certificates,
    choice,
    chosen_by,
    secret,
    url_of,
)
from components.config.patterns import TURN
from components.contract.connections import Vault
from components.contract.terms import Profile


class ExistingVault(Model):
    """A HashiCorp Vault with a KV version 2 engine; `trackerStore.password.vaultKey` names the key."""

    source: Existing = Field(alias="from")
    address: Annotated[str, *url_of("https")]
    """URL of the API; Rasa's token travels there, so https only."""
    mount: VaultPath = "secret"
    """Mount of the KV version 2 engine."""
    path: VaultPath = "rasa-secrets"
    """Path below the mount."""
    namespace: str | None = None
    """Vault Enterprise namespace of the path; the token must be one of the root namespace that never ends or
    that reads there, for Rasa leaves the namespace out when it renews its token (the preflight says so)."""
    token: Secret
    """Periodic token that may read the path and renew itself; with --secret, or {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed Vault's certificate; by default the public authorities."""

    def connection(self) -> Vault:
        """Where the tracker store's password lies."""
        return Vault(
            # The client adds /v1 itself.
            address=Output.from_input(self.address.rstrip("/").removesuffix("/v1")),
            mount=self.mount,
            path=self.path,
            namespace=self.namespace,
            token=secret(self.token),
            ca=certificates(self.ca),
        )


class NoSource(Model):
    """It is not used."""

    source: Literal["none"] = Field(default="none", alias="from")


class InClusterVault(Model):
    """HashiCorp Vault in the stack's cluster; it keeps the tracker store's password."""

    source: Literal["in-cluster"] = Field(alias="from")
    profile: Profile | None = None
    """dev (one server) or production (three) for Vault alone; by default the stack's."""
    rotation: str = Field(default="0", pattern=TURN)
    """Another value, the month for example, gives the tracker store's role a new password."""


SecretsManager = Annotated[
    Annotated[NoSource, choice("none")]
    | Annotated[InClusterVault, choice("in-cluster")]
    | Annotated[ExistingVault, choice("existing")],
    chosen_by("from", "none", "in-cluster", "existing", default="none"),
]
