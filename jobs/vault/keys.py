"""Put Vault's recovery keys into the cloud's secret store, with the identity of the pod. They are never read.

Azure and Google are asked by plain HTTPS: Rasa Pro's image brings no client of theirs for secrets.
"""

# The image has boto3 and requests, this project's environment has not.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

import requests

from vault.api import SECONDS, Stop, said

GOOGLE_METADATA = "http://metadata.google.internal"
GOOGLE_SECRETS = "https://secretmanager.googleapis.com"
AZURE_API_VERSION = "7.4"
ATTEMPTS, PAUSE_SECONDS = 5, 3
"""Grants that were made a minute ago do not hold everywhere yet."""


def put(identifier: str, text: str) -> None:
    """Write the next version of the secret, or raise `Stop`."""
    doing = _aws if identifier.startswith("arn:") else _google if "/secrets/" in _path(identifier) else _azure
    for attempt in range(1, ATTEMPTS + 1):
        try:
            doing(identifier, text)
        except Exception as error:  # noqa: BLE001 (three libraries, each with errors of its own)
            if attempt == ATTEMPTS:
                raise Stop(
                    f"cannot put recovery keys into {identifier}: {said(error)}; the identity of the service "
                    "account vault-bootstrap must be allowed to add versions to that secret"
                ) from None
            time.sleep(float(os.environ.get("PAUSE_SECONDS", PAUSE_SECONDS)))
        else:
            return


def _path(identifier: str) -> str:
    return "" if "://" in identifier else identifier


def _aws(arn: str, text: str) -> None:
    import boto3  # noqa: PLC0415 (only where it is needed: importing it costs a second)

    client = boto3.client("secretsmanager", region_name=arn.split(":")[3])
    client.put_secret_value(SecretId=arn, SecretString=text)


def _azure(url: str, text: str) -> None:
    """Exchange the pod's Kubernetes token (workload identity) for one of Entra's, and set the secret."""
    env = os.environ
    authority = f"{env['AZURE_AUTHORITY_HOST'].rstrip('/')}/{env['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": env["AZURE_CLIENT_ID"],
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": Path(env["AZURE_FEDERATED_TOKEN_FILE"]).read_text(),
        "scope": "https://vault.azure.net/.default",
    }
    granted = requests.post(authority, data=form, timeout=SECONDS)
    _accepted(granted)
    answer = requests.put(
        url,
        params={"api-version": AZURE_API_VERSION},
        json={"value": text, "contentType": "application/json"},
        headers={"Authorization": f"Bearer {granted.json()['access_token']}"},
        timeout=SECONDS,
    )
    _accepted(answer)


def _google(name: str, text: str) -> None:
    """Take the pod's token from the metadata server, and add a version."""
    metadata = os.environ.get("GOOGLE_METADATA", GOOGLE_METADATA)
    secrets = os.environ.get("GOOGLE_SECRETS", GOOGLE_SECRETS)
    granted = requests.get(
        f"{metadata}/computeMetadata/v1/instance/service-accounts/default/token",
        headers={"Metadata-Flavor": "Google"},
        timeout=SECONDS,
    )
    _accepted(granted)
    answer = requests.post(
        f"{secrets}/v1/{name}:addVersion",
        json={"payload": {"data": base64.b64encode(text.encode()).decode()}},
        headers={"Authorization": f"Bearer {granted.json()['access_token']}"},
        timeout=SECONDS,
    )
    _accepted(answer)


def _accepted(answer: requests.Response) -> None:
    """Raise on a refusal, without its body, in which a server may repeat the keys."""
    if not answer.ok:
        raise Stop(f"HTTP {answer.status_code}")
