"""A key that exists: what is refused of it, and that the stack makes none beside it but Vault's."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from components.aws.key import USED, reasons_against
from components.contract.errors import ConfigurationError
from tests.stacks import record_stack
from tests.variants import KEYS, company, record_variant, record_with

KEY = "aws:kms/key:Key"


def key(**other: str) -> Any:
    known = {
        "key_state": "Enabled",
        "key_usage": "ENCRYPT_DECRYPT",
        "key_spec": "SYMMETRIC_DEFAULT",
        "key_manager": "CUSTOMER",
    }
    return mock.Mock(**{**known, **other})


def test_what_is_refused() -> None:
    assert [*reasons_against(key())] == []
    assert [*reasons_against(key(key_state="PendingDeletion"))] == [
        "is in the state PendingDeletion; accepted: Enabled"
    ]
    assert [*reasons_against(key(key_usage="SIGN_VERIFY", key_spec="RSA_2048"))] == [
        f"is for SIGN_VERIFY (RSA_2048); accepted: {USED}"
    ]
    (said,) = reasons_against(key(key_manager="AWS"))
    assert "is AWS' own" in said


@pytest.mark.parametrize(
    ("ending", "words"), [("0002", "is in the state PendingDeletion"), ("0003", "cannot be looked at")]
)
def test_a_stack_is_refused_and_told_why(ending: str, words: str) -> None:
    wrong = f"{KEYS['aws'][:-4]}{ending}"
    with pytest.raises(ConfigurationError, match=words) as error:
        record_with("aws-production", {**company("aws"), "rasa:encryptionKey": wrong})
    assert wrong in str(error.value)
    assert "pulumi config set --stack" in str(error.value)


def test_it_takes_the_place_of_the_stacks() -> None:
    made = record_variant("aws-production-existing-network")
    assert {one.name for one in record_stack("aws-production").of(KEY)} == {"foundation-key", "vault-unseal"}
    assert [one.name for one in made.of(KEY)] == ["vault-unseal"]
    database, cluster = made.one("aws:rds/instance:Instance"), made.one("aws:eks/cluster:Cluster")
    assert database.inputs["kmsKeyId"] == KEYS["aws"]
    assert cluster.inputs["encryptionConfig"]["provider"]["keyArn"] == KEYS["aws"]
