"""Whether an existing cluster has the StorageClasses that the settings name: asked in a preview (`reach.py`).

A claim of an unknown class waits for ever, and the class of a claim cannot be changed. The provider has no
way to list what there is, so this asks the API itself, where the kubeconfig logs in with a token or a
certificate (kind, k3d, minikube, OpenShift). Where a program has to be run to log in (EKS, AKS, GKE), where
the answer is no, and where there is no answer, it says nothing: the claim's own events do then.
"""

from __future__ import annotations

import json
import ssl
from base64 import b64decode
from collections.abc import Iterator, Mapping
from tempfile import NamedTemporaryFile
from typing import Any, cast
from urllib.request import Request, urlopen

import pulumi
from pydantic.alias_generators import to_camel

from components.config_problems import set_with
from components.errors import ConfigurationError
from components.existing.foundation import ExistingCluster
from components.existing.kubeconfig import Kubeconfig, login_of, read_kubeconfig
from components.settings import Settings
from components.sources import InClusterStore

TIMEOUT_SECONDS = 3
PATH = "/apis/storage.k8s.io/v1/storageclasses"
DEFAULT = "storageclass.kubernetes.io/is-default-class"
STORES = ("model_storage", "lock_store", "tracker_store", "event_broker")

Classes = Mapping[str, bool]
"""Name → whether it is the default one."""


def refuse_unknown_storage_classes(settings: Settings) -> None:
    """Stop a preview that names a class which the cluster has not, with those that it has."""
    cluster = settings.cluster
    blocks = {name: getattr(settings, name) for name in STORES}
    stores = {name: block for name, block in blocks.items() if isinstance(block, InClusterStore)}
    if not stores or not isinstance(cluster, ExistingCluster) or not pulumi.runtime.is_dry_run():
        return
    classes = storage_classes(read_kubeconfig(cluster.kubeconfig.get_secret_value(), cluster.context))
    if classes is None:
        return
    found = list(dict.fromkeys(problems(stores, cluster.storage_class, classes)))
    if found:
        raise ConfigurationError(pulumi.get_stack(), found)


def problems(stores: Mapping[str, InClusterStore], common: str | None, classes: Classes) -> Iterator[str]:
    """One message for each key that names what there is not."""
    known = ", ".join(f"{name} (default)" if is_default else name for name, is_default in classes.items())
    for name, block in stores.items():
        key = f"rasa:{to_camel(name)}.storageClass" if block.storage_class else "rasa:cluster.storageClass"
        wanted = block.storage_class or common
        if wanted is None and not any(classes.values()):
            yield (
                f"{key} is missing, and the cluster has no default StorageClass; it has: "
                f"{known or 'none'}; {set_with(key, '<class>')}"
            )
        elif wanted is not None and wanted not in classes:
            yield (
                f"{key} {wanted!r} is no StorageClass of the cluster; it has: {known or 'none'}; "
                + set_with(key, "<one of them>")
            )


def storage_classes(kubeconfig: Kubeconfig) -> Classes | None:
    """Ask the cluster; None where it cannot be asked."""
    login = login_of(kubeconfig)
    headers = {"Authorization": f"Bearer {login.token}"} if login.token else {}
    if not login.server.startswith("https://") or not (login.token or login.certificate):
        return None
    try:
        context = ssl.create_default_context(cadata=_decoded(login.authority))
        if login.certificate and login.key:
            _show(context, b64decode(login.certificate) + b"\n" + b64decode(login.key))
        request = Request(login.server.rstrip("/") + PATH, headers=headers)  # noqa: S310 (https, see above)
        with urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
            items = cast("list[dict[str, Any]]", json.load(answer)["items"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {str(item["metadata"]["name"]): _is_default(item["metadata"]) for item in items}


def _is_default(metadata: Mapping[str, Any]) -> bool:
    annotations = cast("Mapping[str, str]", metadata.get("annotations") or {})
    return annotations.get(DEFAULT) == "true"


def _decoded(data: str | None) -> str | None:
    return None if data is None else b64decode(data).decode()


def _show(context: ssl.SSLContext, pem: bytes) -> None:
    """Have a client's certificate shown; Python reads one from a file only."""
    with NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
