"""Whether an existing cluster has the StorageClasses that the settings name: asked in a preview.

A claim of an unknown class waits for ever, and the class of a claim cannot be changed. Where the cluster
cannot be asked (`kubernetes_api.py`) it says nothing: the claim's own events do then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pulumi
from pydantic.alias_generators import to_camel

from components.config.cluster import ExistingCluster
from components.config.kubeconfig import Kubeconfig
from components.config.messages import set_with
from components.config.preview.kubernetes_api import is_marked, metadata_of_all
from components.config.settings import Settings
from components.config.sources import InClusterStore
from components.contract.errors import ConfigurationError

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
    classes = storage_classes(cluster.contents)
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
    found = metadata_of_all(kubeconfig, PATH)
    return None if found is None else {str(one["name"]): is_marked(one, DEFAULT) for one in found}
