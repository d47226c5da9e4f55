"""The assistant's models, uploaded to Cloud Storage and Blob: once, verified, and kept as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci.assistant.storage import Blob, Gcs
from tests.ci import uploads
from tests.ci.uploads import sdk
from tests.conformance.lab import Lab
from tests.conformance.process import free_port
from tests.conformance.tools import azurite, command, fake_gcs

AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Published: every Azurite has it."""
pytestmark = [pytest.mark.filterwarnings(text) for text in uploads.QUIET]


def test_cloud_storage(lab: Lab, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = [
        str(fake_gcs()),
        "-scheme",
        "http",
        "-host",
        "127.0.0.1",
        "-port",
        str(port),
        "-backend",
        "memory",
    ]
    server += ["-external-url", url, "-public-host", f"127.0.0.1:{port}"]
    lab.processes.start("uploads-gcs", server, ports=[port])
    client = sdk("google.cloud.storage").Client(
        project="test",
        credentials=sdk("google.auth.credentials").AnonymousCredentials(),
        client_options={"api_endpoint": url},
    )
    uploads.check(Gcs(bucket=client.create_bucket("models")), tmp_path)
    uploads.check_refusal(Gcs(bucket=client.bucket("nothing")), tmp_path)


def test_blob(lab: Lab, tmp_path: Path) -> None:
    port = free_port()
    server = [
        command("node"),
        str(azurite()),
        "--blobPort",
        str(port),
        "--location",
        str(tmp_path / "azurite"),
    ]
    server += ["--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    lab.processes.start("uploads-azurite", server, ports=[port])
    service = sdk("azure.storage.blob").BlobServiceClient(
        f"http://127.0.0.1:{port}/devstoreaccount1", AZURITE_KEY
    )
    uploads.check(Blob(container=service.create_container("models")), tmp_path)
    uploads.check_refusal(Blob(container=service.get_container_client("nothing")), tmp_path)
