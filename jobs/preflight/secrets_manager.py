"""Vault: the secret that Rasa Pro reads, and the life of its token."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rasa.core.secrets_manager.endpoints import EndpointTrait
from rasa.core.secrets_manager.factory import load_secret_manager, read_vault_config
from rasa.core.secrets_manager.secret_manager import SecretsManagerProvider

from preflight.network import explained, server_at
from preflight.report import Problem, Warn

KV_VERSION_2 = ("data", "metadata")
"""The keys of an answer of a KV version 2 engine."""
VAULT_ERROR_HINTS: Mapping[str, tuple[str, str]] = {
    # Listed before the next: Vault's message about an unknown token has both texts.
    "invalid token": (
        "Vault does not know the token: it has ended, was revoked, or is of another namespace",
        "Give a periodic token of the root namespace, and `pulumi up`",
    ),
    "permission denied": (
        "Vault refuses the token, or its policy does not let it read the path",
        "Give a periodic token whose policy may read <mount>/data/<path> and renew itself",
    ),
    "Vault is sealed": (
        "Vault is sealed",
        "Unseal it; where a cloud's key does so, look at its grants and the log of Vault's pods",
    ),
    "not initialized": ("nobody has initialised this Vault", "Initialise it: the Job vault-bootstrap does"),
    "Invalid path for a versioned K/V": (
        "Rasa Pro asks there for KV version 2, and the path is none",
        "Give mount and path apart, without data/",
    ),
    "None, on get": (
        "the path holds no secret, or its mount is KV version 1",
        "Write the tracker store's password there, in a KV version 2 engine",
    ),
    "no handler for route": ("the mount does not exist", "Mount a KV version 2 engine there"),
}


def secrets_manager(path: str, endpoints: Any) -> str:
    """Read the secret with Rasa Pro's own client, and look at the token's life."""
    config = read_vault_config(path)
    if config is None:
        raise Problem("Rasa Pro finds no secrets manager in its block", "Write type: vault, url and token")
    with explained([server_at(config.url, os.environ.get("VAULT_CACERT"))], VAULT_ERROR_HINTS):
        load_secret_manager(path)
        manager = SecretsManagerProvider().get_secrets_manager("vault")
        wanted = _wanted(endpoints.tracker_store)
        _refuse_version_1(manager, config)
        trait = EndpointTrait(endpoint_config=endpoints.tracker_store, endpoint_type="tracker_store")
        # Without a reference Rasa Pro reads nothing from Vault, but its reader would demand a password.
        secret = manager.load_secrets(trait) if wanted else {}
        token = manager.client.auth.token.lookup_self()["data"]
    # Rasa Pro only warns about a missing key, and goes on without a password (docs/rasa-pro.md, Vault).
    missing = sorted(set(wanted) - secret.keys())
    if missing:
        raise Problem(
            f"the secret at {config.secrets_path} has no key {', '.join(missing)}",
            "Write it there, as KV version 2",
        )
    if token["ttl"] and not token["renewable"]:
        raise Problem(
            f"the token ends in {token['ttl']} s and cannot be renewed", "Give a periodic, renewable token"
        )
    # Vault names the namespace of a token where it is the root's; otherwise it is taken for the configured
    # one's.
    if token["ttl"] and config.namespace and token.get("namespace_path", config.namespace):
        raise Problem(
            f"Rasa Pro renews its token without the namespace {config.namespace}, where it is not known",
            "Give a token of the root namespace whose policy reads the path in that one, or no namespace",
        )
    # A token of a role has its role's period, which a look-up does not show.
    if token["ttl"] and not token.get("period") and not token.get("role"):
        raise Warn(
            "the token is not periodic: one day it cannot be renewed any more", "Give a periodic token"
        )
    lives = "the token renews itself" if token["ttl"] else "the token never ends"
    return f"{len(secret)} keys read at {config.secrets_path}; {lives}"


def _refuse_version_1(manager: Any, config: Any) -> None:
    """Read as Rasa Pro does, and name the engine: Rasa Pro's own error for another version is only `data`."""
    answer = manager.client.secrets.kv.read_secret_version(
        mount_point=config.mount_point or "secret", path=config.secrets_path
    )
    if not answer["data"].keys() >= set(KV_VERSION_2):
        raise Problem("the mount is no KV version 2 engine", "vault kv enable-versioning, or another mount")


def _wanted(store: Any) -> list[str]:
    """The keys of the secret that the tracker store's block refers to."""
    if store is None:
        return []
    values = [*vars(store).values(), *store.kwargs.values()]
    return [value["secret_key"] for value in values if isinstance(value, dict) and "secret_key" in value]
