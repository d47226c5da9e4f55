"""Vault in the stack's cluster: servers, certificates, the Job that makes it usable, snapshots.

It holds the tracker store's password, all that Rasa Pro reads from Vault (docs/rasa-pro.md, Vault). What it
deliberately does not do: hold the stack's other secrets, which Rasa can read from Kubernetes Secrets alone.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi import ComponentResource, Output, ResourceOptions

from components.contract import connections as c
from components.contract.secrets import PasswordLogin, SecretRef, SecretValue, VaultLogin
from components.vault.args import MOUNT, NAME, PASSWORD_KEY, PATH, PORT, TOKEN_KEY, TOKEN_SECRET, VaultArgs
from components.vault.bootstrap import create_bootstrap
from components.vault.certificates import create_certificates
from components.vault.server import create_server
from components.vault.snapshots import create_snapshots


class Vault(ComponentResource):
    """Installs Vault and waits until Rasa can read it."""

    connection: c.Vault

    def __init__(self, name: str, args: VaultArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:vault:Vault", name, {}, opts)
        made = create_certificates(name, args, parent=self)
        server = create_server(name, args, made, parent=self)
        bootstrap = create_bootstrap(f"{name}-bootstrap", args, made, server, parent=self)
        if args.seal is not None and args.seal.snapshots is not None:
            create_snapshots(
                f"{name}-snapshot", args, made, args.seal.snapshots, after=bootstrap, parent=self
            )
        address = f"https://{args.host}:{PORT}"
        self.connection = c.Vault(
            address=Output.from_input(address),
            mount=MOUNT,
            path=PATH,
            token=SecretRef(name=TOKEN_SECRET, key=TOKEN_KEY),
            ca=made.authority,
            ready=(bootstrap,),
            pods=c.Pods(
                namespace=args.access.cluster.namespace,
                labels={"app.kubernetes.io/name": "vault", "app.kubernetes.io/instance": NAME},
                ports=(PORT,),
            ),
        )
        self.register_outputs({"address": address})


def vault_content(store: c.TrackerStore) -> dict[str, SecretValue | str]:
    """What Vault holds about a tracker store: the user name and, where there is one, the password."""
    if not isinstance(store, c.Postgres | c.MongoDb):
        return {}
    content: dict[str, SecretValue | str] = {}
    if isinstance(store.login.username, str):
        content["username"] = store.login.username
    if isinstance(store.login, PasswordLogin):
        content[PASSWORD_KEY] = store.login.password
    return content


def with_vault_login(store: c.TrackerStore) -> c.TrackerStore:
    """The same store, its password read from Vault: the setup Job still sets it, Rasa never gets it."""
    if not isinstance(store, c.Postgres | c.MongoDb) or not isinstance(store.login, PasswordLogin):
        return store
    login = VaultLogin(username=store.login.username, key=PASSWORD_KEY, password=store.login.password)
    return replace(store, login=login)
