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
