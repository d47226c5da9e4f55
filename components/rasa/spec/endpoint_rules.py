"""What is wrong with keys that an operator adds to endpoints.yml, as messages: Rasa itself would say nothing.

`problems_of` is the entry: unread keys (`endpoint_keys.py`), unknown types, and values that Rasa reads
otherwise than they look (docs/rasa-pro.md). It deliberately does not check addresses or rights; that is the
preflight's part, in the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pulumi import RunError

from components.contract import secret_shapes
from components.kubernetes.documents import Block, Document, is_plain_scalar
from components.rasa.spec.endpoint_keys import READ_KEYS, mappings_in, type_named, types_of, unread_keys
from components.rasa.spec.endpoint_values import value_problems
from components.rasa.spec.variables import NAME, REFERENCE

NESTED = frozenset(f"{block.rpartition('.')[0]}." for block in READ_KEYS if "." in block)
"""Blocks in which there are others that Rasa reads key by key."""
FALLS_BACK = {
    "tracker_store": "keeps conversations in memory",
    "event_broker": "publishes no events",
    "lock_store": "does not start",
    "timer_store": "does not start",
}
"""What Rasa does with a type that it does not know (docs/rasa-pro.md, Unknown keys and types)."""


def problems_of(extra: Block, types: Mapping[str, str] | None = None) -> list[str]:
    """Everything that is wrong with an operator's additions, or with a whole document.

    Each begins with the path of what is wrong. `types` are those of the blocks that additions are laid over.
    """
    extra = {block: _typed(value, (types or {}).get(block)) for block, value in extra.items()}
    found = [*unread_keys(extra), *_unknown_types(extra), *value_problems(extra)]
    for path, _, value in scalars(extra, ""):
        found += (f"{path}: {problem}" for problem in _value_problems(value))
    for block in ("tracker_store", "event_broker", "lock_store", "timer_store"):
        for mapping, path in mappings_in(extra.get(block), block):
            found += (f"{path}.{problem}" for problem in _trap_problems(block, mapping))
    return found


def _typed(value: Document, type_: str | None) -> Document:
    """Additions with the type of the block that they are laid over, unless they state one."""
    return {"type": type_, **value} if type_ and isinstance(value, Mapping) else value


def refuse_unset_variables(documents: Mapping[str, Document], known: AbstractSet[str]) -> None:
    """Raise `RunError` with every `${VARIABLE}` of these files (name → content) that the pod lacks."""
    found = [
        f"{file}: {problem}"
        for file, document in documents.items()
        for problem in unset_variables(document, known)
    ]
    if found:
        lines = "".join(f"\n  - {problem}" for problem in found)
        raise RunError(f"Rasa Pro would not find what its configuration refers to:{lines}")


def unset_variables(document: Document, known: AbstractSet[str]) -> list[str]:
    """Name every `${VARIABLE}` that the pod's environment lacks.

    Rasa refuses to start over a value that is nothing but an unset variable, and takes `prefix-${UNSET}` as
    it stands (docs/rasa-pro.md, Variables).
    """
    return [
        f"{path} refers to ${{{name}}}, which is not in the pod's environment; set it with: "
        f"pulumi config set --secret --path 'rasa:llmKeys.{name}' <value>"
        for path, _, value in scalars(document, "")
        if isinstance(value, str)
        for name in REFERENCE.findall(value)
        if NAME.match(name) and name not in known
    ]


def _unknown_types(document: Block, above: str = "", at: str = "") -> Iterator[str]:
    """Of blocks and of blocks inside of them; `above` is their name in READ_KEYS, `at` where they stand."""
    for key, value in document.items():
        block = f"{above}{key}"
        known = types_of(block)
        for mapping, path in mappings_in(value, f"{at}{key}"):
            if f"{block}." in NESTED:
                yield from _unknown_types(mapping, f"{block}.", f"{path}.")
            stated = mapping.get("type")
            # A dotted name is a class of the operator's own, which only the image can tell.
            if (
                known
                and isinstance(stated, str)
                and "." not in stated
                and type_named(block, stated) not in known
            ):
                what = FALLS_BACK.get(block, "ignores the block")
                yield (
                    f"{path}.type: Rasa Pro knows no {stated!r} and {what}; accepted: {', '.join(known)}, "
                    "or the dotted path of a class in the image"
                )


def scalars(value: Document, path: str) -> Iterator[tuple[str, str, Document]]:
    """Every leaf with its path and the key that it belongs to."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            where = f"{path}.{key}" if path else key
            if isinstance(member, Mapping | Sequence) and not isinstance(member, str):
                yield from scalars(member, where)
            else:
                yield where, key, member
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, member in enumerate(value):
            yield from scalars(member, f"{path}[{index}]")
    else:
        yield path, path.rpartition(".")[2].partition("[")[0], value


def _value_problems(value: Document) -> Iterator[str]:
    if not isinstance(value, str):
        return
    names = REFERENCE.findall(value)
    for name in names:
        if not NAME.match(name):
            yield f"Rasa Pro expands ${{NAME}} and nothing more (no default, no nesting), so not ${{{name}}}"
    if names and not is_plain_scalar(value):
        yield (
            f"YAML has to quote {value!r}, and Rasa Pro expands no ${{…}} in quotes; put the whole value "
            "into the variable"
        )


def _trap_problems(block: str, mapping: Block) -> Iterator[str]:
    """Keys that Rasa reads, with values that do harm."""
    url, dialect = mapping.get("url"), mapping.get("dialect")
    if block == "event_broker" and isinstance(url, Sequence) and not isinstance(url, str):
        yield "url: Rasa breaks on a list (docs/rasa-pro.md, Kafka addresses); write 'host:port,host:port'"
    protocol = mapping.get("security_protocol")
    if protocol == "SASL_SSL" and mapping.get("ssl_check_hostname") is not True:
        yield "ssl_check_hostname: SASL_SSL needs true, or events are lost (docs/rasa-pro.md, Kafka over TLS)"
    if mapping.get("ssl_check_hostname") is False:
        yield "ssl_check_hostname: false loses all events (docs/rasa-pro.md, Kafka over TLS); write true"
    if isinstance(dialect, str) and dialect.startswith("postgres") and dialect != "postgresql":
        yield "dialect: TLS and pool settings only reach exactly 'postgresql' (docs/rasa-pro.md, PostgreSQL)"
    elif (block, mapping.get("type")) == ("tracker_store", "sql") and dialect not in {None, "postgresql"}:
        yield f"dialect: the stack's own server is of 'postgresql', and not of {dialect!r}"
    prefix = mapping.get("key_prefix")
    if isinstance(prefix, str) and not prefix.isalnum() and not REFERENCE.search(prefix):
        yield f"key_prefix: {prefix!r} is not letters and digits only, so Rasa Pro ignores it"
    if isinstance(mapping.get("use_ssl"), str):
        yield "use_ssl: write true or false without quotes; concurrent_redis takes the text 'false' for true"


MEND = (
    "it would stand in a ConfigMap; write ${VARIABLE}, have the secret reissued, and set it with: "
    "pulumi config set --secret --path 'rasa:llmKeys.VARIABLE' <value>"
)


def plain_secrets(document: Document, mend: str = MEND) -> Iterator[str]:
    """Name each place where a secret stands as it is, by the name of its key or by its shape."""
    for path, key, value in scalars(document, ""):
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            continue
        text = str(value)
        kind = secret_shapes.kind_of(text)
        if kind is not None:
            yield f"{path} holds {kind} in plain text: {mend}"
        elif secret_shapes.is_named(key, value) and not REFERENCE.search(text):
            yield f"{path} is a secret in plain text: {mend}"
