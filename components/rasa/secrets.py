"""The Kubernetes Secrets of Rasa's pod, and the hash by which a new secret reaches running pods.

A pod reads its environment once and nothing restarts it when a Secret changes: the chart's own checksum
covers its ConfigMap only (docs/rasa-pro.md, Secrets in the chart). So the pods carry a hash of what they
read, and roll when it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components.contract.secrets import SecretRef, SecretValue, engine_values, references
from components.kubernetes.script_job import digest
from components.rasa.args import ApiLogin
from components.rasa.spec import variables

TOKEN_LENGTH = 64
"""Letters and digits: 380 bits, and safe in a URL (docs/rasa-pro.md, Tokens of the HTTP API)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretsArgs:
    """What is secret about one assistant."""

    namespace: Input[str]
    license: SecretValue
    """One that lies in the cluster already stays there."""
    variables: Mapping[str, Output[str]]
    """Environment variable → value."""
    client_files: Mapping[str, Output[str]]
    """File name → content: certificate and key that Rasa shows to a server."""
    api: ApiLogin


class Secrets(ComponentResource):
    """Generates what nobody gave of the HTTP API's logins, and keeps all secrets of its pod.

    Administrators' passwords are not here: they belong to the setup Jobs (`database.py`).
    """

    environment: Output[str]
    """Name of the Secret whose keys are environment variables."""
    client_files: Output[str] | None
    """Name of the Secret whose keys are files."""
    auth_token: Output[str] | None
    """What a caller of the HTTP API sends; None: it is in a Secret that was there before."""
    logins: Mapping[str, SecretRef]
    """Variable of the HTTP API's logins → where it lies."""
    digest: Output[str]
    """Changes whenever a secret does; not secret itself."""

    def __init__(self, name: str, args: SecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:Secrets", name, {}, opts)
        child = ResourceOptions(parent=self)
        logins: dict[str, SecretValue] = {
            variables.AUTH_TOKEN: args.api.token or _generated(f"{name}-auth-token", child),
            variables.JWT_SECRET: args.api.jwt_key or _generated(f"{name}-jwt-secret", child),
        }
        token = logins[variables.AUTH_TOKEN]
        self.auth_token = None if isinstance(token, SecretRef) else token
        # The chart demands both tokens and the licence (docs/rasa-pro.md, Secrets in the chart).
        content = {
            **args.variables,
            **engine_values({variables.LICENSE: args.license}),
            **engine_values(logins),
        }
        self.environment = _secret(f"{name}-environment", args.namespace, content, child)
        ours = {key: SecretRef(name=self.environment, key=key) for key in engine_values(logins)}
        self.logins = {**ours, **references(logins)}
        self.client_files = None
        if args.client_files:
            self.client_files = _secret(f"{name}-client-files", args.namespace, args.client_files, child)
        # Plain on purpose, for a preview to show that pods will roll: a generated text or the licence is part
        # of what is hashed, or a guess at another secret could be confirmed by hashing it.
        all_given = isinstance(args.license, SecretRef) and args.api.token and args.api.jwt_key
        salt = {"salt": _generated(f"{name}-digest-salt", child)} if all_given else {}
        self.digest = Output.unsecret(digest({**content, **args.client_files, **salt}))
        self.register_outputs({"environment": self.environment, "digest": self.digest})


def _generated(name: str, opts: ResourceOptions) -> Output[str]:
    made = random.RandomPassword(name, length=TOKEN_LENGTH, special=False, opts=opts)
    return Output.secret(made.result)


def _secret(
    name: str, namespace: Input[str], content: Mapping[str, Output[str]], opts: ResourceOptions
) -> Output[str]:
    made = kubernetes.core.v1.Secret(
        name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=namespace),
        string_data=content,
        opts=opts,
    )
    return made.metadata.name
