"""What the models of the stack file are made of: their base, secrets in them, addresses, choices.

A choice (`from: existing`, `kind: mongodb`) decides which keys a block has. Its models are told apart by that
key alone, so that a wrong combination is one message about one key.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast, get_args, overload

from pulumi import Output
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

from components.config.patterns import KEY_OF_OBJECT, OBJECT_NAME
from components.config.urls import LARGEST_PORT, address_problem, host_problem, url_problem
from components.contract.secret_shapes import kind_of
from components.contract.secrets import SecretRef, SecretValue

CERTIFICATE = re.compile(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END", re.DOTALL)
DER_SEQUENCE = b"\x30"
"""What every certificate begins with (X.690, 8.9)."""
CHOICE = "="
"""Begins the tag of a choice: pydantic puts tags into the path of an error, and the stack file has none."""
HERE = "{here}"
"""In a validator's message, the path of its block, which only the reader of the error knows."""
WRONG_CHOICE = "wrong_choice"
"""Type of the error that no model is meant; its message is `key=accepted values`."""


class Model(BaseModel):
    """Base of all settings: camelCase in YAML, no unknown keys, unchangeable, and never shown in errors."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _numbers_and_truths_differ(cls, value: object, info: ValidationInfo) -> object:
        annotation = cls.model_fields[str(info.field_name)].annotation
        types = (annotation, *get_args(annotation))
        if int in types:
            return whole(value)
        return _truth(value) if bool in types else value


@dataclass(frozen=True, slots=True)
class FromFile:
    """Marks a text that people have in a file, and that may begin with a hyphen."""

    name: str
    """Such as their file may have."""


def choice(value: str) -> Tag:
    """Mark the model that is meant by a value of the deciding key."""
    return Tag(CHOICE + value)


def chosen_by(key: str, *values: str, default: str | None = None) -> Discriminator:
    """Tell the members of a union apart by a key of the block, which may be left out for the default."""

    def tell(block: object) -> str | None:
        if not isinstance(block, Mapping):
            return CHOICE + str(getattr(block, key if key != "from" else "source", default))
        value = cast("Mapping[str, Any]", block).get(key, default)
        return CHOICE + value if isinstance(value, str) else None

    # `config_problems` makes the message; an error's context must be hashable here, and a dict is not.
    accepted = ", ".join(map(repr, values))
    return Discriminator(tell, custom_error_type=WRONG_CHOICE, custom_error_message=f"{key}={accepted}")


class SecretKey(Model):
    """One key of a Kubernetes Secret that is in the stack's namespace already."""

    secret_name: str = Field(pattern=OBJECT_NAME)
    """Name of the Secret."""
    key: str = Field(pattern=KEY_OF_OBJECT)
    """Key in the Secret."""


class VaultKey(Model):
    """One key at the path of `rasa:secretsManager`."""

    vault_key: str = Field(min_length=1)
    """Key at the Vault's path."""


def shape(value: object) -> str:
    """Tell a value from a reference to a Secret."""
    return CHOICE + ("reference" if isinstance(value, Mapping | SecretKey) else "value")


def _tracker_shape(value: object) -> str:
    if isinstance(value, VaultKey):
        return CHOICE + "vault"
    in_vault = isinstance(value, Mapping) and "vaultKey" in cast("Mapping[str, Any]", value)
    return CHOICE + "vault" if in_vault else shape(cast("object", value))


Secret = Annotated[
    Annotated[SecretStr, choice("value")] | Annotated[SecretKey, choice("reference")], Discriminator(shape)
]
"""A value set with --secret, or `{secretName, key}`."""
TrackerSecret = Annotated[
    Annotated[SecretStr, choice("value")]
    | Annotated[SecretKey, choice("reference")]
    | Annotated[VaultKey, choice("vault")],
    Discriminator(_tracker_shape),
]
"""The same, or `{vaultKey}`: Rasa reads no other secret from Vault (docs/rasa-pro.md, Vault)."""


def ders_of(text: str) -> list[bytes]:
    """The certificates of a PEM; `ValueError` where it is none."""
    accepted = "accepted: the text that begins with -----BEGIN CERTIFICATE-----"
    if "PRIVATE KEY-----" in text:
        raise ValueError(f"holds a private key, which would stand where everybody reads; {accepted}")
    found = CERTIFICATE.findall(text)
    if not found:
        raise ValueError(f"is no PEM; {accepted} and ends with -----END CERTIFICATE-----")
    return [_der(body, number, accepted) for number, body in enumerate(found, start=1)]


def _der(body: str, number: int, accepted: str) -> bytes:
    try:
        der = b64decode("".join(body.split()), validate=True)
    except ValueError:
        der = b""
    if not der.startswith(DER_SEQUENCE):
        raise ValueError(f"has a certificate (the {number}.) that cannot be read; {accepted}")
    return der


def _pem(text: str) -> str:
    _ = ders_of(text)
    return text


Pem = Annotated[
    Annotated[str, AfterValidator(_pem), choice("value")] | Annotated[SecretKey, choice("reference")],
    Discriminator(shape),
    FromFile("ca.pem"),
]
"""Certificates as text, or `{secretName, key}`."""
CertificateChain = Annotated[Pem, FromFile("certificate.pem")]
PrivateKey = Annotated[Secret, FromFile("key.pem")]
"""The PEM of a private key, set with --secret, or `{secretName, key}`."""


@overload
def secret(value: SecretStr) -> Output[str]: ...
@overload
def secret(value: SecretStr | SecretKey) -> SecretValue: ...
def secret(value: SecretStr | SecretKey) -> SecretValue:
    """Hand a secret of the settings on, to the engine or by reference: the only way out of a `SecretStr`."""
    if isinstance(value, SecretKey):
        return SecretRef(name=value.secret_name, key=value.key)
    return Output.secret(value.get_secret_value())


def certificates(value: str | SecretKey | None) -> SecretValue | None:
    """Hand certificates on; they are public."""
    if isinstance(value, SecretKey):
        return secret(value)
    return None if value is None else Output.from_input(value)


def _address(text: str) -> str:
    if (problem := address_problem(text.strip())) is not None:
        raise ValueError(f"{text!r} {problem}")
    return text.strip()


def _host(text: str) -> str:
    if (problem := host_problem(text)) is not None:
        raise ValueError(f"{text!r} {problem}")
    return text.strip("[]")  # brackets belong to an address before a port


def url_of(*schemes: str) -> tuple[object, ...]:
    """What makes a text a URL of one of these schemes, for `Annotated[str, *url_of(…)]`."""

    def check(text: str) -> str:
        if (kind := kind_of(text)) is not None and "query" in kind:
            raise ValueError(f"holds {kind}, which everybody would read; give it in a key of its own")
        if (problem := url_problem(text, schemes=schemes)) is not None:
            raise ValueError(f"{text!r} {problem}")
        return text

    pattern = f"^({'|'.join(schemes)})://[^\\s/@]+[^\\s@]*$"
    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": pattern})


def addresses(value: object) -> object:
    """The addresses of one text with commas, of which clients take one at the end, too."""
    if not isinstance(value, str):
        return value
    return value.rstrip().removesuffix(",").split(",")


def _truth(value: object) -> object:
    """Refuse 1 and 0, which pydantic takes for true and false."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    if isinstance(value, str) and value.isdecimal():
        raise PydanticKnownError("bool_parsing")
    return value


def whole(value: object) -> object:
    """Refuse true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return value


def _scalar(value: object) -> object:
    if not isinstance(value, str | int):
        raise PydanticKnownError("string_type")
    return value


def _vault_path(text: str) -> str:
    path = text.strip("/")
    if not path or "//" in path:
        raise ValueError("has an empty part between slashes; accepted: such as secret or team/rasa")
    return path


Scalar = Annotated[str | int | bool, BeforeValidator(_scalar)]
"""Neither a list nor a block; one message of it, where a union alone has one for each member."""
Host = Annotated[str, AfterValidator(_host)]
VaultPath = Annotated[str, AfterValidator(_vault_path)]
"""Vault's own CLI takes slashes around a path, hvac would send them twice (`/v1//secret//data/…`)."""
HttpUrl = Annotated[str, *url_of("https", "http")]
Port = Annotated[int, Field(ge=1, le=LARGEST_PORT), BeforeValidator(whole)]
Address = Annotated[str, AfterValidator(_address)]
"""host:port"""
Addresses = Annotated[
    tuple[Address, ...],
    BeforeValidator(addresses, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]
"""One text with commas, as clients write it, or a list."""
Existing = Literal["existing"]
