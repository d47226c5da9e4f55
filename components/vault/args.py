"""The arguments of Vault's parts, and the names that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi import Output, Resource

from components.contract.cluster import VaultSeal
from components.contract.secrets import SecretValue
from components.contract.terms import Profile
from components.kubernetes.access import ClusterAccess

NAME = "vault"
"""Of the release, its StatefulSet and its services; certificates and `retry_join` spell them out."""
PORT = 8200
SERVER_ACCOUNT: Final = "vault"
BOOTSTRAP_ACCOUNT: Final = "vault-bootstrap"
SNAPSHOT_ACCOUNT: Final = "vault-snapshot"
OPERATOR_ACCOUNT: Final = "vault-operator"
"""The service account for people: `kubectl create token vault-operator --audience vault` and a log-in to
`auth/kubernetes`."""
HELPERS = (BOOTSTRAP_ACCOUNT, SNAPSHOT_ACCOUNT)
"""Service accounts that act in the cloud as Vault itself does."""
TOKEN_SECRET, TOKEN_KEY = "vault-rasa-token", "token"
"""The Secret in which the bootstrap Job writes Rasa's token. It is no resource of the stack, so that no state
holds it."""
STATE_SECRET = "vault-bootstrap"  # noqa: S105
UNSEAL_SECRET, UNSEAL_KEY = "vault-unseal", "key"
AUDIENCE = "vault"
"""The audience of the Kubernetes tokens by which pods log in to Vault."""
MOUNT, PATH = "secret", "rasa/tracker-store"
PASSWORD_KEY = "password"  # noqa: S105
REPLICAS: Mapping[Profile, int] = {"dev": 1, "production": 3}
"""Raft needs a majority: three servers tolerate the loss of one, two tolerate none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VaultArgs:
    """One Vault."""

    access: ClusterAccess
    profile: Profile
    deletion_protection: bool
    seal: VaultSeal | None
    """None: there is no cloud key, and a key in a Kubernetes Secret opens Vault (docs/vault.md)."""
    image: str
    """Rasa Pro's image, which the Jobs run on."""
    content: Mapping[str, SecretValue | str]
    """The content of Rasa's path in Vault: the tracker store's user name, and its password where it has
    one."""
    rotation: str = "0"
    """Another value runs the bootstrap again, whatever else has stayed the same."""
    renewal: str = "0"
    """Another value has the servers' certificate issued anew."""

    @property
    def replicas(self) -> int:
        """Servers."""
        return REPLICAS[self.profile]

    @property
    def peers(self) -> tuple[str, ...]:
        """Each server's address, by the name that its certificate carries."""
        return tuple(f"https://{NAME}-{n}.{NAME}-internal:{PORT}" for n in range(self.replicas))

    @property
    def host(self) -> str:
        """The service of all servers that are ready."""
        return f"{NAME}.{self.access.cluster.namespace}.svc"

    @property
    def ready(self) -> tuple[Resource, ...]:
        """The cloud's grants, which must exist before the first pod starts."""
        return () if self.seal is None else self.seal.ready

    @property
    def annotations(self) -> Mapping[str, Output[str]]:
        """Annotations of the service accounts that act in the cloud as Vault does."""
        return {} if self.seal is None else self.seal.service_account_annotations

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """Labels of the pods that act in the cloud as Vault does."""
        return {} if self.seal is None else self.seal.pod_labels
