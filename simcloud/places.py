"""How an explicit provider addresses an account: a part of the language of `packages/<package>.yaml`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Provider(BaseModel):
    """How an explicit provider addresses an account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    required: list[str] = Field(default_factory=list[str])
    settings: dict[str, str] = Field(default_factory=dict)
    """Values that templates may use, beside the provider's own inputs."""
    scope: str = "everywhere"
    account: str = "everywhere"
    endpoint: str | None = None
    """The API address, where the account is a cluster that must exist."""
    identity: str | None = None
    """The setting that says which account it is, whatever its address."""
    forgives_unreachable: str | None = None
    """The setting with which what a silent cluster holds counts as gone."""
    forgives_by: str | None = None
    """The variable of the environment that says the same, where the setting is absent."""
    never_forgiven: list[str] = Field(default_factory=list[str])
    """Types whose deletion fails while the cluster is silent, whatever the setting says."""
    ignores_in_refresh: bool = True
    """Whether `ignore_changes` holds in a refresh, too: the engine leaves that to the provider."""
    infers_inputs: bool = False
    """Whether a refresh takes what the cloud says for inputs, also where the program gave none."""
    update_tells: list[str] | None = None
    """The outputs that an update's preview returns besides the inputs; all of them where it is left out."""
