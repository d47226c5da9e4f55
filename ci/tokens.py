"""A job's OIDC token: GitHub hands one out on demand, the other systems put one into the environment."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Mapping
from pathlib import Path

from bootstrap.audiences import AUDIENCES, Cloud, pulumi_audience
from ci.errors import JobError

FILE = "AZURE_FEDERATED_TOKEN_FILE"
"""The variable by which Azure's SDKs find the file; they read it anew for each access token."""
RENEWAL_SECONDS = 240
"""A token of GitHub is good for five minutes."""
REQUEST_URL, REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
Environment = Mapping[str, str]


def fetch(cloud: Cloud, environment: Environment) -> str:
    """The token of this job for a cloud."""
    return _fetch(f"{cloud.upper()}_TOKEN", AUDIENCES[cloud], environment)


def fetch_for_pulumi(organization: str, environment: Environment) -> str:
    """The token of this job for Pulumi Cloud."""
    return _fetch("PULUMI_TOKEN", pulumi_audience(organization), environment)


def _fetch(name: str, audience: str, environment: Environment) -> str:
    if environment.get(REQUEST_URL):
        return _from_github(audience, environment)
    token = environment.get(name) or environment.get("CLOUD_TOKEN")
    if token:
        return token
    if environment.get("GITHUB_ACTIONS"):
        raise JobError(
            f"the job may not ask GitHub for an identity: there is no {REQUEST_URL}",
            remedy="Give the job `permissions: id-token: write`; a pull request from a fork never gets it.",
        )
    raise JobError(
        f"the job has no OIDC token: neither {name} nor CLOUD_TOKEN is set",
        remedy=f"Hand {name} to the job: id_tokens (GitLab), CIRCLE_OIDC_TOKEN_V2 (CircleCI), a credential"
        " of the plugin oidc-provider (Jenkins); see ci/.",
    )


def google_source(environment: Environment) -> dict[str, object] | None:
    """Where Google's SDKs ask GitHub for tokens themselves, so that no file grows old."""
    if not environment.get(REQUEST_URL):
        return None
    return {
        "url": _url(AUDIENCES["gcp"], environment),
        "headers": {"Authorization": f"Bearer {environment[REQUEST_TOKEN]}"},
        "format": {"type": "json", "subject_token_field_name": "value"},
    }


@contextlib.contextmanager
def kept_fresh(environment: Environment = os.environ, every: float = RENEWAL_SECONDS) -> Generator[None]:
    """While something runs for hours, write the token for Azure anew before it is too old."""
    path = environment.get(FILE)
    if not path or not environment.get(REQUEST_URL):
        yield
        return
    stop = threading.Event()
    _renew(path, environment)

    def renew() -> None:
        while not stop.wait(every):
            # One failure is no harm: the next comes before the access token ends.
            with contextlib.suppress(JobError):
                _renew(path, environment)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _renew(path: str, environment: Environment) -> None:
    # Whoever reads finds the old one or the new one, never half of one.
    fresh = Path(f"{path}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(_from_github(AUDIENCES["azure"], environment))
    fresh.replace(path)


def _from_github(audience: str, environment: Environment) -> str:
    headers = {"Authorization": f"Bearer {environment[REQUEST_TOKEN]}"}
    request = urllib.request.Request(_url(audience, environment), headers=headers)  # noqa: S310 - GitHub's own
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return str(json.loads(answer.read())["value"])
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        raise JobError(
            f"GitHub gave no OIDC token: {error}",
            remedy="Give the job `permissions: id-token: write`; if it has that, run it again.",
        ) from None


def _url(audience: str, environment: Environment) -> str:
    return f"{environment[REQUEST_URL]}&audience={urllib.parse.quote(audience, safe='')}"
