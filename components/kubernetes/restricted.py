"""The `restricted` Pod Security Standard, as Kubernetes writes it."""

from __future__ import annotations

from components.kubernetes.documents import Block

CONTAINER_SECURITY: Block = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


POD_SECURITY: Block = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
"""Pod Security Standard `restricted`. No uid, no fsGroup: OpenShift assigns its own (cloud-services B11)."""
