"""Microsoft's clients of Azure Resource Manager: lengths, patterns and limits of inputs and of names in URLs.

Lists of values are the SDK's enumerations, made of the same specifications and newer. The clients in
pyproject.toml are the last of each service that carry its limits: those generated since, from TypeSpec, have
none.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from simcloud import sdk

MODELS = {
    "authorization:RoleAssignment": ("authorization.v2022_04_01", "RoleAssignmentCreateParameters"),
    "authorization:RoleDefinition": ("authorization.v2022_04_01", "RoleDefinition"),
    "containerservice:MaintenanceConfiguration": ("containerservice", "MaintenanceConfiguration"),
    "containerservice:ManagedCluster": ("containerservice", "ManagedCluster"),
    "dbforpostgresql:Configuration": ("postgresqlflexibleservers", "Configuration"),
    "dbforpostgresql:Server": ("postgresqlflexibleservers", "Server"),
    "dns:RecordSet": ("dns", "RecordSet"),
    "eventhub:EventHub": ("eventhub.v2024_01_01", "Eventhub"),
    "eventhub:EventHubAuthorizationRule": ("eventhub.v2024_01_01", "AuthorizationRule"),
    "eventhub:Namespace": ("eventhub.v2024_01_01", "EHNamespace"),
    "eventhub:NamespaceAuthorizationRule": ("eventhub.v2024_01_01", "AuthorizationRule"),
    "keyvault:Key": ("keyvault.v2024_11_01", "KeyCreateParameters"),
    "keyvault:Vault": ("keyvault.v2024_11_01", "VaultCreateOrUpdateParameters"),
    "managedidentity:FederatedIdentityCredential": ("msi.v2024_11_30", "FederatedIdentityCredential"),
    "managedidentity:UserAssignedIdentity": ("msi.v2024_11_30", "Identity"),
    "monitor:MetricAlert": ("monitor", "MetricAlertResource"),
    "network:NatGateway": ("network", "NatGateway"),
    "network:NetworkSecurityGroup": ("network", "NetworkSecurityGroup"),
    "network:PrivateDnsZoneGroup": ("network", "PrivateDnsZoneGroup"),
    "network:PrivateEndpoint": ("network", "PrivateEndpoint"),
    "network:PublicIPAddress": ("network", "PublicIPAddress"),
    "network:Subnet": ("network", "Subnet"),
    "network:VirtualNetwork": ("network", "VirtualNetwork"),
    "privatedns:PrivateZone": ("privatedns", "PrivateZone"),
    "privatedns:VirtualNetworkLink": ("privatedns", "VirtualNetworkLink"),
    "redisenterprise:Database": ("redisenterprise", "Database"),
    "redisenterprise:RedisEnterprise": ("redisenterprise", "Cluster"),
    "servicenetworking:AssociationsInterface": ("servicenetworking", "Association"),
    "servicenetworking:FrontendsInterface": ("servicenetworking", "Frontend"),
    "servicenetworking:TrafficControllerInterface": ("servicenetworking", "TrafficController"),
    "storage:BlobContainer": ("storage.v2024_01_01", "BlobContainer"),
    "storage:BlobServiceProperties": ("storage.v2024_01_01", "BlobServiceProperties"),
    "storage:ManagementPolicy": ("storage.v2024_01_01", "ManagementPolicy"),
    "storage:StorageAccount": ("storage.v2024_01_01", "StorageAccountCreateParameters"),
}
"""Resource type → the client's package under `azure.mgmt`, and the message that makes one."""
WORDS = {"max_length": "maxLength", "min_length": "minLength", "pattern": "pattern"} | {
    limit: limit for limit in ("maximum", "minimum")
}
"""msrest's words, in JSON Schema's."""
PART_OF_URL = re.compile(
    r'"(\w+)": _SERIALIZER\.url\(\s*"\w+",\s*\w+,\s*"str",?((?:[^()"]|r?"(?:[^"\\]|\\.)*")*)\)'
)
"""`"vaultName": _SERIALIZER.url("vault_name", vault_name, "str", pattern=r"^[a-zA-Z0-9-]{3,24}$")`."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """What an input of the SDK takes, and what the client's message says of it."""

    shape: sdk.Shape | None = None
    """None for a resource as a whole."""
    inside: sdk.ObjectType | None = None
    model: type | None = None
    own: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Limits that the message around it gives."""
    url: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Limits of what is part of the resource's URL."""

    @property
    def limits(self) -> Mapping[str, Any]:
        listed = [value for arm in _arms(self.shape) if arm.kind == "enum" for value in arm.values]
        return {**self.own, **({"enum": listed} if listed else {})}

    def field(self, name: str) -> Input | None:
        shape = self.inside.properties.get(name) if self.inside else None
        if shape is None:
            return None
        model, own = _said(self.model, name)
        return _input(shape, model, own or self.url.get(name, {}))

    def item(self) -> Input | None:
        inner = [arm.of[0] for arm in _arms(self.shape) if arm.kind == "list"]
        return _input(inner[0], self.model, {}) if inner else None


def schema(type_: str) -> Input | None:
    """Of a resource type, by its token."""
    resource = sdk.resource(type_)
    package, name = MODELS.get(type_.removeprefix("azure-native:"), ("", ""))
    if resource is None or not package:
        return Input(inside=resource.inputs) if resource else None
    return Input(inside=resource.inputs, model=getattr(_models(package), name), url=_url(package))


def _input(shape: sdk.Shape, model: type | None, own: Mapping[str, Any]) -> Input:
    classes = [arm.cls for arm in _arms(shape) if arm.cls]
    return Input(shape=shape, inside=sdk.object_type(classes[0]) if classes else None, model=model, own=own)


def _arms(shape: sdk.Shape | None) -> tuple[sdk.Shape, ...]:
    return () if shape is None else shape.of if shape.kind == "one" else (shape,)


def _said(model: type | None, name: str) -> tuple[type | None, Mapping[str, Any]]:
    """The message of a message's property (or of its items), and the property's limits."""
    if model is None:
        return None, {}
    attributes: Mapping[str, Mapping[str, str]] = getattr(model, "_attribute_map", {})
    for attribute, said in attributes.items():
        # The SDK leaves out `properties`, in which Azure keeps most of a resource.
        if said["key"].removeprefix("properties.") == name:
            limits: Mapping[str, Any] = getattr(model, "_validation", {}).get(attribute, {})
            inner = getattr(importlib.import_module(model.__module__), said["type"].strip("[]{}"), None)
            return inner, {WORDS[word]: limit for word, limit in limits.items() if word in WORDS}
    return None, {}


@cache
def _models(package: str) -> Any:
    return importlib.import_module(f"azure.mgmt.{package}.models")


@cache
def _url(package: str) -> Mapping[str, Mapping[str, Any]]:
    """The limits of names in a client's URLs, where the operations that give any give the same."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    folder = resources.files(f"azure.mgmt.{package}") / "operations"
    for file in folder.iterdir():
        if file.name.endswith("_operations.py"):
            for name, words in PART_OF_URL.findall(file.read_text()):
                if limits := _limits(words):
                    found.setdefault(name, []).append(limits)
    return {name: said[0] for name, said in found.items() if all(one == said[0] for one in said)}


def _limits(words: str) -> Mapping[str, Any]:
    call = ast.parse(f"f({words})", mode="eval").body
    assert isinstance(call, ast.Call)
    given = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
    return {WORDS[word]: limit for word, limit in given.items() if word in WORDS}
