"""A key that exists: what is refused of it, and that the stack grants its use and makes none beside it."""

from __future__ import annotations

import pytest

from components.contract.errors import ConfigurationError
from tests.stacks import record_stack
from tests.variants import KEYS, company, record_variant, record_with

KEY, GRANT = "gcp:kms/cryptoKey:CryptoKey", "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("off", "has no primary version that is ENABLED"),
        ("signs", "is for ASYMMETRIC_SIGN; accepted: ENCRYPT_DECRYPT"),
        ("missing", "cannot be looked at"),
    ],
)
def test_a_stack_is_refused_and_told_why(name: str, words: str) -> None:
    wrong = KEYS["gcp"].replace("cryptoKeys/rasa", f"cryptoKeys/{name}")
    with pytest.raises(ConfigurationError, match=words) as error:
        record_with("gcp-production", {**company("gcp"), "rasa:encryptionKey": wrong})
    assert wrong in str(error.value)
    assert "pulumi config set --stack" in str(error.value)


def test_it_takes_the_place_of_the_stacks() -> None:
    made, usual = record_variant("gcp-production-existing-network"), record_stack("gcp-production")
    (own,) = {one.name for one in usual.of(KEY)} - {one.name for one in made.of(KEY)}
    assert own == "foundation-key"
    granted = [one for one in made.of(GRANT) if one.inputs["cryptoKeyId"] == KEYS["gcp"]]
    assert {one.name for one in granted} >= {"foundation-cluster-agent", "tracker-store", "lock-store"}
    database = made.one("gcp:sql/databaseInstance:DatabaseInstance")
    assert database.inputs["encryptionKeyName"] == KEYS["gcp"]
