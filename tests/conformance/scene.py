"""A pod of one assistant, in the lab, after the Job that makes its database has run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from components.rasa.args import AssistantArgs
from components.rasa.assistant import Assistant
from tests.conformance.lab import ENDPOINTS, Document, Lab
from tests.conformance.pod import LONGEST, Outcome, Pod, pod_of
from tests.conformance.process import HOST
from tests.conformance.servers_cloud import AWS
from tests.conformance.servers_sql import ADMIN, ADMIN_PASSWORD
from tests.rasa import samples
from tests.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET_OF_ROLE = "planted-secret-postgres"
PLAIN = replace(
    samples.BASE,
    model_storage=samples.MODEL_STORAGES["s3"],
    lock_store=samples.LOCK_STORES["password"],
    tracker_store=samples.POSTGRES,
    event_broker=samples.EVENT_BROKERS["scram"],
)
"""Where nothing of a failure hangs on the kind: each server with TLS and a password."""


@dataclass
class Scene:
    """A pod that passes, until a case spoils something of it."""

    lab: Lab
    pod: Pod
    document: Document
    """endpoints.yml; changes to it are written when the pod runs."""
    generated: tuple[Document, Mapping[str, str]]
    """endpoints.yml and environment as the Job has them, before anything was replaced."""

    def run(self) -> Outcome:
        """Run the preflight, and see that no secret is printed."""
        self.lab.write(self.pod, self.document)
        outcome = self.pod.run()
        assert "planted-secret" not in outcome.output
        return outcome

    def fails(self, check: str, *words: str) -> None:
        """Run it: this check fails, no other, in time, with one message that has these words."""
        outcome = self.run()
        assert outcome.status == 1, outcome.output
        assert list(outcome.wrong) == [check], outcome.output
        for word in words:
            assert word in outcome.wrong[check], outcome.output
        assert outcome.seconds < LONGEST


def scene(lab: Lab, folder: Path, args: AssistantArgs = PLAIN) -> Scene:
    """Record an assistant and lay its pod out."""
    return from_recording(lab, folder, record(lambda: Assistant("assistant", args)), "assistant")


def from_recording(lab: Lab, folder: Path, recording: Recording[Any], name: str) -> Scene:
    """Lay out the pod of a recorded assistant of that name."""
    pod = pod_of(recording, f"{name}-preflight", folder / "preflight")
    generated = yaml.safe_load(pod.files[ENDPOINTS]), dict(pod.env)
    document = lab.lead(pod)
    if any(job.name == f"{name}-database-init" for job in recording.of("kubernetes:batch/v1:Job")):
        make_database(lab, folder, recording, name)
    elif document["tracker_store"]["type"] == "SQL":
        # It exists already: somebody has made role and database, as the samples' Job does.
        role = document["tracker_store"]["username"]
        theirs = replace(samples.POSTGRES, database=role, login=samples.password("postgres", role))
        args = replace(PLAIN, tracker_store=theirs)
        make_database(lab, folder, record(lambda: Assistant("their", args)), "their")
        if "TRACKER_STORE_PASSWORD" in pod.env:  # which lies in a Secret of whoever runs the database
            pod.env["TRACKER_STORE_PASSWORD"] = SECRET_OF_ROLE
    return Scene(lab, pod, document, generated)


def make_database(lab: Lab, folder: Path, recording: Recording[Any], name: str) -> None:
    """Run the database's Job of a recorded assistant."""
    job = database_init(lab, folder, recording, name)
    if "ROLE_PASSWORD" in job.env and in_vault(recording):
        # What the Job and Vault's bootstrap are both given; here Vault is not filled by it.
        job.env["ROLE_PASSWORD"] = SECRET_OF_ROLE
    outcome = job.run()
    assert outcome.status == 0, outcome.output


def database_init(lab: Lab, folder: Path, recording: Recording[Any], name: str) -> Pod:
    """The pod of the database's Job, led to the same server."""
    pod = pod_of(recording, f"{name}-database-init", folder / "database-init")
    server = lab.rds if "rds_iam" in pod.env["DATABASES"] else lab.postgres
    pod.files = {path: lab.ca if path.endswith(".pem") else text for path, text in pod.files.items()}
    pod.env.update(PGHOST=HOST, PGPORT=str(server.port))
    if "PGPASSWORD" in pod.env:
        # The administrator is the server's own: no recording makes a real one.
        pod.env.update(PGUSER=ADMIN, PGPASSWORD=ADMIN_PASSWORD)
    if "ADMIN_SECRET_ID" in pod.env:
        # The setup pod's identity, and the name that AWS would have made.
        pod.env.update(AWS, AWS_ENDPOINT_URL_SECRETS_MANAGER=lab.moto, ADMIN_SECRET_ID="arn:secret")
    return pod


def in_vault(recording: Recording[Any]) -> bool:
    """Whether Rasa reads the password of its database from Vault."""
    (release,) = [one for one in recording.of(RELEASE) if one.inputs["name"] == "rasa"]
    store: dict[str, Any] = release.inputs["values"]["rasa"]["settings"]["endpoints"]["tracker_store"]
    return isinstance(store.get("password"), dict)
