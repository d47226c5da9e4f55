"""The logs of Azure services: sent to the stack's Log Analytics workspace, and not kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi import Input, Resource, ResourceOptions
from pulumi_azure_native import monitor


def send_logs(
    name: str,
    categories: Sequence[str],
    *,
    resource_id: Input[str],
    workspace_id: Input[str],
    parent: Resource,
) -> Resource:
    """Send these categories of one resource's logs; the workspace decides how long they are kept."""
    return monitor.DiagnosticSetting(
        name,
        resource_uri=resource_id,
        workspace_id=workspace_id,
        logs=[monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories],
        opts=ResourceOptions(parent=parent),
    )
