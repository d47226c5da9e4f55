"""Google's discovery documents, as its API client for Python brings them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from tests.behaviour.vendor.schema import JsonSchema

SCHEMAS = {
    "certificateauthority/authority": ("privateca.v1", "CertificateAuthority"),
    "certificateauthority/caPool": ("privateca.v1", "CaPool"),
    "certificateauthority/certificate": ("privateca.v1", "Certificate"),
    "certificatemanager/certificate": ("certificatemanager.v1", "Certificate"),
    "certificatemanager/certificateMap": ("certificatemanager.v1", "CertificateMap"),
    "certificatemanager/certificateMapEntry": ("certificatemanager.v1", "CertificateMapEntry"),
    "certificatemanager/dnsAuthorization": ("certificatemanager.v1", "DnsAuthorization"),
    "compute/globalAddress": ("compute.v1", "Address"),
    "compute/network": ("compute.v1", "Network"),
    "compute/router": ("compute.v1", "Router"),
    "compute/routerNat": ("compute.v1", "RouterNat"),
    "compute/securityPolicy": ("compute.v1", "SecurityPolicy"),
    "compute/subnetwork": ("compute.v1", "Subnetwork"),
    "container/cluster": ("container.v1", "Cluster"),
    "dns/recordSet": ("dns.v1", "ResourceRecordSet"),
    "kms/cryptoKey": ("cloudkms.v1", "CryptoKey"),
    "managedkafka/acl": ("managedkafka.v1", "Acl"),
    "managedkafka/cluster": ("managedkafka.v1", "Cluster"),
    "managedkafka/topic": ("managedkafka.v1", "Topic"),
    "monitoring/alertPolicy": ("monitoring.v3", "AlertPolicy"),
    "redis/instance": ("redis.v1", "Instance"),
    "secretmanager/secret": ("secretmanager.v1", "Secret"),
    "serviceaccount/account": ("iam.v1", "ServiceAccount"),
    "sql/databaseInstance": ("sqladmin.v1", "DatabaseInstance"),
    "storage/bucket": ("storage.v1", "Bucket"),
}
"""Resource type → the discovery document, and the schema in it."""
FORMATS: Mapping[str, Mapping[str, Any]] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "uint32": {"minimum": 0, "maximum": 2**32 - 1},
    "google-duration": {"pattern": r"^-?\d+(\.\d{1,9})?s$"},
    "google-datetime": {"pattern": r"^\d{4}-\d\d-\d\dT"},
}
"""What a `format` means (https://developers.google.com/discovery/v1/type-format)."""


@cache
def schema(type_: str) -> JsonSchema | None:
    """Of a resource type, by its token; None where no API has a message for it."""
    found = SCHEMAS.get(type_.removeprefix("gcp:").rpartition(":")[0])
    if found is None:
        return None
    shared = _schemas(found[0])
    return JsonSchema(own=shared[found[1]], shared=shared)


@cache
def methods(document: str) -> Mapping[str, Any]:
    """The methods of an API by their ids, such as `storage.buckets.get`."""
    found: dict[str, Any] = {}
    pending: list[Any] = [_document(document)]
    while pending:
        one = pending.pop()
        found |= {method["id"]: method for method in one.get("methods", {}).values()}
        pending += one.get("resources", {}).values()
    return found


@cache
def _schemas(document: str) -> Mapping[str, Any]:
    return {name: _limited(schema) for name, schema in _document(document)["schemas"].items()}


def _document(name: str) -> Any:
    path = resources.files("googleapiclient") / f"discovery_cache/documents/{name}.json"
    return json.loads(path.read_text())


def _limited(schema: Any) -> Any:
    """The same with each format in limits, and with patterns of the whole value, as these are."""
    if isinstance(schema, list):
        return [_limited(one) for one in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {key: _limited(value) for key, value in schema.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(pattern := found.get("pattern"), str):
        found["pattern"] = rf"^(?:{pattern})$"
    form = found.get("format")
    return {**found, **FORMATS.get(form, {})} if isinstance(form, str) else found
