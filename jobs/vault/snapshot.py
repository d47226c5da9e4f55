"""Take a snapshot of Vault and put it away; renew Rasa's token on the way.

Runs as a Kubernetes CronJob on the Rasa Pro image. A snapshot is encrypted with Vault's own key, which the
cloud's seal key encrypts: it cannot be opened without the seal key. It goes from this pod's memory to the
bucket and is never read back here. Rasa Pro renews its token only in the last seconds of its life
(docs/rasa-pro.md, Vault), so it is renewed here as well, long before.

Environment: VAULT_ADDR, VAULT_CACERT, VAULT_JWT as in `jobs/vault/bootstrap.py`; SNAPSHOTS, where to put it
(s3://bucket, gs://bucket or https://account.blob.core.windows.net/container); RASA_TOKEN.
"""

# The image has these, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import gzip
import os
import tarfile
import time
from io import BytesIO

import requests
from hvac.exceptions import Forbidden, VaultError

from vault.api import SILENT, Stop, fail, log_in, report, said, vault
from vault.buckets import put

NEEDED = {"meta.json", "state.bin", "SHA256SUMS"}
"""The files of a complete snapshot (hashicorp/raft-snapshot)."""
SNAPSHOT_SECONDS = 300


def main() -> None:
    """Take the snapshot and renew the token, and report one line."""
    snapshot = take()
    name = time.strftime("vault-%Y-%m-%dT%H-%M-%SZ.snap", time.gmtime())
    put(os.environ["SNAPSHOTS"], name, snapshot)
    renew()
    report(f"ready: {name}, {len(snapshot)} bytes; Rasa's token is renewed")


def take() -> bytes:
    """Fetch a snapshot, and check that it is complete."""
    client = log_in("snapshot")
    answer = requests.get(
        f"{os.environ['VAULT_ADDR']}/v1/sys/storage/raft/snapshot",
        headers={"X-Vault-Token": client.token},
        verify=os.environ["VAULT_CACERT"],
        timeout=SNAPSHOT_SECONDS,
    )
    if not answer.ok:
        raise Stop(f"Vault gives no snapshot (HTTP {answer.status_code}); role snapshot of auth/kubernetes")
    try:
        with tarfile.open(fileobj=gzip.GzipFile(fileobj=BytesIO(answer.content))) as archive:
            found = set(archive.getnames())
    except (OSError, EOFError, tarfile.TarError):
        found = set[str]()
    if not found >= NEEDED:
        raise Stop("the snapshot is not whole; the next run tries again")
    return answer.content


def renew() -> None:
    """Give Rasa's token another period."""
    try:
        vault(token=os.environ["RASA_TOKEN"]).adapter.post("/v1/auth/token/renew-self")
    except Forbidden:
        raise Stop(
            "the snapshot is put away, and Vault does not know Rasa's token any more: have it issued anew "
            "with another value of rasa:secretsManager.rotation and `pulumi up`, then restart Rasa's pods"
        ) from None


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        fail("vault_snapshot", str(stop))
    except (*SILENT, VaultError) as error:
        fail("vault_snapshot", f"Vault refuses: {said(error)}")
