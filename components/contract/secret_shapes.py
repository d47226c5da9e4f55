"""What looks like a secret, by the name of its key and by its shape, and a text without what looks like one.

Both lists are wide on purpose: a value that is taken for a secret by mistake is set with --secret, which does
no harm; one that is not noticed stands in a ConfigMap, in the stack file, or in a pull request's comment.
"""

from __future__ import annotations

import re
from itertools import pairwise

NAME = re.compile(
    r"(^|[_.-])(tokens?|secrets?|pass(word|wd|phrase|code)?|pwd|pw|pin|key|verify|credentials?|dsn|jwt|otp"
    r"|auth(orization|entication)?|api_?key|[a-z]*(password|passwd|passphrase)"
    r"|(db|redis|sasl|smtp|user|pg)?(pass|pwd)|webhook(_?ur[li])?"
    r"|(hook|callback)_?ur[li]|(conn(ection)?)_?str(ing)?|sas(_token|_url)?|licen[cs]e)$",
    re.IGNORECASE,
)
"""How keys end that hold secrets, in snake_case: `slack_token`, `page-access-token`, `DB_PASS`, `verify`, …
(Rasa Pro, core/channels/*.py, `from_credentials`)."""
ALWAYS = re.compile(r"(pass|pwd|secret)", re.IGNORECASE)
"""Keys whose value is a secret even if it is a number."""
COUNT = re.compile(r"(^|[_.-])tokens$", re.IGNORECASE)
"""`MAX_TOKENS`: how many, if its value is a number."""
PUBLIC = frozenset(
    {"metadata_key", "public_key_path", "content_payload_key", "metadata_payload_key", "routing_key"}
    | {"public_key", "partition_key", "sort_key"}
)
"""Keys that end so and name something."""
_HOOKS = r"hooks\.slack\.com/(services|workflows|triggers)|discord(app)?\.com/api/webhooks"
OWN_WEBHOOK = re.compile(r"^https?://[^\s/@]+/([^\s@]*/)?webhooks/[a-z0-9_.-]+/webhook/?$")
"""Where Rasa itself is called (`webhook_url` of Telegram and Mattermost): that is no secret."""
SHAPES = (
    (re.compile(r"\bsk-[A-Za-z0-9_-]{16,}"), "a key of OpenAI or Anthropic"),
    (re.compile(r"\bA[KS]IA[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{35}"), "a key of Google's"),
    (re.compile(r"\b(xox[abprs]|xapp)-[0-9A-Za-z-]{10,}"), "a token of Slack's"),
    (
        re.compile(
            r"\b(gsk|hf|glpat|gh[pousr]|github_pat|npm|pypi|hvs|[rs]k_(live|test)|shpat|dop_v1|nvapi|GOCSPX|SG)"
            r"[_.-][0-9A-Za-z_-]{16,}"
        ),
        "an access token",
    ),
    (re.compile(r"(?<!\d)\d{8,10}:[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"), "a token of Telegram's"),
    (re.compile(r"://(?=[^/\s@]*\d)[0-9A-Za-z_.-]{20,}@"), "a token in a URL"),
    (re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*"), "a JSON web token"),
    (re.compile(r"\bBearer\s+(?!\$\{)[A-Za-z0-9._~+/-]{12,}"), "a bearer token"),
    (re.compile(r"://[^/\s:@'\"]*:(?!\$\{)[^/\s'\"]+@"), "a password in a URL"),
    (
        re.compile(
            rf"({_HOOKS}|webhook\.office\.com|outlook\.office(365)?\.com/webhook)/(?!\$\{{)[^\s'\"]{{8,}}"
        ),
        "the address of a webhook",
    ),
    (
        re.compile(
            r"[?&;](access_?token|token|api_?key|key|sig|secret|password|pwd|code|auth)=(?!\$\{)[^&\s'\"]{4,}",
            re.IGNORECASE,
        ),
        "a secret in a URL's query",
    ),
    (
        re.compile(
            r"\b(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)\s*=\s*(?!\$\{)[^;\s'\"]{4,}",
            re.IGNORECASE,
        ),
        "a secret in a connection string",
    ),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
        "a private key",
    ),
)
"""Pattern, and what it finds in words; a `${VARIABLE}` in the secret's place is none."""
_PRINCIPALS = r"(?:user|group|serviceAccount|servicePrincipal|domain|principal|principalSet|mailto)"
"""What stands before a colon in names of people that have an @, on Google Cloud."""
_LOGIN = re.compile(
    rf"(?<![\w$])(?!{_PRINCIPALS}:[^@\s]+@[^:\s]*(?:[\s'\",;]|$))[^\s'\"/:@]*:[^\s'\"/@]+@(?!sha256:)"
)
_TOKEN = re.compile(r"[A-Za-z0-9]{10,}")
_LEAST_CHANGES = 4


def is_named(key: str, value: object) -> bool:
    """Whether a key of this name holds a secret."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key)
    if snake.lower() in PUBLIC or not NAME.search(snake):
        return False
    if isinstance(value, str) and OWN_WEBHOOK.match(value):
        return False
    if isinstance(value, str) and value.isdecimal() and COUNT.search(snake):
        return False
    return isinstance(value, str) or ALWAYS.search(snake) is not None


def kind_of(text: str) -> str | None:
    """What secret a text holds, by its shape; None if it looks like none."""
    return next((what for pattern, what in SHAPES if pattern.search(text)), None)


def without(text: str) -> str:
    """The text without whatever in it may be a secret; `…` stands there instead."""
    for pattern, _ in SHAPES:
        text = pattern.sub("…", text)
    text = _LOGIN.sub("…@", text)
    return _TOKEN.sub(lambda found: "…" if _looks_random(found[0]) else found[0], text)


def _looks_random(token: str) -> bool:
    """Small and capital letters and digits in turn, as generators of passwords and keys write them."""
    kinds = [0 if sign.isdigit() else 1 if sign.islower() else 2 for sign in token]
    changes = sum(before != after for before, after in pairwise(kinds))
    return len(set(kinds)) == len({0, 1, 2}) and changes >= _LEAST_CHANGES
