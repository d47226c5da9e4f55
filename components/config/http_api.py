"""How callers log in to Rasa's HTTP API: the operator's token and JWTs in place of generated ones."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, SecretStr, model_validator

from components.config.model import (
    HERE,
    FromFile,
    Model,
    Secret,
    SecretKey,
    certificates,
    choice,
    secret,
    shape,
)
from components.contract.secrets import SecretValue

TOKEN = re.compile(r"^[A-Za-z0-9._~-]{32,}$")
"""It stands in a URL, unquoted (RFC 3986, 2.3)."""
PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
RSA, EC = bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06072a8648ce3d0201")
"""What a key is for: rsaEncryption (RFC 8017, appendix C), id-ecPublicKey (RFC 5480, 2.1.1)."""
BITS_PER_BYTE = 8
PRINTED = "what `openssl pkey -in <private key> -pubout` prints"
Method = Literal[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"
]


def _token(value: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError(
            "is no token that callers could send as ?token=; accepted: 32 or more letters, digits, '.', '_', "
            "'~' and '-', such as from: openssl rand -hex 32"
        )
    return value


ApiToken = Annotated[
    Annotated[SecretStr, AfterValidator(_token), choice("value")] | Annotated[SecretKey, choice("reference")],
    Discriminator(shape),
]


def _der(text: str) -> bytes:
    if "PRIVATE KEY-----" in text:
        raise ValueError(f"holds a private key, with which anybody could log in; accepted: {PRINTED}")
    found = PUBLIC_KEY.search(text)
    try:
        der = b64decode("".join(found[1].split()), validate=True) if found else b""
    except ValueError:
        der = b""
    if RSA not in der[:40] and EC not in der[:40]:
        raise ValueError(f"is no public key of RSA or of an elliptic curve, as PEM; accepted: {PRINTED}")
    return der


def _public_key(text: str) -> str:
    _ = _der(text)
    return text


PublicKey = Annotated[
    Annotated[str, AfterValidator(_public_key), choice("value")] | Annotated[SecretKey, choice("reference")],
    Discriminator(shape),
    FromFile("public-key.pem"),
]


class Jwt(Model):
    """How the signature of a caller's JWT is checked."""

    method: Method = "HS256"
    """HS…: a secret that both sides have; RS…, PS… and ES…: the public key of whoever signs."""
    secret: Secret | None = None
    """Of HS…: at least as many bytes as its digest; set it with --secret, or {secretName, key}."""
    public_key: PublicKey | None = None
    """PEM that begins with -----BEGIN PUBLIC KEY-----, or {secretName, key}."""

    @model_validator(mode="after")
    def _has_what_its_method_takes(self) -> Self:
        shared = self.method.startswith("HS")
        wanted, other = ("secret", "publicKey") if shared else ("publicKey", "secret")
        if (self.secret is not None, self.public_key is not None) != (shared, not shared):
            flags, value = ("--secret ", "<value>") if shared else ("", "< public-key.pem")
            raise ValueError(
                f"method {self.method} takes {wanted}, and no {other}; set it with: pulumi config set "
                f"{flags}--path '{HERE}.{wanted}' {value} && pulumi config rm --path '{HERE}.{other}'"
            )
        if isinstance(self.secret, SecretStr):
            least = int(self.method[2:]) // BITS_PER_BYTE
            if len(self.secret.get_secret_value().encode()) < least:
                # RFC 7518, 3.2.
                mend = f"pulumi config set --secret --path '{HERE}.secret' \"$(openssl rand -hex {least})\""
                raise ValueError(
                    f"{HERE}.secret is shorter than {least} bytes, which method {self.method} needs; set it "
                    f"with: {mend}"
                )
        key, is_curve = self.public_key, self.method.startswith("ES")
        if isinstance(key, str) and (EC in _der(key)[:40]) != is_curve:
            raise ValueError(
                f"{HERE}.publicKey is not one for method {self.method}; accepted: RSA's for RS… and PS…, an "
                f"elliptic curve's for ES…; set it with: pulumi config set --path '{HERE}.publicKey' "
                "< public-key.pem"
            )
        return self

    @property
    def key(self) -> SecretValue:
        """What a signature is checked with."""
        if self.secret is not None:
            return secret(self.secret)
        key = certificates(self.public_key)  # public, too
        assert key is not None, "the model wants one of the two"
        return key


class ApiLogin(Model):
    """`rasa:assistant.api`."""

    token: ApiToken | None = None
    """What callers send as ?token=; with --secret, or {secretName, key}; by default a generated one."""
    jwt: Jwt | None = None
    """JWTs that are accepted besides; by default such as a generated secret signs with HS256."""
