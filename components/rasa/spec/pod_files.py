"""Where the certificates that Rasa trusts and shows lie in its pod."""

from __future__ import annotations

from typing import Literal

AUTHORITIES = "/etc/rasa/authorities"
CLIENT = "/etc/rasa/client"

Role = Literal[
    "model-storage",
    "lock-store",
    "tracker-store",
    "event-broker",
    "secrets-manager",
    "nlg",
    "actions",
    "tracing",
    "metrics",
]
"""Whose file it is; the file's name follows."""

CLIENT_CERTIFICATE = "event-broker.crt"
CLIENT_KEY = "event-broker.key"
POSTGRES_CERTIFICATE = "tracker-store.crt"
POSTGRES_KEY = "tracker-store.key"
GOOGLE_CREDENTIALS = "model-storage.json"


def authority_path(role: Role) -> str:
    """Where the bundle that `role` trusts lies in the pod."""
    return f"{AUTHORITIES}/{authority_file(role)}"


def client_path(file: str) -> str:
    """Where a client's certificate or key lies in the pod."""
    return f"{CLIENT}/{file}"


def authority_file(role: Role) -> str:
    """Name of the bundle that `role` trusts."""
    return f"{role}.pem"
