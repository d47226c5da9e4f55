"""`rasa:assistant.caBundle`: a company's own authorities, which pods trust beside the public ones.

Clients that are told of a bundle trust it in place of the one that they bring. So the stack joins the
company's authorities with Mozilla's, as `certifi` has them. A ConfigMap or a Secret that exists is mounted as
it is, and must hold both: cert-manager's trust-manager writes such a one (its documentation,
"useDefaultCAs").
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

import certifi
from pydantic import AfterValidator, Discriminator, Field

from components.config.model import CHOICE, FromFile, Model, SecretKey, choice, ders_of
from components.config.patterns import KEY_OF_OBJECT, OBJECT_NAME
from components.contract.cluster import ObjectKey

DAY, EPOCH = 86_400, date(1970, 1, 1).toordinal()
"""Seconds, and the day from which `ssl` counts them, in UTC."""
LARGEST = 1_000_000
"""A ConfigMap holds 1 MiB, its names and marks included (Kubernetes documentation, "ConfigMaps")."""


class ConfigMapKey(Model):
    """One key of a ConfigMap that is in the stack's namespace already."""

    config_map_name: str = Field(pattern=OBJECT_NAME)
    """Name of the ConfigMap."""
    key: str = Field(pattern=KEY_OF_OBJECT)
    """Key in the ConfigMap."""


def _of_authorities(text: str) -> str:
    for number, der in enumerate(ders_of(text), start=1):
        which = f"has a certificate (the {number}.)"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cadata=der)
        except (ssl.SSLError, ValueError):
            raise ValueError(f"{which} that no client could read; give it as its authority has it") from None
        if not context.cert_store_stats()["x509_ca"]:
            raise ValueError(
                f"{which} that is no authority's (basicConstraints has no CA:TRUE): no client would trust "
                "what it signed; give the certificate of the authority that signed it"
            )
    if len(joined(text)) > LARGEST:
        raise ValueError(
            f"is larger than a ConfigMap, with the public authorities beside it; accepted: less than "
            f"{LARGEST} bytes together"
        )
    return text


def place_shape(value: object) -> str:
    """Tell a value from a reference to a ConfigMap or a Secret."""
    if not isinstance(value, Mapping | Model):
        return CHOICE + "value"
    keys = cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else ()
    in_config_map = isinstance(value, ConfigMapKey) or "configMapName" in keys
    return CHOICE + ("configMap" if in_config_map else "reference")


CaBundle = Annotated[
    Annotated[str, AfterValidator(_of_authorities), choice("value")]
    | Annotated[SecretKey, choice("reference")]
    | Annotated[ConfigMapKey, choice("configMap")],
    Discriminator(place_shape),
    FromFile("company-ca.pem"),
]
"""Certificates of authorities as text, or `{configMapName, key}`, or `{secretName, key}`."""


def joined(text: str) -> str:
    """The public authorities and these, as PEM."""
    own = (ssl.DER_cert_to_PEM_cert(der) for der in ders_of(text))
    return "".join((Path(certifi.where()).read_text(encoding="utf-8").rstrip() + "\n", *own))


def object_of(block: str | SecretKey | ConfigMapKey | None) -> ObjectKey | None:
    """What exists already in the stack's namespace; of a text the stack makes it."""
    match block:
        case SecretKey(secret_name=name, key=key):
            return ObjectKey(kind="secret", name=name, key=key)
        case ConfigMapKey(config_map_name=name, key=key):
            return ObjectKey(kind="configMap", name=name, key=key)
        case _:
            return None


def ended(text: str, today: date) -> Iterator[tuple[str, date]]:
    """Subject and last day of each certificate whose time is over."""
    for der in ders_of(text):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=der)
        for one in context.get_ca_certs():
            days = ssl.cert_time_to_seconds(str(one["notAfter"])) // DAY
            last = date.fromordinal(EPOCH + days)
            if last < today:
                yield _named(one["subject"]), last


def _named(subject: object) -> str:
    """The common name, or all that the subject says."""
    parts = [part for group in cast("tuple[tuple[tuple[str, str], ...], ...]", subject) for part in group]
    return dict(parts).get("commonName") or ", ".join(value for _, value in parts)
