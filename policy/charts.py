"""Which release of a chart is whose."""

from __future__ import annotations

from policy.stack import Resource, at

RELEASE = "kubernetes:helm.sh/v3:Release"


def is_rasa(release: Resource) -> bool:
    """Whether it is the assistant, rather than its analytics or an operator."""
    rasa = at(release.inputs, "values.rasa")
    return rasa is not None and at(rasa, "enabled") is not False


def is_vault(release: Resource) -> bool:
    """Whether it is Vault."""
    return str(at(release.inputs, "chart")).rpartition("/")[2] == "vault"
