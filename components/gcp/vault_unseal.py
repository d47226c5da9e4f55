"""How Vault unseals itself on Google Cloud: a KMS key of its own, and a secret that takes its recovery keys.

Vault's pods act as a service account of their own by workload identity; its `gcpckms` seal uses Application
Default Credentials, and needs no key file. The account may use the seal key and put recovery keys where
people find them, but not read them back.

No alarms: KMS has no metric that shows a failing seal; Vault's own telemetry has one (`vault.core.unsealed`).
"""

from __future__ import annotations

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import kms, secretmanager, serviceaccount

from components.contract.cluster import GOOGLE_ACCOUNT_ANNOTATION, VaultSeal
from components.contract.provider import VaultUnsealArgs
from components.gcp.apis import enable_api
from components.gcp.identity import let_pod_act_as
from components.gcp.key import USER_ROLE, KeyArgs, create_key, key_for
from components.gcp.placement import Placement
from components.gcp.vault_snapshots import create_snapshot_bucket

VIEWER_ROLE = "roles/cloudkms.viewer"
"""Vault asks for the key's state when it starts (docs/cloud-services.md, Seals of Vault)."""
PUT_ROLE = "roles/secretmanager.secretVersionAdder"


class VaultUnseal(ComponentResource):
    """The seal key, the recovery secret and the account that Vault uses them as."""

    connection: VaultSeal

    def __init__(
        self, name: str, args: VaultUnsealArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:gcp:VaultUnseal", name, {}, opts)
        place = args.placement
        key_args = KeyArgs(
            project=place.apis.kms,
            region=place.region,
            deletion_protection=args.deletion_protection,
        )
        key = create_key(name, key_args, parent=self)
        recovery_keys = _recovery_secret(f"{name}-recovery-keys", args, parent=self)
        account = serviceaccount.Account(
            name,
            project=place.apis.iam,
            display_name="Rasa: pods of Vault",
            opts=ResourceOptions(parent=self),
        )
        bindings = tuple(
            let_pod_act_as(
                name if pod == args.service_account else f"{name}-{pod}",
                account,
                place.workload_pool,
                pod=f"{args.namespace}/{pod}",
                parent=self,
            )
            for pod in (args.service_account, *args.helpers)
        )
        bucket, put = create_snapshot_bucket(
            f"{name}-snapshots", args, seal_key_id=key.id, member=account.member, parent=self
        )
        self.connection = VaultSeal(
            stanza=_stanza(place, key),
            service_account_annotations={GOOGLE_ACCOUNT_ANNOTATION: account.email},
            pod_labels={},
            recovery_keys=recovery_keys.id,
            snapshots=Output.concat("gs://", bucket),
            ready=(*bindings, put, *_grants(name, key, recovery_keys, account.member, parent=self)),
        )
        self.register_outputs({"sealKeyId": key.id, "recoveryKeysId": recovery_keys.id})


def _recovery_secret(
    name: str, args: VaultUnsealArgs[Placement], *, parent: Resource
) -> secretmanager.Secret:
    place = args.placement
    project = enable_api(name, "secretmanager", place.project, parent=parent)
    key_id = key_for(name, "secretmanager", project, place, parent=parent)
    replica = secretmanager.SecretReplicationUserManagedReplicaArgs(
        location=place.region,
        customer_managed_encryption=secretmanager.SecretReplicationUserManagedReplicaCustomerManagedEncryptionArgs(
            kms_key_name=key_id
        ),
    )
    return secretmanager.Secret(
        name,
        project=project,
        replication=secretmanager.SecretReplicationArgs(
            user_managed=secretmanager.SecretReplicationUserManagedArgs(replicas=[replica])
        ),
        deletion_protection=args.deletion_protection,
        opts=ResourceOptions(parent=parent),
    )


def _grants(
    name: str,
    key: kms.CryptoKey,
    secret: secretmanager.Secret,
    member: Output[str],
    *,
    parent: Resource,
) -> tuple[Resource, ...]:
    opts = ResourceOptions(parent=parent)
    return (
        kms.CryptoKeyIAMMember(f"{name}-use", crypto_key_id=key.id, role=USER_ROLE, member=member, opts=opts),
        kms.CryptoKeyIAMMember(
            f"{name}-view", crypto_key_id=key.id, role=VIEWER_ROLE, member=member, opts=opts
        ),
        secretmanager.SecretIamMember(
            f"{name}-put",
            project=secret.project,
            secret_id=secret.secret_id,
            role=PUT_ROLE,
            member=member,
            opts=opts,
        ),
    )


def _stanza(place: Placement, key: kms.CryptoKey) -> Output[str]:
    ring = key.key_ring.apply(lambda ring_id: ring_id.rpartition("/")[2])
    return Output.concat(
        'seal "gcpckms" {\n',
        f'  project    = "{place.project}"\n',
        f'  region     = "{place.region}"\n',
        '  key_ring   = "',
        ring,
        '"\n  crypto_key = "',
        key.name,
        '"\n}\n',
    )
