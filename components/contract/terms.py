"""The words that the stack file, the contract and every provider share."""

from __future__ import annotations

from typing import Literal

Profile = Literal["dev", "production"]
LogLevel = Literal["debug", "info", "warning", "error"]
"""`dev` is cheap and can be deleted; `production` survives the loss of a zone, has backups, is protected."""
Size = Literal["small", "medium", "large"]
"""The table word → SKU stands at the top of the file that it concerns."""
Flavor = Literal["kubernetes", "openshift"]
Operator = Literal["cloudnative-pg", "strimzi"]
"""Operators that run data stores inside a cluster."""
TrackerStoreKind = Literal["postgres", "dynamodb", "mongodb"]
TrackerStoreLogin = Literal["password", "identity"]
"""How Rasa logs in: with a password, or with a token of its pod's cloud identity."""
