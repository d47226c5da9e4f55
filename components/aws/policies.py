"""Typed IAM policy documents. Each statement is written in the file of the resource that it protects.

ARNs are those of the commercial partition, as `components/config/clouds/aws.py` has commercial regions only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from pulumi import Input, Output


class Statement(TypedDict):
    """One statement, spelled as IAM spells it."""

    Sid: NotRequired[str]
    Effect: Literal["Allow", "Deny"]
    Principal: NotRequired[Mapping[str, Input[str]]]
    Action: Sequence[str]
    Resource: NotRequired[Input[str] | Sequence[Input[str]]]
    Condition: NotRequired[Mapping[str, Mapping[str, Input[str] | Sequence[Input[str]]]]]


def document(*statements: Input[Statement]) -> Output[str]:
    """The JSON of a policy."""
    return Output.json_dumps({"Version": "2012-10-17", "Statement": statements})


def managed_policy(name: str) -> str:
    """The ARN of a policy that AWS maintains."""
    return f"arn:aws:iam::aws:policy/{name}"


def trust_service(service: str, *actions: str) -> Statement:
    """Let an AWS service take on the role."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}


def account_administers_key(account_id: Input[str]) -> Statement:
    """Let the account's IAM policies govern a KMS key; without this statement no principal could change it.

    Source: AWS KMS developer guide, "Default key policy".
    """
    return {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": Output.concat("arn:aws:iam::", account_id, ":root")},
        "Action": ["kms:*"],
        "Resource": "*",
    }
