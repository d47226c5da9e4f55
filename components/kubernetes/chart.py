"""A chart of `contract/images.py` as a Release takes it."""

from __future__ import annotations

from pulumi_kubernetes.helm.v3 import RepositoryOptsArgs

from components.contract.images import Chart


def repository_of(chart: Chart) -> RepositoryOptsArgs | None:
    """The repository of a chart that is no OCI reference."""
    return None if chart.repository is None else RepositoryOptsArgs(repo=chart.repository)
