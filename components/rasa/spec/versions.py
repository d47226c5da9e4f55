"""The versions of Rasa Pro and of its chart, and the names of the preflight's checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IMAGE_REPOSITORY = "europe-west3-docker.pkg.dev/rasa-releases/rasa-pro/rasa-pro"
IMAGE_TAG = "3.21.0-latest"
"""Rasa's tags read `<version>-latest`; the chart's own default is older (3.17.0)."""
CHART = "oci://europe-west3-docker.pkg.dev/rasa-releases/helm-charts/rasa"
CHART_VERSION = "2.4.0"
"""The version that `values.py` is written for; 1.x ignores its keys (docs/rasa-pro.md, Endpoints in the
chart)."""

Check = Literal[
    "endpoints",
    "identity",
    "secrets_manager",
    "tracker_store",
    "lock_store",
    "timer_store",
    "event_broker",
    "model",
    "nlg",
    "action_endpoint",
]
"""What the preflight tries (`jobs/preflight/endpoints.py`), as far as the connections have it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Where the official Helm chart comes from."""

    ref: str = CHART
    """OCI reference, path of a directory or archive on this machine, or a name in `repository`."""
    version: str = CHART_VERSION
    repository: str | None = None
    """URL of a classic chart repository; `ref` is then a chart's name."""

    @property
    def is_local(self) -> bool:
        """Whether the chart lies on this machine, where it has the version that it has."""
        return self.repository is None and self.ref.startswith(("/", "."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """The Rasa Pro image; the setup Jobs run on it too, for its drivers match Rasa's."""

    repository: str = IMAGE_REPOSITORY
    tag: str = IMAGE_TAG
    digest: str | None = None
    """`sha256:…`: these bytes, whatever the tag comes to mean."""

    @property
    def name(self) -> str:
        """As a pod's spec wants it."""
        return f"{self.repository}:{self.tag_and_digest}"

    @property
    def tag_and_digest(self) -> str:
        """The chart puts it behind `repository:`; a runtime that is given both takes the digest."""
        return self.tag if self.digest is None else f"{self.tag}@{self.digest}"
