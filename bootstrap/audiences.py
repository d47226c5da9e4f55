"""What a job's token says it is for: bootstrap/ has the clouds check it, ci/ asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Cloud = Literal["aws", "azure", "gcp"]
AUDIENCES: Mapping[Cloud, str] = {
    "aws": "sts.amazonaws.com",
    "azure": "api://AzureADTokenExchange",
    "gcp": "https://iam.googleapis.com/",
}
"""Where a job may choose: a token for one cloud then opens no other."""


def pulumi_audience(organization: str) -> str:
    """Of a token that is exchanged for an access token of Pulumi Cloud (its docs, "OAuth Token Exchange")."""
    return f"urn:pulumi:org:{organization}"
