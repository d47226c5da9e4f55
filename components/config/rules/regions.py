"""Rules for what exists in the cloud and must be in the stack's region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from components.config.ingress import ExistingCertificate
from components.config.messages import set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings

ARN = re.compile(r"arn:[^:]+:[^:]+:(?P<region>[^:]+):")


def _on_aws(settings: Settings) -> Iterator[str]:
    # CloudWatch answers "Invalid region … specified"; for certificates: Elastic Load Balancing user guide,
    # "SSL certificates for your Application Load Balancer".
    certificate = settings.ingress.certificate
    named = {
        "alarms.target": settings.alarms.target,
        "ingress.certificate.reference": certificate.reference
        if isinstance(certificate, ExistingCertificate)
        else None,
    }
    for key, arn in named.items():
        found = ARN.match(arn or "")
        if settings.cloud == "aws" and found is not None and found["region"] != settings.region:
            path = f"rasa:{key}"
            yield (
                f"{path} {arn!r} is in {found['region']}; accepted: one in the stack's region, "
                f"{settings.region}; {set_with(path, '<ARN>')}"
            )


RULES: Sequence[Rule] = (_on_aws,)
