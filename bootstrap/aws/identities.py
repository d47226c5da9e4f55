"""The two identities of a stack: preview reads, deploy changes. Neither has a key that could be stolen."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from bootstrap.issuers import Trust
from bootstrap.rights import aws_reads
from components.aws.policies import Statement, document, managed_policy

SESSION_SECONDS = {"preview": 3600, "deploy": 4 * 3600}
"""An `up` that makes a Kafka and a Kubernetes cluster outlives the default hour."""
CHANGES = "AdministratorAccess"
"""`deploy` makes roles for each stack: with that it could take any right, so a shorter list would pretend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentitiesArgs:
    """Whom to trust, and the state that they use."""

    issuer_arn: Output[str]
    """Of `create_issuer`."""
    trust: Trust
    bucket_arn: Output[str] | None
    """None: Pulumi Cloud keeps the states."""
    bucket_key_arn: Output[str] | None
    key_arn: Output[str]
    """Of this stack's secrets."""


class Identities(ComponentResource):
    """One role for each identity."""

    preview_arn: Output[str]
    deploy_arn: Output[str]

    def __init__(self, name: str, args: IdentitiesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:Identities", name, {}, opts)
        trust = args.trust
        preview = _role(f"{name}-preview", args.issuer_arn, trust, trust.preview, parent=self)
        deploy = _role(f"{name}-deploy", args.issuer_arn, trust, trust.deploy, parent=self)
        aws.iam.RolePolicyAttachment(
            f"{name}-deploy",
            role=deploy.name,
            policy_arn=managed_policy(CHANGES),
            opts=ResourceOptions(parent=self),
        )
        keys = [key for key in (args.key_arn, args.bucket_key_arn) if key is not None]
        decrypt: Statement = {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": keys}
        read: Statement = {"Effect": "Allow", "Action": aws_reads(), "Resource": "*"}
        aws.iam.RolePolicy(
            f"{name}-preview",
            role=preview.name,
            policy=document(read, decrypt, *_read(args.bucket_arn)),
            opts=ResourceOptions(parent=self),
        )
        self.preview_arn, self.deploy_arn = preview.arn, deploy.arn
        self.register_outputs({"previewArn": preview.arn, "deployArn": deploy.arn})


def create_issuer(name: str, trust: Trust, opts: ResourceOptions) -> Output[str]:
    """The trust in a CI system's issuer, of which an account takes one."""
    # No thumbprint: IAM finds it by itself (SDK, `thumbprint_lists`).
    issuer = aws.iam.OpenIdConnectProvider(
        name, url=f"https://{trust.host}", client_id_lists=[trust.audiences["aws"]], opts=opts
    )
    return issuer.arn


def _read(bucket_arn: Output[str] | None) -> tuple[Statement, ...]:
    """A preview takes no lock (pulumi/pulumi pkg/backend/diy/backend.go, `Preview`): reading is enough."""
    if bucket_arn is None:
        return ()
    return (
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [bucket_arn, Output.concat(bucket_arn, "/*")],
        },
    )


def trust_policy(provider_arn: str, trust: Trust, subjects: tuple[str, ...]) -> str:
    """Who may take on a role."""
    condition = {
        "StringEquals": {f"{trust.host}:aud": trust.audiences["aws"]},
        "StringLike": {f"{trust.host}:sub": list(subjects)},
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _role(
    name: str, issuer_arn: Output[str], trust: Trust, subjects: tuple[str, ...], *, parent: Resource
) -> aws.iam.Role:
    kind = name.rpartition("-")[2]
    return aws.iam.Role(
        name,
        assume_role_policy=issuer_arn.apply(lambda arn: trust_policy(arn, trust, subjects)),
        max_session_duration=SESSION_SECONDS[kind],
        opts=ResourceOptions(parent=parent),
    )
