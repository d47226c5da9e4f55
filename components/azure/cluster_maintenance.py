"""When AKS upgrades a production cluster by itself: on Sunday night, and not whenever a patch comes out."""

from __future__ import annotations

from pulumi import Output, Resource, ResourceOptions
from pulumi_azure_native import containerservice as aks

SCHEDULES = {"upgrades": "aksManagedAutoUpgradeSchedule", "node-images": "aksManagedNodeOSUpgradeSchedule"}
"""The names that AKS takes for the cluster's upgrades and for those of the nodes' images (AKS documentation,
"Use planned maintenance to schedule and control upgrades")."""
HOURS = 4
"""The shortest window that AKS takes."""


def create_windows(
    name: str, *, resource_group: Output[str], cluster: aks.ManagedCluster, parent: Resource
) -> None:
    """Tell AKS when; in UTC."""
    for what, config_name in SCHEDULES.items():
        aks.MaintenanceConfiguration(
            f"{name}-{what}",
            resource_group_name=resource_group,
            resource_name_=cluster.name,
            config_name=config_name,
            maintenance_window=aks.MaintenanceWindowArgs(
                schedule=aks.ScheduleArgs(
                    weekly=aks.WeeklyScheduleArgs(day_of_week="Sunday", interval_weeks=1)
                ),
                start_time="01:00",
                duration_hours=HOURS,
                utc_offset="+00:00",
            ),
            opts=ResourceOptions(parent=parent, deleted_with=cluster),
        )
