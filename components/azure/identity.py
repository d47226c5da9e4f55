"""The Azure identity of Rasa's pods, by workload identity: no keys, a token that Kubernetes signs.

Rasa Pro 3.21 cannot use it for any of its stores (it knows AWS only), so nothing is granted to it here: each
dependency hands out a password or a key of the least right instead. It is there for what Rasa can do with
it: language models on Azure OpenAI (`oauth: {type: azure_entra_id_default}`), to which the operator grants it
access. The setup Jobs have none: the administrator's password reaches them in a Secret of their own, so there
is nothing in Azure for them to read.

Azure refuses two federated credentials that are written to one identity at the same time. Here and in
`vault_unseal.py` each identity has exactly one, so none has to wait for another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import managedidentity

from components.contract.cluster import AZURE_CLIENT_ANNOTATION, AZURE_IDENTITY_LABEL, PodIdentity

RASA_SERVICE_ACCOUNT = "rasa"
SETUP_SERVICE_ACCOUNT = "rasa-setup"
AUDIENCE = "api://AzureADTokenExchange"
POD_LABELS: Mapping[str, str] = {AZURE_IDENTITY_LABEL: "true"}
"""Asks AKS to put the token, and where to show it, into the pod."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityArgs:
    """Which pods may take on the identity."""

    resource_group: Output[str]
    namespace: str
    oidc_issuer: Output[str]
    tags: Mapping[str, str]


class Identity(ComponentResource):
    """The identity of Rasa's pods."""

    rasa: PodIdentity
    setup: PodIdentity
    client_id: Output[str]
    principal_id: Output[str]
    tenant_id: Output[str]
    """The subscription's tenant; taken from the identity, so that no look-up is needed."""

    def __init__(self, name: str, args: IdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Identity", name, {}, opts)
        identity = managedidentity.UserAssignedIdentity(
            f"{name}-rasa",
            resource_group_name=args.resource_group,
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        trust = federate(
            f"{name}-rasa",
            identity,
            resource_group=args.resource_group,
            oidc_issuer=args.oidc_issuer,
            subject=subject(args.namespace, RASA_SERVICE_ACCOUNT),
            parent=self,
        )
        self.rasa = PodIdentity(
            service_account=RASA_SERVICE_ACCOUNT,
            annotations={AZURE_CLIENT_ANNOTATION: identity.client_id},
            pod_labels=POD_LABELS,
            ready=(trust,),
        )
        self.setup = PodIdentity(service_account=SETUP_SERVICE_ACCOUNT)
        self.client_id, self.principal_id = identity.client_id, identity.principal_id
        self.tenant_id = identity.tenant_id
        self.register_outputs({"rasaClientId": identity.client_id})


def subject(namespace: str, service_account: str) -> str:
    """The subject by which Kubernetes' tokens name a service account."""
    return f"system:serviceaccount:{namespace}:{service_account}"


def federate(  # noqa: PLR0913 (a resource's inputs, each said by name)
    name: str,
    identity: managedidentity.UserAssignedIdentity,
    *,
    resource_group: Output[str],
    oidc_issuer: Output[str],
    subject: str,
    after: Sequence[Resource] = (),
    parent: Resource,
) -> Resource:
    """Let one service account, and no other, take on an identity; `after` others of the same identity."""
    return managedidentity.FederatedIdentityCredential(
        name,
        resource_group_name=resource_group,
        resource_name_=identity.name,
        issuer=oidc_issuer,
        subject=subject,
        audiences=[AUDIENCE],
        # An identity takes one change at a time (Azure documentation, "Important considerations and
        # restrictions for federated identity credentials": concurrent updates are refused).
        opts=ResourceOptions(parent=parent, depends_on=list(after)),
    )
