"""The two identities of CI on Azure: preview reads, deploy changes. Neither has a key that could be stolen.

Azure compares a token's subject as a whole (`FederatedIdentityCredential.subject`; patterns are a preview of
its own, without an argument in the SDK). So GitHub's jobs can be told apart, and GitLab's and Jenkins' on
`main`; a merge request there, whose subject names its branch, is previewed on the simulated cloud. CircleCI's
subjects name the person who set the job off: nothing of them is known beforehand, and they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_random as random
from pulumi import ComponentResource, Output, Resource, ResourceOptions, RunError
from pulumi_azure_native import authorization, managedidentity

from bootstrap.azure.roles import assign, role_id
from bootstrap.azure.state import TAGS
from bootstrap.issuers import Trust, is_exact
from bootstrap.rights import azure_reads

NO_MODEL = (
    "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'})) OR "
    "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"
    " StringNotLike '*.tar.gz'))"
)
"""As in Azure's documentation, "Example Azure role assignment conditions for Blob Storage". Not of `write`,
by which a model is uploaded in blocks: the pipelines upload with `If-None-Match: *`
(ci/assistant/storage.py), and what is written over in another way is kept as a version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentitiesArgs:
    """Whom to trust, and with what."""

    resource_group: Output[str]
    subscription: str
    trust: Trust
    keeps_models: bool
    """Whether *deploy* deletes no model."""


class Identities(ComponentResource):
    """One identity that reads the subscription and one that changes it."""

    preview: managedidentity.UserAssignedIdentity
    deploy: managedidentity.UserAssignedIdentity
    tenant: Output[str]

    def __init__(self, name: str, args: IdentitiesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:Identities", name, {}, opts)
        scope = f"/subscriptions/{args.subscription}"
        # A new role, then both identities and all other assignments in a row, then its own: until Azure knows
        # a role everywhere it answers RoleDefinitionDoesNotExist, and nobody tries again. On the way back it
        # is in use as long.
        reading = _reading_role(f"{name}-preview-reads", scope, parent=self)
        self.deploy, trusted = _identity(
            f"{name}-deploy", args, exact(args.trust.deploy), after=[reading], parent=self
        )
        # It assigns roles to the identities of each stack: with that it could take any right, so a shorter
        # list would pretend.
        owns = assign(
            f"{name}-deploy-owns",
            role_id("owner", args.subscription),
            self.deploy.principal_id,
            scope,
            after=[trusted],
            parent=self,
        )
        # Not even an owner reads or writes blobs: the states, and the models that are released.
        uploads = assign(
            f"{name}-deploy-uploads",
            role_id("blob-contributor", args.subscription),
            self.deploy.principal_id,
            scope,
            after=[owns],
            parent=self,
            condition=NO_MODEL if args.keeps_models else None,
        )
        self.preview, trusted = _identity(
            f"{name}-preview", args, exact(args.trust.preview), after=[uploads], parent=self
        )
        assign(
            f"{name}-preview-reads",
            reading.id,
            self.preview.principal_id,
            scope,
            after=[trusted],
            parent=self,
        )
        self.tenant = self.deploy.tenant_id
        self.register_outputs(
            {"previewClientId": self.preview.client_id, "deployClientId": self.deploy.client_id}
        )


def exact(subjects: Sequence[str]) -> list[str]:
    """The subjects that Azure can compare."""
    found = [subject for subject in subjects if is_exact(subject)]
    if not found:
        raise RunError(
            "Azure compares subjects as a whole, and those of this CI system name a person or a branch: "
            "pulumi config set ci github (or gitlab, jenkins)"
        )
    return found


def _identity(
    name: str,
    args: IdentitiesArgs,
    subjects: Sequence[str],
    *,
    after: Sequence[Resource] = (),
    parent: Resource,
) -> tuple[managedidentity.UserAssignedIdentity, Resource]:
    """The identity, and the last of its credentials."""
    identity = managedidentity.UserAssignedIdentity(
        name,
        resource_group_name=args.resource_group,
        tags=TAGS,
        # No input shows it: a new role needs time to be known (`Identities`).
        opts=ResourceOptions(parent=parent, depends_on=[*after]),
    )
    before: list[Resource] = [identity]
    for subject in subjects:
        credential = managedidentity.FederatedIdentityCredential(
            f"{name}-{slug(subject)}",
            resource_group_name=args.resource_group,
            resource_name_=identity.name,
            issuer=f"https://{args.trust.host}",
            subject=subject,
            audiences=[args.trust.audiences["azure"]],
            # One after the other: Azure refuses two that are written to an identity at the same time.
            opts=ResourceOptions(parent=parent, depends_on=list(before)),
        )
        before = [credential]
    return identity, before[-1]


def slug(subject: str) -> str:
    """A subject as a part of a name, at most 80 characters; its end tells it from the others."""
    return re.sub(r"[^A-Za-z0-9]+", "-", subject).strip("-")[-80:].strip("-")


def _reading_role(name: str, scope: str, *, parent: Resource) -> authorization.RoleDefinition:
    guid = random.RandomUuid(f"{name}-role", opts=ResourceOptions(parent=parent))
    return authorization.RoleDefinition(
        name,
        role_definition_id=guid.result,
        # Unique among all roles of the tenant.
        role_name=Output.concat("Rasa previews: reads ", guid.result),
        description="What previews of Rasa's stacks read",
        role_type="CustomRole",
        scope=scope,
        assignable_scopes=[scope],
        permissions=[authorization.PermissionArgs(actions=list(azure_reads()))],
        opts=ResourceOptions(parent=parent),
    )
