"""`secrets_manager`: Vault, where Rasa reads the tracker store's password."""

from __future__ import annotations

from components.contract.connections import Vault
from components.kubernetes.documents import Document
from components.rasa.connections.addresses import of_url
from components.rasa.connections.rendered import Rendered, authority
from components.rasa.spec import variables
from components.rasa.spec.pod_files import authority_path
from components.rasa.spec.variables import Plain, Secret, Variable, reference

WHAT, SOURCE = "secrets manager", "the secrets manager"


def secrets_manager(vault: Vault) -> Rendered:
    """Vault's address, and Rasa's token for it."""
    block: dict[str, Document] = {
        "type": "vault",
        "url": vault.address,
        "token": reference(variables.VAULT_TOKEN),
        "secrets_path": vault.path,
        "mount_point": vault.mount,
    }
    if vault.namespace is not None:
        block["namespace"] = vault.namespace
    found: list[Variable] = [Secret(variables.VAULT_TOKEN, vault.token, SOURCE)]
    if vault.ca is not None:
        # Rasa's Vault client has no key for it; hvac reads this (docs/rasa-pro.md, Vault).
        found.append(Plain("VAULT_CACERT", authority_path("secrets-manager"), SOURCE))
    return Rendered(
        what=WHAT,
        connection=vault,
        addresses=of_url(vault.address),
        blocks={"secrets_manager": block},
        variables=tuple(found),
        authorities=authority("secrets-manager", vault.ca),
    )
