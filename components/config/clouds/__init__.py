"""The clouds, one file of facts each: all that is known of a cloud before its SDK is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from components.config.clouds.aws import AWS
from components.config.clouds.azure import AZURE
from components.config.clouds.facts import CloudFacts
from components.config.clouds.gcp import GCP

CLOUDS: Mapping[str, CloudFacts] = {"aws": AWS, "azure": AZURE, "gcp": GCP}
"""Value of `rasa:cloud` → its facts; cloud none has none."""
