"""Make a newly installed Vault usable without a person, and bring it to the wanted state again later.

Runs as a Kubernetes Job on the Rasa Pro image, which carries hvac. It initialises Vault where that has not
been done, writes the recovery keys into the cloud's secret store, sets up the audit log, the KV version 2
engine, policies, log-in by Kubernetes, the tracker store's credentials and Rasa's token, and revokes the root
token. A second run changes nothing. A run that ended half-way is completed by the next: the root token and
the steps done are in a Secret (STATE_NAME) until the end. One gap remains: Vault gives its recovery keys
once, in its answer to `sys/init`. The Job tests beforehand that the secret store and the Secret take writes;
if it dies right after that answer, the keys are lost, and the next run reports it. Nothing else is lost,
since that Vault is still empty.

Environment:
  VAULT_ADDR, VAULT_CACERT, PEERS    all servers' service, whom to trust, each server (URLs with commas)
  VAULT_JWT                          file: the pod's token for Vault
  KUBERNETES_API, SERVICE_ACCOUNT    the cluster, and the folder with the pod's token for it
  NAMESPACE                          where the Secrets are
  RECOVERY_KEYS                      the cloud's secret that takes the recovery keys; without it the cloud has
                                     no seal, and the key that opens Vault is in a Secret (UNSEAL_NAME)
  STATE_NAME, TOKEN_NAME, TOKEN_ENTRY, UNSEAL_NAME, UNSEAL_ENTRY   Secrets, and keys in them
  MOUNT, SECRET_PATH, CONTENT        where Rasa reads; JSON: key there → variable with its value
  KUBERNETES_AUTH, ROLES, AUDIENCE   JSON: how Vault asks the cluster; JSON: role → service account
  WAIT_SECONDS                       how long to wait for the servers
"""

# The image has hvac, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import hvac
from hvac.exceptions import Forbidden, InternalServerError, InvalidRequest, VaultDown, VaultError

from vault.access import Access
from vault.api import SILENT, Cluster, Stop, fail, log_in, report, said, vault
from vault.keys import put

SHARES, THRESHOLD = 5, 3
"""Number of recovery keys, and how many of them an operation needs."""
STAGE, ROOT = "stage", "root-token"
BEGUN, OPEN, DONE = "initialising", "initialised", "done"
NOT_YET = (*SILENT, VaultDown, InternalServerError)
T = TypeVar("T")


def main() -> None:
    """Do all of it, and report one line."""
    cluster = Cluster()
    state = cluster.read(os.environ["STATE_NAME"])
    root, note = state.get(ROOT), ""
    if not is_initialised():
        note = "Vault was empty although it had been initialised before: a snapshot can be restored now; "
        note = note if state.get(STAGE) == DONE else ""
        root = initialise(cluster)
    elif state.get(STAGE) == BEGUN:
        raise Stop(lost())
    open_up(cluster)
    client, is_root = patiently(lambda: administrator(root), "Vault does not take log-ins")
    access = Access(client)
    patiently(lambda: access.ensure(cluster), "Vault does not take settings")
    if is_root:
        # Revoked only now: a run that failed above needs it again.
        client.adapter.post("/v1/auth/token/revoke-self")
    if state.get(STAGE) != DONE or is_root:
        cluster.write(os.environ["STATE_NAME"], {STAGE: DONE})
    if not is_root:
        client.adapter.post("/v1/auth/token/revoke-self")
    report(
        f"ready: {note}" + (f"set up {', '.join(access.changed)}" if access.changed else "nothing to change")
    )


def is_initialised() -> bool:
    """Whether any server belongs to a Vault; if none says so, every server must have answered.

    A server that has just lost its disk does not know the others' Vault: asked alone, it would be initialised
    as a second one.
    """
    peers = os.environ["PEERS"].split(",")
    end = time.monotonic() + patience()
    while True:
        answers = {peer: health(peer) for peer in peers}
        if any(answer is not None and answer["initialized"] for answer in answers.values()):
            return True
        silent = [peer for peer, answer in answers.items() if answer is None]
        if not silent:
            return False
        if time.monotonic() > end:
            raise Stop(
                f"no answer from {', '.join(silent)} for {patience():.0f} s; look at the pods: kubectl "
                f"-n {os.environ['NAMESPACE']} describe pods -l app.kubernetes.io/name=vault"
            )
        time.sleep(2)


def health(peer: str) -> dict[str, Any] | None:
    """A server's answer to `sys/health`; None if it does not answer."""
    try:
        return vault(peer).adapter.get("/v1/sys/seal-status")
    except (*SILENT, VaultError) as error:
        print(f"waiting for {peer}: {said(error)}", flush=True)
        return None


def initialise(cluster: Cluster) -> str:
    """Initialise Vault, and store its keys before anything else happens."""
    store = os.environ.get("RECOVERY_KEYS")
    if store:
        put(store, json.dumps({"state": "Vault is being initialised; its keys come next"}))
    cluster.write(os.environ["STATE_NAME"], {STAGE: BEGUN})
    first = vault(os.environ["PEERS"].split(",")[0])
    if store:
        asked = {"recovery_shares": SHARES, "recovery_threshold": THRESHOLD}
    else:
        asked = {"secret_shares": 1, "secret_threshold": 1}
    made: dict[str, Any] = first.adapter.put("/v1/sys/init", json=asked)
    if store:
        keys = {"recovery_keys": made["recovery_keys_base64"], "threshold": THRESHOLD}
        put(store, json.dumps(keys))
    else:
        cluster.write(os.environ["UNSEAL_NAME"], {os.environ["UNSEAL_ENTRY"]: made["keys_base64"][0]})
    cluster.write(os.environ["STATE_NAME"], {STAGE: OPEN, ROOT: made["root_token"]})
    print("initialised Vault", flush=True)
    return made["root_token"]


def lost() -> str:
    """The message for a Vault that is initialised while its keys are stored nowhere."""
    namespace, replicas = os.environ["NAMESPACE"], len(os.environ["PEERS"].split(","))
    kubectl = f"kubectl -n {namespace}"
    return (
        "an earlier run died in the moment after it had initialised Vault, and its root token is lost. "
        "Nothing is in that Vault yet; throw it away and run `pulumi up` again: "
        f"{kubectl} scale statefulset vault --replicas 0 && "
        f"{kubectl} delete pvc -l app.kubernetes.io/name=vault && "
        f"{kubectl} delete secret {os.environ['STATE_NAME']} && "
        f"{kubectl} scale statefulset vault --replicas {replicas}"
    )


def open_up(cluster: Cluster) -> None:
    """Wait until Vault is unsealed; unseal each server here where no cloud key does."""
    end = time.monotonic() + patience()
    key = None
    while True:
        answers = {peer: health(peer) for peer in os.environ["PEERS"].split(",")}
        sealed = [peer for peer, answer in answers.items() if answer is None or answer["sealed"]]
        if not sealed:
            return
        if not os.environ.get("RECOVERY_KEYS"):
            key = key or cluster.read(os.environ["UNSEAL_NAME"]).get(os.environ["UNSEAL_ENTRY"])
            for peer in sealed if key else []:
                unseal(peer, str(key))
        if time.monotonic() > end:
            if len(sealed) <= (len(answers) - 1) // 2:
                print(f"still closed: {', '.join(sealed)}; the others are enough", flush=True)
                return
            raise Stop(f"{', '.join(sealed)} stays sealed; {why_sealed(key)}")
        time.sleep(2)


def unseal(peer: str, key: str) -> None:
    """Unseal one server; one that has not joined yet is tried again later."""
    try:
        vault(peer).adapter.put("/v1/sys/unseal", json={"key": key})
    except (*SILENT, VaultError) as error:
        print(f"{peer} does not open yet: {said(error)}", flush=True)


def why_sealed(key: str | None) -> str:
    """The message for a server that stays sealed."""
    if os.environ.get("RECOVERY_KEYS"):
        return "Vault cannot use the cloud's key: look at the log of its pods, and at the grants on the key"
    name = os.environ["UNSEAL_NAME"]
    return f"the key in the Secret {name} does not fit" if key else f"the Secret {name} has no key"


def administrator(root: str | None) -> tuple[hvac.Client, bool]:
    """A client with the root token while there is one, later with the role that the first run made."""
    if root:
        client = vault(token=root)
        try:
            client.adapter.get("/v1/auth/token/lookup-self")
        except Forbidden:
            print("the root token is revoked already", flush=True)
        else:
            return client, True
    try:
        return log_in("bootstrap"), False
    except (Forbidden, InvalidRequest) as error:
        raise Stop(
            f"Vault does not let this Job in ({said(error)}): it was initialised by somebody else, or its "
            "log-in by Kubernetes was changed. Restore the role bootstrap of auth/kubernetes (docs/vault.md)"
        ) from None


def patiently(step: Callable[[], T], what: str) -> T:
    """Try a step until Vault has elected a leader and serves it."""
    end = time.monotonic() + patience()
    while True:
        try:
            return step()
        except NOT_YET as error:
            if time.monotonic() > end:
                raise Stop(f"{what}: {said(error)}") from None
            print(f"waiting: {said(error)}", flush=True)
            time.sleep(2)


def patience() -> float:
    """Seconds to wait for the servers (WAIT_SECONDS)."""
    return float(os.environ.get("WAIT_SECONDS", "300"))


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        fail("vault_bootstrap", str(stop))
    except (*SILENT, VaultError) as error:
        fail("vault_bootstrap", f"Vault refuses: {said(error)}")
