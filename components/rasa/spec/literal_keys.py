"""Keys whose `${VARIABLE}` Rasa Pro leaves as it stands, and how the variable reaches them all the same.

Rasa's reader expands no value under certain names of keys, wherever they stand. Language models, OAuth,
tracing and agents expand theirs later; everything else takes the text literally: Qdrant's `api_key`,
Facebook's `secret`, Kafka's `client_id` (docs/rasa-pro.md, Unexpanded keys). But the reader looks at a key as
it is written, and expands keys, too. So such a key is written as a variable that holds its own name, and the
secret stays where all others are, in the pod's environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.kubernetes.documents import Block, Document
from components.rasa.spec.endpoint_keys import EXPANDED_LATER
from components.rasa.spec.variables import REFERENCE, Plain, reference

UNEXPANDED = frozenset(
    {"api_key", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "public_key"}
    | {"private_key", "client_id", "client_secret", "token_url", "secret"}
)
"""`SENSITIVE_DATA` (`shared/constants.py:366`)."""


def endpoints_with_variables(document: Block) -> dict[str, Document]:
    """endpoints.yml, so written that each `${VARIABLE}` in it is expanded."""
    return {block: value if block in EXPANDED_LATER else _written(value) for block, value in document.items()}


def credentials_with_variables(document: Block) -> dict[str, Document]:
    """credentials.yml, so written that each `${VARIABLE}` in it is expanded: no channel expands any."""
    return {channel: _written(settings) for channel, settings in document.items()}


def key_variables(*documents: Document) -> Iterator[Plain]:
    """What the pod's environment needs for the keys of these files, as they have been written."""
    for name in sorted({name for document in documents for name in _keys(document)}):
        yield Plain(_variable(name), name, "a key that Rasa Pro does not expand")


def _written(value: Document) -> Document:
    if isinstance(value, Mapping):
        return {
            reference(_variable(key)) if _is_literal(key, member) else key: _written(member)
            for key, member in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_written(member) for member in value]
    return value


def _is_literal(key: str, value: Document) -> bool:
    return key in UNEXPANDED and isinstance(value, str) and REFERENCE.search(value) is not None


def _keys(value: Document) -> Iterator[str]:
    """The names of all keys that were written as variables."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from (name for name in UNEXPANDED if key == reference(_variable(name)))
            yield from _keys(member)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for member in value:
            yield from _keys(member)


def _variable(key: str) -> str:
    return f"RASA_KEY_{key.upper()}"
