"""A job's access token for Pulumi Cloud, where that keeps the states: its OIDC token, exchanged (RFC 8693).

Pulumi's documentation, "OAuth Token Exchange". A CI system without OIDC tokens gives its jobs the secret
PULUMI_ACCESS_TOKEN instead; it is taken as it is.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

from bootstrap.audiences import pulumi_audience
from ci import backends, tokens
from ci.errors import JobError

ACCESS_TOKEN = "PULUMI_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT = 30
"""Seconds."""
URN = "urn:pulumi:token-type:access_token"


def log_in(url: str, identity: str, seconds: int, environment: Mapping[str, str]) -> dict[str, str]:
    """What Pulumi must find in its environment; `environment` has the variables and the job's token.

    An organisation's token reads and writes the states of all its stacks. Who wants less for previews makes a
    team, gives it the right to read, and names it in PULUMI_PREVIEW_TEAM (or PULUMI_DEPLOY_TEAM); tokens of
    teams are part of Pulumi's Enterprise edition.
    """
    organization = environment.get(backends.ORGANIZATION, "")
    if not organization:
        raise JobError(
            f"the states are in {url}, and the variable {backends.ORGANIZATION} is not set",
            remedy=f"Set {backends.ORGANIZATION} to the organisation that the stacks belong to.",
        )
    given = {backends.URL: url, backends.ORGANIZATION: organization}
    if environment.get(ACCESS_TOKEN):
        return given | {ACCESS_TOKEN: environment[ACCESS_TOKEN]}
    team = environment.get(f"PULUMI_{identity}_TEAM", "")
    form = {
        "audience": pulumi_audience(organization),
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "subject_token": tokens.fetch_for_pulumi(organization, environment),
        "requested_token_type": f"{URN}:team" if team else f"{URN}:organization",
        "scope": f"team:{team}" if team else "",
        "expiration": str(seconds),
    }
    return given | {ACCESS_TOKEN: _exchange(url, form, organization)}


def _exchange(url: str, form: Mapping[str, str], organization: str) -> str:
    request = urllib.request.Request(  # noqa: S310 - whose scheme `backends` has looked at
        f"{url.rstrip('/')}/api/oauth/token", urllib.parse.urlencode(form).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return str(json.loads(answer.read())["access_token"])
    except urllib.error.HTTPError as error:
        raise JobError(
            f"Pulumi Cloud took no token for the organisation {organization}: {_said(error)}",
            remedy="Compare the issuer and its policies (Settings > Access Management > OIDC Issuers) with"
            " what bootstrap/ printed: audience, subject, type of token.",
        ) from None
    except (OSError, ValueError, KeyError) as error:
        raise JobError(f"{url} gave no access token: {error}", remedy="Run the job again.") from None


def _said(error: urllib.error.HTTPError) -> str:
    """What the answer says; it never repeats a token (RFC 6749, 5.2)."""
    try:
        document = json.loads(error.read())
        return str(document.get("error_description") or document.get("message") or document)
    except (OSError, ValueError, AttributeError):
        return str(error)
