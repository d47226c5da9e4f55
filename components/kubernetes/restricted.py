"""The `restricted` Pod Security Standard, as Kubernetes writes it."""

from __future__ import annotations

from components.kubernetes.documents import Block

CONTAINER_SECURITY: Block = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


POD_SECURITY: Block = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
"""No uid and no fsGroup: OpenShift assigns them (docs/cloud-services.md, OpenShift)."""
