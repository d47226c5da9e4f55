"""Vault's content and rights: brought to the wanted state; what is as wanted is not written again."""

# The image has hvac, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from vault.api import Cluster, Stop

TOKEN_PERIOD = 30 * 24 * 3600
"""Seconds that Rasa's token lives from each renewal. Long, since Rasa renews it in its last seconds only and
a cluster may be switched off for a week; the snapshots' CronJob renews it daily besides."""
LOGIN_SECONDS = 600
AUDIT = "stdout"
KV_PATIENCE = 30


class Access:
    """Works with one token; `changed` lists what it changed."""

    def __init__(self, client: hvac.Client) -> None:
        self._client = client
        self._mount, self._path = os.environ["MOUNT"], os.environ["SECRET_PATH"]
        self.changed: list[str] = []

    def ensure(self, cluster: Cluster) -> None:
        """Bring everything to the wanted state; each step needs the one before."""
        self._audit()
        self._engine()
        self._policies()
        self._roles()
        self._content()
        self._token(cluster)

    def _audit(self) -> None:
        """Audit to the pod's log, which the cluster collects; Vault writes secrets there as keyed hashes."""
        if f"{AUDIT}/" not in self._data("/v1/sys/audit"):
            body = {"type": "file", "options": {"file_path": AUDIT}}
            self._write(f"/v1/sys/audit/{AUDIT}", body, "audit log")

    def _engine(self) -> None:
        mounted = self._data("/v1/sys/mounts").get(f"{self._mount}/")
        if mounted is None:
            body = {"type": "kv", "options": {"version": "2"}, "description": "Rasa"}
            self._write(f"/v1/sys/mounts/{self._mount}", body, f"engine {self._mount}")
        elif (mounted["type"], (mounted["options"] or {}).get("version")) != ("kv", "2"):
            raise Stop(
                f"what is mounted at {self._mount}/ is no KV version 2 engine, which is all that Rasa reads; "
                "move it away: vault secrets move"
            )

    def _policies(self) -> None:
        for name, text in policies(self._mount, self._path).items():
            if self._data(f"/v1/sys/policies/acl/{name}").get("policy") != text:
                self._write(f"/v1/sys/policies/acl/{name}", {"policy": text}, f"policy {name}")

    def _roles(self) -> None:
        if "kubernetes/" not in self._data("/v1/sys/auth"):
            self._write("/v1/sys/auth/kubernetes", {"type": "kubernetes"}, "Kubernetes log-in")
        self._settings("/v1/auth/kubernetes/config", json.loads(os.environ["KUBERNETES_AUTH"]))
        for role, account in json.loads(os.environ["ROLES"]).items():
            self._settings(
                f"/v1/auth/kubernetes/role/{role}",
                {
                    "bound_service_account_names": [account],
                    "bound_service_account_namespaces": [os.environ["NAMESPACE"]],
                    "audience": os.environ["AUDIENCE"],
                    "token_policies": [role],
                    "token_no_default_policy": True,
                    "token_ttl": LOGIN_SECONDS,
                    "token_max_ttl": LOGIN_SECONDS if role != "operator" else 6 * LOGIN_SECONDS,
                },
            )
        self._settings(
            "/v1/auth/token/roles/rasa",
            {
                "allowed_policies": ["rasa"],
                "orphan": True,
                "renewable": True,
                "token_period": TOKEN_PERIOD,
                "token_no_default_policy": True,
            },
        )

    def _content(self) -> None:
        """Write what Rasa reads; a new version only where something differs."""
        wanted = {key: os.environ[name] for key, name in json.loads(os.environ["CONTENT"]).items()}
        url = f"/v1/{self._mount}/data/{self._path}"
        end = time.monotonic() + KV_PATIENCE
        while True:
            try:
                found = self._data(url)
                if found.get("data") != wanted:
                    version = (found.get("metadata") or {}).get("version", 0)
                    # Check-and-set: does not overwrite a version that was written meanwhile.
                    self._write(url, {"data": wanted, "options": {"cas": version}}, "credentials")
            except InvalidRequest:
                # A new engine refuses writes for a moment, until it keeps versions.
                if time.monotonic() > end:
                    raise
                time.sleep(1)
            else:
                return

    def _token(self, cluster: Cluster) -> None:
        """Put a token for Rasa into its Secret; a token that is there and valid stays."""
        name, key = os.environ["TOKEN_NAME"], os.environ["TOKEN_ENTRY"]
        held = cluster.read(name).get(key)
        known = self._lookup(held) if held else None
        if (
            known
            and known["policies"] == ["rasa"]
            and known.get("period") == TOKEN_PERIOD
            and known["orphan"]
        ):
            return
        # The role sets the same period; a look-up shows it only where the request named it, too.
        asked = {"display_name": "rasa", "period": f"{TOKEN_PERIOD}s"}
        made = self._client.adapter.post("/v1/auth/token/create/rasa", json=asked)["auth"]
        cluster.write(name, {key: made["client_token"]})
        self.changed.append("Rasa's token (pods that run have the former one: kubectl rollout restart)")
        if known:
            self._client.adapter.post("/v1/auth/token/revoke-accessor", json={"accessor": known["accessor"]})

    def _lookup(self, token: str) -> Mapping[str, Any] | None:
        mine, self._client.token = self._client.token, token
        try:
            return self._data("/v1/auth/token/lookup-self")
        except (Forbidden, InvalidPath):
            return None
        finally:
            self._client.token = mine

    def _settings(self, url: str, wanted: Mapping[str, Any]) -> None:
        """Write settings where those that Vault returns differ; it does not return every key."""
        found = self._data(url)
        if any(found.get(key) != value for key, value in wanted.items() if key in found or not found):
            self._write(url, wanted, url.removeprefix("/v1/"))

    def _data(self, url: str) -> Mapping[str, Any]:
        try:
            answer = self._client.adapter.get(url)
        except InvalidPath:
            return {}
        return answer["data"]

    def _write(self, url: str, body: Mapping[str, Any], what: str) -> None:
        self._client.adapter.post(url, json=body)
        self.changed.append(what)


def policies(mount: str, path: str) -> dict[str, str]:
    """Name → policy: the rights of Rasa, the snapshots, people and the bootstrap."""
    own = {"auth/token/lookup-self": "read", "auth/token/renew-self": "update"}
    write = "create,update,read"
    return {
        "rasa": _policy({f"{mount}/data/{path}": "read", **own}),
        "snapshot": _policy({"sys/storage/raft/snapshot": "read"}),
        "operator": _policy(
            {
                f"{mount}/*": "create,update,read,delete,list,patch",
                "auth/*": "create,update,read,delete,list,sudo",
                "sys/*": "create,update,read,delete,list,sudo",
                **own,
            }
        ),
        "bootstrap": _policy(
            {
                f"{mount}/data/{path}": write,
                f"sys/mounts/{mount}": write,
                "sys/mounts": "read",
                "sys/auth": "read",
                "sys/auth/kubernetes": f"{write},sudo",
                "sys/audit": "read,sudo",
                f"sys/audit/{AUDIT}": f"{write},sudo",
                **{
                    f"sys/policies/acl/{name}": write
                    for name in ("rasa", "snapshot", "operator", "bootstrap")
                },
                "auth/kubernetes/config": write,
                "auth/kubernetes/role/+": write,
                "auth/token/roles/rasa": write,
                "auth/token/create/rasa": "create,update,sudo",
                "auth/token/revoke-accessor": "update",
                "auth/token/revoke-self": "update",
            }
        ),
    }


def _policy(paths: Mapping[str, str]) -> str:
    blocks = (
        f'path "{path}" {{\n  capabilities = {json.dumps(allowed.split(","))}\n}}\n'
        for path, allowed in paths.items()
    )
    return "".join(blocks)
