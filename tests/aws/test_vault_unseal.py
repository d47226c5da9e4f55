from __future__ import annotations

import json
from typing import Any

from pulumi import Output

from components.aws.placement import Placement
from components.aws.vault_unseal import VaultUnseal
from components.contract.cluster import AWS_ROLE_ANNOTATION
from components.contract.provider import VaultUnsealArgs
from tests.computed import ACCOUNT, REGION
from tests.recorder import Recording, record, value_of


def placement() -> Placement:
    known = Output.from_input
    return Placement(
        region=REGION,
        account_id=known(ACCOUNT),
        vpc_id=known("vpc-1"),
        subnet_ids=(known("subnet-1"),),
        clients_security_group_id=known("sg-1"),
        key_arn=known("arn:aws:kms:key"),
        rasa_role_name=known("rasa"),
        setup_role_name=known("setup"),
        oidc_issuer=known("https://oidc.example/id/1"),
        alarm_topic_arn=None,
    )


def statements(policy: str) -> list[dict[str, Any]]:
    return json.loads(policy)["Statement"]


def unseal() -> Recording[VaultUnseal]:
    return record(
        lambda: VaultUnseal(
            "vault-unseal",
            VaultUnsealArgs(
                placement=placement(),
                profile="production",
                size="medium",
                deletion_protection=True,
                namespace="vault",
                service_account="vault",
            ),
        )
    )


def test_vault_unseals_with_its_own_key_and_identity() -> None:
    made = unseal()
    seal = made.result.connection
    key = made.one("aws:kms/key:Key")
    assert value_of(seal.stanza).splitlines()[0] == 'seal "awskms" {'
    assert f"{key.name}-0a1b2c" in value_of(seal.stanza)
    assert value_of(seal.service_account_annotations[AWS_ROLE_ANNOTATION]).startswith("arn:aws:iam:")
    (trust,) = statements(made.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Condition"]["StringEquals"] == {
        "oidc.example/id/1:aud": "sts.amazonaws.com",
        "oidc.example/id/1:sub": ["system:serviceaccount:vault:vault"],
    }


def test_vault_may_put_its_recovery_keys_and_not_read_them() -> None:
    policy = unseal().one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    actions = {action for statement in statements(policy) for action in statement["Action"]}
    assert "secretsmanager:PutSecretValue" in actions
    assert "secretsmanager:GetSecretValue" not in actions
    assert not any("*" in action for action in actions)
