"""How Vault unseals itself on AWS: a KMS key of its own, and a secret that receives its recovery keys.

Vault's pods take on a role by IRSA, not by Pod Identity, for which its `awskms` seal needs a newer AWS SDK
than every Vault 2.0 build is known to have (hashicorp/vault #27850, #31860). The role may use the seal key
and put recovery keys where people find them, but not read them back.

No alarms: KMS has no metric that shows a failing seal; Vault's own telemetry has one (`vault.core.unsealed`).
No deletion protection: KMS has none; a deleted key can be restored during its waiting period.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.key import DELETION_WINDOW_DAYS
from components.aws.placement import Placement
from components.aws.policies import Statement, account_administers_key, document
from components.aws.vault_snapshots import create_snapshot_bucket, put_statements
from components.contract.cluster import AWS_ROLE_ANNOTATION, VaultSeal
from components.contract.errors import NotSupported
from components.contract.provider import VaultUnsealArgs
from components.contract.terms import Profile

RECOVERY_WINDOW_DAYS: Mapping[Profile, int] = {"dev": 0, "production": 30}
"""How long a deleted secret can be brought back; 0 deletes at once."""
AUDIENCE = "sts.amazonaws.com"


class VaultUnseal(ComponentResource):
    """The seal key, the recovery secret and the role that Vault uses them with."""

    connection: VaultSeal

    def __init__(
        self, name: str, args: VaultUnsealArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:VaultUnseal", name, {}, opts)
        place = args.placement
        key = aws.kms.Key(
            name,
            description="Rasa: seal of the stack's Vault; without it Vault never opens again",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS[args.profile],
            policy=document(account_administers_key(place.account_id)),
            opts=ResourceOptions(parent=self),
        )
        recovery_keys = aws.secretsmanager.Secret(
            f"{name}-recovery-keys",
            description="Rasa: recovery keys of the stack's Vault, put here by its bootstrap Job",
            kms_key_id=place.key_arn,
            recovery_window_in_days=RECOVERY_WINDOW_DAYS[args.profile],
            opts=ResourceOptions(parent=self),
        )
        snapshots = create_snapshot_bucket(f"{name}-snapshots", args, parent=self)
        role = _role(name, args, parent=self)
        grant = aws.iam.RolePolicy(
            name,
            role=role.name,
            policy=document(
                _unseal(key),
                _put(recovery_keys),
                _encrypt(place.key_arn, place.region),
                *put_statements(snapshots, place),
            ),
            opts=ResourceOptions(parent=self),
        )
        self.connection = VaultSeal(
            stanza=_stanza(place.region, key),
            service_account_annotations={AWS_ROLE_ANNOTATION: role.arn},
            pod_labels={},
            recovery_keys=recovery_keys.arn,
            snapshots=Output.concat("s3://", snapshots.bucket),
            ready=(grant,),
        )
        self.register_outputs({"sealKeyArn": key.arn, "recoveryKeysArn": recovery_keys.arn})


def _role(name: str, args: VaultUnsealArgs[Placement], *, parent: Resource) -> aws.iam.Role:
    """A role that Vault's service accounts, and no others, take on with their Kubernetes tokens."""
    issuer = args.placement.oidc_issuer
    if issuer is None:
        raise NotSupported(
            "A Vault of the stack's own",
            on="an existing EKS cluster",
            because="its seal logs in by IRSA, and the issuer of the cluster's tokens is not known",
            instead="an existing Vault (rasa:secretsManager.from existing), or a managed cluster",
        )
    # No thumbprint: IAM finds it by itself (SDK, `thumbprint_lists`).
    provider = aws.iam.OpenIdConnectProvider(
        name, url=issuer, client_id_lists=[AUDIENCE], opts=ResourceOptions(parent=parent)
    )

    def trust(issuer: str, provider_arn: str) -> Statement:
        host = issuer.removeprefix("https://")
        return {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Condition": {
                "StringEquals": {
                    f"{host}:aud": AUDIENCE,
                    f"{host}:sub": [
                        f"system:serviceaccount:{args.namespace}:{account}"
                        for account in (args.service_account, *args.helpers)
                    ],
                }
            },
        }

    known = Output.all(issuer, provider.arn)
    return aws.iam.Role(
        name,
        assume_role_policy=document(known.apply(lambda values: trust(*values))),
        opts=ResourceOptions(parent=parent),
    )


def _unseal(key: aws.kms.Key) -> Statement:
    """What the seal does (Vault documentation, "AWS KMS seal configuration", Authentication)."""
    return {
        "Sid": "Unseal",
        "Effect": "Allow",
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"],
        "Resource": key.arn,
    }


def _put(secret: aws.secretsmanager.Secret) -> Statement:
    return {
        "Sid": "PutRecoveryKeys",
        "Effect": "Allow",
        "Action": ["secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret"],
        "Resource": secret.arn,
    }


def _encrypt(key_arn: Output[str], region: str) -> Statement:
    """Putting a value encrypts it with the caller's permissions: the role needs the key, but only that way.

    Source: Secrets Manager user guide, "Secret encryption and decryption in AWS Secrets Manager".
    """
    return {
        "Sid": "EncryptRecoveryKeys",
        "Effect": "Allow",
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": key_arn,
        "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
    }


def _stanza(region: str, key: aws.kms.Key) -> Output[str]:
    return Output.concat(f'seal "awskms" {{\n  region     = "{region}"\n  kms_key_id = "', key.arn, '"\n}\n')
