from __future__ import annotations

from components.contract.cluster import GOOGLE_ACCOUNT_ANNOTATION
from tests.computed import GOOGLE_PROJECT, GOOGLE_REGION
from tests.gcp.stores import make
from tests.recorder import value_of


def test_vault_unseals_with_its_own_key_and_identity() -> None:
    made = make("vault-unseal", "production")
    seal = made.result.connection
    lines = value_of(seal.stanza).splitlines()
    assert lines[0] == 'seal "gcpckms" {'
    assert f'  project    = "{GOOGLE_PROJECT}"' in lines
    assert f'  region     = "{GOOGLE_REGION}"' in lines
    assert not any("the-stacks-key" in line for line in lines)
    binding = made.one("gcp:serviceaccount/iAMMember:IAMMember").inputs
    assert binding["member"] == f"serviceAccount:{GOOGLE_PROJECT}.svc.id.goog[vault/vault]"
    assert value_of(seal.service_account_annotations[GOOGLE_ACCOUNT_ANNOTATION]).endswith(
        ".iam.gserviceaccount.com"
    )


def test_vault_may_put_its_recovery_keys_and_not_read_them() -> None:
    made = make("vault-unseal", "production")
    (grant,) = made.of("gcp:secretmanager/secretIamMember:SecretIamMember")
    assert grant.inputs["role"] == "roles/secretmanager.secretVersionAdder"
    roles = {
        g.inputs["role"]
        for g in made.of("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        if g.inputs["cryptoKeyId"] != "the-stacks-key"
    }
    assert roles == {"roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"}
