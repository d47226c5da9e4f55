"""A look at the world that the program takes in a preview only: whether an existing cluster answers.

The Kubernetes provider previews objects in a cluster that does not answer as if it were empty, and says
nothing (pulumi-kubernetes, `provider.go`, Create: `!req.GetPreview() && k.clusterUnreachable`); the update
then stops at its first object. So a preview says it here, once, and still shows the plan: whoever reviews
a change may have no way to the cluster that `pulumi up` has.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

import pulumi

from components.config.cluster import ExistingCluster
from components.config.settings import Settings

TIMEOUT_SECONDS = 3
HTTPS = 443


def warn_if_cluster_is_silent(settings: Settings) -> bool:
    """Say in a preview that the cluster does not answer from here; whether it was said."""
    cluster = settings.cluster
    if not isinstance(cluster, ExistingCluster) or not pulumi.runtime.is_dry_run():
        return False
    problem = problem_reaching(cluster.server)
    if problem is not None:
        pulumi.log.warn(
            f"The cluster of rasa:cluster.kubeconfig does not answer at {cluster.server} ({problem}). This "
            "plan takes it for empty, and `pulumi up` would stop at its first object: check the address, "
            "and whether this machine has a way there (VPN, allowed addresses)."
        )
    return problem is not None


def problem_reaching(server: str) -> str | None:
    """Why no connection to a URL can be opened; None if it can, or a proxy is in between."""
    address = urlsplit(server)
    if getproxies().get(address.scheme):
        return None
    try:
        where = (address.hostname or "", address.port or HTTPS)
        socket.create_connection(where, timeout=TIMEOUT_SECONDS).close()
    except OSError as error:
        return error.strerror or str(error)
    return None
