"""An NLG server that exists."""

from __future__ import annotations

from pulumi import Output
from pydantic import Field

from components.config_model import HTTP_URL, Existing, Model, Pem, Secret, certificates, secret
from components.contracts import NlgServer


class ExistingNlgServer(Model):
    """An NLG server that runs already."""

    source: Existing = Field(alias="from")
    url: str = Field(pattern=HTTP_URL)
    """Full URL, path included: Rasa posts to exactly this."""
    token: Secret | None = None
    """Set it with --secret, or name a Kubernetes Secret: {secretName, key}."""
    ca: Pem | None = None
    """PEM bundle that signed the server's certificate; by default the public authorities."""


def connect_nlg_server(block: ExistingNlgServer) -> NlgServer:
    """Say who words the responses."""
    return NlgServer(
        url=Output.from_input(block.url),
        token=None if block.token is None else secret(block.token),
        ca=certificates(block.ca),
    )
