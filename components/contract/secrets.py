"""Secrets, and how Rasa logs in with them: the part of the contract that every connection shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pulumi import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretRef:
    """One key of a Kubernetes Secret that is in Rasa's namespace already; we never see its content.

    Pods refer to it as it stands, so a new content reaches them when they start (docs/adr/0003).
    """

    name: str | Output[str]
    key: str


SecretValue = Output[str] | SecretRef
"""A secret that the engine knows, or the place in the cluster where it lies."""
FileContent = SecretValue
"""A certificate's text is not secret, but may come from a Secret: an operator's own authority does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCertificate:
    """What Rasa shows to a server, beside a password or in place of one."""

    certificate: FileContent
    key: SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordLogin:
    """A user name and a password that Rasa reads from its environment."""

    username: str
    password: SecretValue


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultLogin:
    """A user whose password the tracker store reads from Vault; no other can (docs/rasa-pro.md, Vault)."""

    username: str
    key: str
    """Key at the secrets manager's path."""
    password: SecretValue | None = None
    """What the stack itself puts there, for the Job that makes the user; None: the stack does not make it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateLogin:
    """No password: the server knows the user by the certificate that Rasa shows it (PostgreSQL)."""

    username: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudIdentityLogin:
    """No password: Rasa asks the cloud for a short-lived token with the identity of its pod.

    Rasa Pro 3.21 can do this on AWS only (`iam_credentials_providers/credentials_provider_protocol.py`).
    """

    username: str | Output[str]
    provider: Literal["aws"]
    region: str
    server: Output[str] | None = None
    """The name that the token is bound to, where the service wants one (ElastiCache: replication group)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSecretLogin:
    """An administrator whose password stays in the cloud's secret store; a setup pod reads it there."""

    store: Literal["aws-secrets-manager"]
    secret: Output[str]
    """Identifier in the store; the secret is JSON with `username` and `password`."""
    region: str


Login = PasswordLogin | CloudIdentityLogin


def engine_values(content: Mapping[str, SecretValue]) -> dict[str, Output[str]]:
    """What goes into an object that we make, by name."""
    return {name: value for name, value in content.items() if not isinstance(value, SecretRef)}


def references(content: Mapping[str, SecretValue]) -> dict[str, SecretRef]:
    """What lies in Secrets that are there already, by name."""
    return {name: value for name, value in content.items() if isinstance(value, SecretRef)}
