"""Every image and chart that a stack can use, named here and nowhere else, and its name in a mirror. Pure.

No digest stands here: a vendor's tag is what its release notes state, and what it means today only its
registry knows. `.venv/bin/python -m ci.images` prints the commands that copy them all; a copy has the digest
of the original (docs/registry.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

RASA_REPOSITORY = "europe-west3-docker.pkg.dev/rasa-releases/rasa-pro/rasa-pro"
RASA_TAG = "3.21.0-latest"
"""Rasa's tags read `<version>-latest`; the chart's own default is older (3.17.0)."""
RASA_CHART = "oci://europe-west3-docker.pkg.dev/rasa-releases/helm-charts/rasa"
RASA_CHART_VERSION = "2.4.0"
"""The version that `rasa/values.py` is written for; 1.x ignores its keys (docs/rasa-pro.md, Endpoints in the
chart)."""
ANALYTICS_REPOSITORY = "europe-west3-docker.pkg.dev/rasa-releases/rasa-pro/rasa-pro-services"
ANALYTICS_TAG = "3.8.1-latest"
"""The chart's (values.yaml, `rasaProServices.image`)."""
DUCKLING_IMAGE = "rasa/duckling:0.2.0.2-r4"
"""The chart's (values.yaml, `duckling.image`)."""
HAPROXY_IMAGE = "docker.io/library/haproxy:3.2.21"
"""HAProxy's own image. 3.2 is a long-term release, maintained until 2030."""
VALKEY_IMAGE = "docker.io/valkey/valkey:9.1.1"
"""The version that Valkey's own chart installs (valkey-helm 0.11.0, `appVersion`)."""
POSTGRESQL_IMAGE = "ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie"
"""The operator's own default. Set here, so that another version of the operator does not change
PostgreSQL's."""
CLOUDNATIVE_PG_IMAGE = "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0"
"""The operator's, which each pod of PostgreSQL runs first, too."""
CLOUDNATIVE_PG_CHART_VERSION = "0.29.0"
STRIMZI_VERSION = "1.2.0"
"""Of the chart and of its images."""
KAFKA_VERSION, METADATA_VERSION = "4.3.1", "4.3-IV0"
"""Of Strimzi 1.2.0. Set here, so that another version of the operator does not change Kafka's."""
VAULT_VERSION = "2.0.4"
VAULT_REPOSITORIES: Mapping[str, str] = {
    "kubernetes": "hashicorp/vault",
    # Red Hat's registry has it on their base image (chart: values.openshift.yaml).
    "openshift": "registry.connect.redhat.com/hashicorp/vault",
}
VAULT_TAGS: Mapping[str, str] = {"kubernetes": VAULT_VERSION, "openshift": f"{VAULT_VERSION}-ubi"}
VAULT_CHART_VERSION = "0.34.1"
"""Brings Vault 2.0.4. The values in `vault/values.py` are written for this version's templates."""
CERT_MANAGER_VERSION = "v1.21.0"
"""Of the chart and of its images."""
ALB_CONTROLLER_VERSION = "1.12.2"
"""Of the chart and of its images."""

PULL_SECRET = "rasa-registry"  # noqa: S105 - its name
"""Name of the Secret that the stack makes of `rasa:registry.pullSecret`, in each namespace."""
DOCKER_HUB = "docker.io"
OCI = "oci://"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A Helm chart, and what a mirror and a pull secret make of its values."""

    ref: str
    """OCI reference, path of a directory or archive on this machine, or a name in `repository`."""
    version: str
    repository: str | None = None
    """URL of a classic chart repository; `ref` is then a chart's name."""
    namespace: str = ""
    """The namespace that the stack makes for it; "": it is installed into Rasa's."""
    named: tuple[str, ...] = ()
    """Paths in the values where the stack itself names an image's repository, or lists containers."""
    images: tuple[str, ...] = ()
    """What its pods run and no value of the stack names."""
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path in the values → the repository, or registry and `/`, from which the chart would take images."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path in the values → tag: in a mirror is what this table names, whatever the chart would take."""
    pull_secrets: str
    """Path in the values of the list of `{name}`."""
    pods: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Field of `rasa:pods` → paths in the values, as far as the chart has any."""

    @property
    def is_local(self) -> bool:
        """Whether the chart lies on this machine, where it has the version that it has."""
        return self.repository is None and self.ref.startswith(("/", "."))

    @property
    def source(self) -> str:
        """Registry, path and name, without a scheme; of a classic repository as if it were one of OCI."""
        if self.repository is None:
            return self.ref.removeprefix(OCI)
        return f"{self.repository.partition('://')[2].strip('/')}/{self.ref}"


_PLACES: Mapping[str, str] = {"nodeSelector": "nodeSelector", "tolerations": "tolerations"}


def _in_parts(parts: Sequence[str], names: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Field → what a chart calls it in each of its parts."""
    return {field: tuple(f"{part}{name}" for part in parts) for field, name in names.items()}


RASA = Chart(
    ref=RASA_CHART,
    version=RASA_CHART_VERSION,
    named=("rasa.image.repository", "rasa.initContainers", "rasaProServices.image.repository"),
    pull_secrets="imagePullSecrets",
    pods={
        "labels": ("podLabels",),
        **_in_parts(
            ("rasa.", "rasaProServices."),
            {"annotations": "podAnnotations", "serviceAnnotations": "service.annotations", **_PLACES},
        ),
    },
)
VAULT = Chart(
    ref="vault",
    version=VAULT_CHART_VERSION,
    repository="https://helm.releases.hashicorp.com",
    # Its injector and its CSI provider, which have images of their own, are off.
    named=("server.image.repository", "server.extraContainers"),
    pull_secrets="global.imagePullSecrets",
    pods=_in_parts(
        ("server.",),
        {
            "labels": "extraLabels",
            "annotations": "annotations",
            "serviceAnnotations": "service.annotations",
            "priorityClassName": "priorityClassName",
            **_PLACES,
        },
    ),
)
CLOUDNATIVE_PG = Chart(
    ref="cloudnative-pg",
    version=CLOUDNATIVE_PG_CHART_VERSION,
    repository="https://cloudnative-pg.github.io/charts",
    namespace="cnpg-system",
    images=(CLOUDNATIVE_PG_IMAGE,),
    sources={"image.repository": CLOUDNATIVE_PG_IMAGE.partition(":")[0]},
    tags={"image.tag": CLOUDNATIVE_PG_IMAGE.partition(":")[2]},
    pull_secrets="imagePullSecrets",
    pods=_in_parts(
        ("",),
        {
            "labels": "podLabels",
            "annotations": "podAnnotations",
            "priorityClassName": "priorityClassName",
            **_PLACES,
        },
    ),
)
STRIMZI = Chart(
    ref="oci://quay.io/strimzi-helm/strimzi-kafka-operator",
    version=STRIMZI_VERSION,
    namespace="strimzi",
    images=(
        f"quay.io/strimzi/operator:{STRIMZI_VERSION}",
        f"quay.io/strimzi/kafka:{STRIMZI_VERSION}-kafka-{KAFKA_VERSION}",
    ),
    # All of its images have this registry (templates/_helpers.tpl, `strimzi.image`).
    sources={"defaultImageRegistry": "quay.io/"},
    tags={"defaultImageTag": STRIMZI_VERSION},
    # The operator gives the same to the pods that it makes (STRIMZI_IMAGE_PULL_SECRETS of its chart's
    # templates/060-Deployment-strimzi-cluster-operator.yaml).
    pull_secrets="image.imagePullSecrets",
    pods=_in_parts(
        ("",),
        {
            "labels": "labels",
            "annotations": "annotations",
            "priorityClassName": "priorityClassName",
            **_PLACES,
        },
    ),
)
_CERT_MANAGER_PARTS: Mapping[str, str] = {
    "image": "controller",
    "webhook.image": "webhook",
    "cainjector.image": "cainjector",
    "acmesolver.image": "acmesolver",
    "startupapicheck.image": "startupapicheck",
}
CERT_MANAGER = Chart(
    ref="oci://quay.io/jetstack/charts/cert-manager",
    version=CERT_MANAGER_VERSION,
    namespace="cert-manager",
    images=tuple(
        f"quay.io/jetstack/cert-manager-{part}:{CERT_MANAGER_VERSION}"
        for part in _CERT_MANAGER_PARTS.values()
    ),
    sources={
        f"{path}.repository": f"quay.io/jetstack/cert-manager-{part}"
        for path, part in _CERT_MANAGER_PARTS.items()
    },
    tags={f"{path}.tag": CERT_MANAGER_VERSION for path in _CERT_MANAGER_PARTS},
    pull_secrets="global.imagePullSecrets",
    pods={
        "priorityClassName": ("global.priorityClassName",),
        **_in_parts(
            ("", "webhook.", "cainjector.", "startupapicheck."),
            {"labels": "podLabels", "annotations": "podAnnotations", **_PLACES},
        ),
    },
)
ALB_CONTROLLER = Chart(
    ref="oci://mcr.microsoft.com/application-lb/charts/alb-controller",
    version=ALB_CONTROLLER_VERSION,
    # The chart's own (Azure documentation, "Deploy Application Gateway for Containers ALB Controller").
    namespace="azure-alb-system",
    images=tuple(
        f"mcr.microsoft.com/application-lb/images/alb-controller{part}:{ALB_CONTROLLER_VERSION}"
        for part in ("", "-bootstrap", "-crds")
    ),
    # Azure documentation, "ALB Controller Helm Chart": names of images stay, and so do their tags.
    sources={"albController.image.registry": "mcr.microsoft.com/"},
    pull_secrets="albController.imagePullSecrets",
    pods=_in_parts(("albController.controller.",), _PLACES),
)
CHARTS: Mapping[str, Chart] = {
    chart.ref: chart for chart in (RASA, VAULT, CLOUDNATIVE_PG, STRIMZI, CERT_MANAGER, ALB_CONTROLLER)
}


def in_mirror(reference: str, mirror: str) -> str:
    """Where a mirror has an image, a repository or a registry: under its whole name, below the mirror's.

    What lies in the mirror's own registry already stays. A copy has the same tag and the same digest.
    """
    host, path = split(reference)
    if host == mirror.partition("/")[0]:
        return reference
    return f"{mirror}/{host}/{path}".rstrip("/")


def split(reference: str) -> tuple[str, str]:
    """Registry and path, as runtimes complete a name (github.com/distribution/reference, `normalize.go`)."""
    first, slash, rest = reference.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return DOCKER_HUB, reference if slash else f"library/{reference}"
