"""An update and a destroy of one example with the AWS provider's own plugin, on an emulator of AWS."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcloud.events import COLOUR
from tests.provider_preview import previews
from tests.stacks import record_stack

STACK = "aws-dev"
LIMIT_SECONDS = 1200
"""Then the run is interrupted: moto's MSK clusters stay in the state CREATING, and the provider waits for two
hours."""
LAST_SECONDS = 300
ANSWERS = ("operation error ", "StatusCode: ")
"""In what the provider says of an answer that it took for an error: the operation, and the HTTP status."""
UNSETTLED = ("couldn't find resource", "empty result", "unexpected state", "waiting for", "context canceled")
"""Said of a resource that was made, and of which the emulator then tells less than AWS does."""
COME_UP = (
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:kms/alias:Alias",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
)
"""Types whose acceptance tests of the Terraform provider pass on moto (getmoto/moto,
`tests/terraformtests/terraform-tests.success.txt`): without any of one the run did not get there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of a run."""

    done: Sequence[tuple[str, str]]
    """Type and name of what was made, or deleted."""
    refused: Mapping[str, str]
    """Resource type → the first refusal that is the emulator's, or of a cluster that is none."""
    faults: Sequence[str]
    """Everything else: the provider's own words against our inputs among it."""


def environment(folder: Path, url: str) -> dict[str, str]:
    """Lead the provider to the emulator, as its guide "Custom Service Endpoint Configuration" says.

    The address is a number, because S3's endpoints are then http://127.0.0.1/bucket and not
    http://bucket.127.0.0.1; S3 Control, which bucket tags are read by, always puts the account's id in front
    and so takes a name below `localhost` (endpoint rule sets of both services, in botocore).
    """
    return {
        **previews.environment(folder, url),
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3_CONTROL": url.replace("127.0.0.1", "localhost"),
        "AWS_SKIP_METADATA_API_CHECK": "true",
        "AWS_SKIP_CREDENTIALS_VALIDATION": "true",
        # What moto does not have it answers with 500, which the provider would try 25 times.
        "AWS_MAX_ATTEMPTS": "2",
        # `pulumi` then has the option --event-log.
        "PULUMI_DEBUG_COMMANDS": "true",
    }


def asked() -> Collection[tuple[str, str]]:
    """Type and name of each resource that the example asks a provider for."""
    return {
        (one.type, one.name) for one in record_stack(STACK).resources if one.custom and _is_real(one.type)
    }


def run(command: str, checkout: Path, variables: Mapping[str, str]) -> Verdict:
    """Run `up` or `destroy` as far as it goes."""
    log = checkout.parent / f"{command}.events"
    options = ("--yes", "--skip-preview", "--continue-on-error", "--non-interactive", "--color", "never")
    words = ["pulumi", command, "--stack", STACK, *options, "--event-log", str(log)]
    with subprocess.Popen(
        words, cwd=checkout, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, said = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            try:
                _, said = process.communicate(timeout=LAST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
    events = log.read_text().splitlines() if log.exists() else []
    return judge(map(json.loads, events), said if process.returncode else "")


def judge(events: Iterable[Mapping[str, Any]], said: str = "") -> Verdict:
    """Tell what the emulator refuses from what is wrong; `said`: the error output of a failed command."""
    done: list[tuple[str, str]] = []
    refused: dict[str, str] = {}
    faults: list[str] = []
    for event in events:
        step = event.get("resOutputsEvent", {}).get("metadata", {})
        if step.get("op") in {"create", "delete"} and _is_real(step["type"]):
            done.append((step["type"], _name(step["urn"])))
        told = event.get("diagnosticEvent", {})
        if told.get("severity") != "error":
            continue
        text, urn = " ".join(COLOUR.sub("", told["message"]).split()), str(told.get("urn", ""))
        type_ = _type(urn)
        if not _is_real(type_):
            # Of the stack itself the engine says once more that something failed.
            if text not in {"update failed", "update canceled", "destroy failed", "destroy canceled", "BAIL"}:
                faults.append(text)
        elif any(word in text for word in _forgiven(type_)):
            refused.setdefault(type_, text)
        else:
            faults.append(f"{_name(urn)} ({type_}): {text}")
    if said and not (done or refused or faults):
        faults.append(said.strip())
    return Verdict(done=done, refused=refused, faults=faults)


def _forgiven(type_: str) -> tuple[str, ...]:
    if type_.startswith("aws:"):
        return (*ANSWERS, *UNSETTLED)
    return previews.UNREACHABLE if type_.startswith("kubernetes:") else ()


def _type(urn: str) -> str:
    """Of `urn:pulumi:stack::project::parent$type::name`, or nothing."""
    return "".join(urn.split("::")[2:3]).rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]


def _is_real(type_: str) -> bool:
    """Whether a provider's plugin makes it."""
    return bool(type_) and not type_.startswith(("pulumi:", "rasa:"))
