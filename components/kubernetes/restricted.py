"""The `restricted` Pod Security Standard, in the two spellings that Pulumi takes.

No user and no group, unless an image needs one: OpenShift assigns them (docs/cloud-services.md, OpenShift).
"""

from __future__ import annotations

from pulumi_kubernetes.core import v1

from components.kubernetes.documents import Block

CONTAINER_SECURITY: Block = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
POD_SECURITY: Block = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def pod_security_of(owner: int | None) -> Block:
    """`POD_SECURITY`; `owner` is the group that volumes are made to belong to."""
    return POD_SECURITY if owner is None else {**POD_SECURITY, "fsGroup": owner}


def container_security(*, writable: bool = False) -> v1.SecurityContextArgs:
    """`CONTAINER_SECURITY`; `writable`: the image writes to its own file system."""
    return v1.SecurityContextArgs(
        allow_privilege_escalation=False,
        read_only_root_filesystem=not writable,
        capabilities=v1.CapabilitiesArgs(drop=["ALL"]),
    )


def pod_security(
    *, user: int | None = None, group: int | None = None, owner: int | None = None
) -> v1.PodSecurityContextArgs:
    """`POD_SECURITY`; `owner` is the group that volumes are made to belong to."""
    return v1.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=group,
        fs_group=owner,
        fs_group_change_policy=None if owner is None else "OnRootMismatch",
        seccomp_profile=v1.SeccompProfileArgs(type="RuntimeDefault"),
    )
