"""What opens the ingress in a cluster that exists: its own controller, or OpenShift's router."""

from __future__ import annotations

from collections.abc import Mapping

from components.config.clouds.facts import IngressFacts
from components.contract.terms import Flavor

INGRESS: Mapping[Flavor, IngressFacts] = {
    "openshift": IngressFacts(certificates=("cloud", "existing", "pem")),
    "kubernetes": IngressFacts(
        certificates=("cert-manager", "existing", "pem"),
        no_api="an Ingress has no words for the addresses of senders",
        controller=False,
    ),
}
