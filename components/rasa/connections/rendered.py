"""What one connection asks of Rasa's pod, and the helpers by which each file of this folder says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Output

from components.contract.connections import Connection
from components.contract.secrets import FileContent, SecretValue
from components.kubernetes.documents import Block, Document
from components.rasa.spec.pod_files import Role, authority_file, authority_path
from components.rasa.spec.variables import Plain, Secret, Variable, reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """What one connection asks of Rasa's pod."""

    what: str
    """The dependency in words; network policies are named after it."""
    connection: Connection | None
    """None: nothing that a pod waits for."""
    addresses: Output[str] | None
    """`host:port[,host:port…]` for network policies, an empty host for any; None: HTTPS of a cloud, or no
    address at all. Without a default, so that no dependency is cut off because its file forgot it."""
    discovers: bool = False
    """Whether the server tells its clients further addresses, which they dial (brokers, replica sets, nodes
    of a Redis cluster, the master behind Sentinels): network policies cannot know those."""
    blocks: Block = field(default_factory=dict[str, Document])
    """Its part of endpoints.yml."""
    variables: tuple[Variable, ...] = ()
    authorities: Mapping[str, FileContent] = field(default_factory=dict[str, FileContent])
    """File name → PEM bundle that Rasa trusts, mounted at `AUTHORITIES`; public."""
    client_files: Mapping[str, FileContent] = field(default_factory=dict[str, FileContent])
    """File name → what Rasa shows to a server (certificate, key), mounted at `CLIENT`; secret."""
    by_aws_identity: bool = False
    """Rasa logs in with boto3 and the pod's AWS identity, which static access keys would replace."""


def authority(role: Role, ca: FileContent | None) -> Mapping[str, FileContent]:
    """The file of the bundle that signed a server's certificate, if there is one."""
    return {} if ca is None else {authority_file(role): ca}


def aws_identity(region: str, source: str) -> tuple[Variable, ...]:
    """What Rasa reads for a token of the pod's AWS identity (docs/rasa-pro.md, Cloud identities)."""
    # boto3 does not read AWS_REGION.
    return Plain("IAM_CLOUD_PROVIDER", "aws", source), Plain("AWS_DEFAULT_REGION", region, source)


def http_login(
    role: Role, source: str, variable: str, token: SecretValue | None, ca: FileContent | None
) -> tuple[Block, tuple[Variable, ...]]:
    """Keys and variables of an HTTP server that Rasa calls: `token` and `cafile`."""
    block: dict[str, Document] = {}
    if token is not None:
        block["token"] = reference(variable)
    if ca is not None:
        block["cafile"] = authority_path(role)
    return block, () if token is None else (Secret(variable, token, source),)
