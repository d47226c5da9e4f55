"""Secrets in plain text, where only `${VARIABLE}` belongs: endpoints.yml and credentials.yml are a ConfigMap.

Two ways to find one: by the name of its key, and by what it looks like, for a header or a URL holds keys as
well. A message never repeats the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.rasa.document import Document
from components.rasa.problems import scalars
from components.rasa.variables import REFERENCE

SECRET_NAME = re.compile(
    r"(^|[_-])(token|secret|password|passwd|key|verify|credentials?|authorization)$", re.IGNORECASE
)
"""How the keys of channels end that hold secrets: `slack_token`, `page-access-token`, `jwt_key`, `verify`, …
(core/channels/*.py, `from_credentials`)."""
PUBLIC = frozenset(
    {"metadata_key", "public_key_path", "content_payload_key", "metadata_payload_key", "routing_key"}
)
"""Keys that end so and name something."""
LOOKS_SECRET = (
    (re.compile(r"\bsk-[A-Za-z0-9_-]{16,}"), "a key of OpenAI or Anthropic"),
    (re.compile(r"\bAKIA[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{35}"), "a key of Google's"),
    (re.compile(r"\b(xox[abprs]|xapp)-[0-9A-Za-z-]{10,}"), "a token of Slack's"),
    (re.compile(r"\b(gsk|hf|glpat|ghp)[_-][0-9A-Za-z_-]{16,}"), "an access token"),
    (re.compile(r"\bBearer\s+(?!\$\{)[A-Za-z0-9._~+/-]{12,}"), "a bearer token"),
    (re.compile(r"://[^/\s:@]+:(?!\$\{)[^/\s@]+@"), "a password in a URL"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
)
MEND = (
    "it would stand in a ConfigMap; write ${VARIABLE}, have the secret reissued, and set it with: "
    "pulumi config set --secret --path 'rasa:llmKeys.VARIABLE' <value>"
)


def plain_secrets(document: Document) -> Iterator[str]:
    """Name each place where a secret stands as it is."""
    for path, key, value in scalars(document, ""):
        if not isinstance(value, str) or not value:
            continue
        kind = next((what for pattern, what in LOOKS_SECRET if pattern.search(value)), None)
        if kind is not None:
            yield f"{path} holds {kind} in plain text: {MEND}"
        elif SECRET_NAME.search(key) and key not in PUBLIC and not REFERENCE.search(value):
            yield f"{path} is a secret in plain text: {MEND}"
