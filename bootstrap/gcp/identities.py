"""A stack's two identities on Google Cloud: preview reads, deploy changes. Neither has a key to be stolen.

Each has a door of its own: a provider whose attribute condition says, alone and in full, whose tokens come
in. A service account is bound to what came through its door and to nothing else of the pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_random as random
from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import iam, projects, serviceaccount

from bootstrap.issuers import Trust, is_exact
from bootstrap.rights import gcp_reads
from components.gcp.apis import enable_api

OBJECTS = "roles/storage.objectAdmin"
CHANGES = ("roles/owner", OBJECTS)
"""Of *deploy*, which grants roles to the accounts of each stack: with that it could take any right, so a
shorter list would pretend. Not even an owner writes objects: the states, and the models that are released."""
READS_AND_MAKES = ("roles/storage.objectViewer", "roles/storage.objectCreator")
NO_MODEL = "resource.type != 'storage.googleapis.com/Object' || !resource.name.endsWith('.tar.gz')"
"""Writing over an object takes the right to delete it (Cloud Storage, "IAM permissions for XML requests")."""

NAMES = {
    "github": "assertion.repository_id + '/' + assertion.run_id",
    "gitlab": "assertion.project_id + '/' + assertion.job_id",
    "circleci": "assertion['oidc.circleci.com/project-id']",
    "jenkins": "assertion.sub",
}
"""What audit logs call a job: 127 characters at most, which subjects exceed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentitiesArgs:
    """Whom to trust, and where."""

    project: str
    trust: Trust
    keeps_models: bool
    """Whether *deploy* neither writes over a model nor deletes one."""


class Identities(ComponentResource):
    """The pool, and for each identity its provider and its service account."""

    preview: serviceaccount.Account
    deploy: serviceaccount.Account
    preview_provider: Output[str]
    """Full name, as credential files have it: projects/<number>/locations/global/…"""
    deploy_provider: Output[str]

    def __init__(self, name: str, args: IdentitiesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:bootstrap:Identities", name, {}, opts)
        apis = [
            enable_api(name, api, args.project, parent=self)
            for api in ("iam", "iamcredentials", "sts", "cloudresourcemanager")
        ]
        project = Output.all(*apis).apply(lambda known: known[0])
        # The id of a deleted pool stays taken for 30 days.
        suffix = random.RandomId(name, byte_length=3, opts=ResourceOptions(parent=self))
        pool = iam.WorkloadIdentityPool(
            name,
            project=project,
            workload_identity_pool_id=Output.concat("ci-", suffix.hex),
            display_name="CI of a stack of Rasa",
            opts=ResourceOptions(parent=self),
        )
        self.preview, self.preview_provider = _identity(
            f"{name}-preview", args.trust.preview, pool, suffix, args.trust, parent=self
        )
        self.deploy, self.deploy_provider = _identity(
            f"{name}-deploy", args.trust.deploy, pool, suffix, args.trust, parent=self
        )
        reading = projects.IAMCustomRole(
            f"{name}-preview-reads",
            project=project,
            # The id of a deleted role, too, stays taken.
            role_id=Output.concat("rasa_previews_", suffix.hex),
            title="Rasa: what previews read",
            permissions=list(gcp_reads()),
            opts=ResourceOptions(parent=self),
        )
        projects.IAMMember(
            f"{name}-preview-reads",
            project=project,
            role=reading.name,
            member=self.preview.member,
            opts=ResourceOptions(parent=self),
        )
        for role in (*CHANGES, *READS_AND_MAKES) if args.keeps_models else CHANGES:
            projects.IAMMember(
                f"{name}-deploy-{role.rpartition('/')[2]}",
                project=project,
                role=role,
                member=self.deploy.member,
                condition=_no_model() if args.keeps_models and role == OBJECTS else None,
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({"preview": self.preview.email, "deploy": self.deploy.email})


def condition(subjects: Sequence[str]) -> str:
    """In CEL: whether a token's subject is one of these, or of one of these patterns."""
    exact = [subject for subject in subjects if is_exact(subject)]
    parts = [f"assertion.sub in [{', '.join(map(_quoted, exact))}]"] if exact else []
    # RE2 finds a pattern anywhere: the anchors make it the whole subject.
    parts += [
        f"assertion.sub.matches({_quoted(f'^{_expression(subject)}$')})"
        for subject in subjects
        if not is_exact(subject)
    ]
    return " || ".join(parts)


def _no_model() -> projects.IAMMemberConditionArgs:
    return projects.IAMMemberConditionArgs(
        title="no-model",
        description="Models that were uploaded are neither written over nor deleted",
        expression=NO_MODEL,
    )


def _identity(
    name: str,
    subjects: Sequence[str],
    pool: iam.WorkloadIdentityPool,
    suffix: random.RandomId,
    trust: Trust,
    *,
    parent: Resource,
) -> tuple[serviceaccount.Account, Output[str]]:
    opts, kind = ResourceOptions(parent=parent), name.rpartition("-")[2]
    account = serviceaccount.Account(
        name,
        project=pool.project,
        # 30 characters at most, which a stack's name may exceed.
        account_id=Output.concat(f"ci-{kind}-", suffix.hex),
        display_name=f"Rasa: {name}"[:100],
        opts=opts,
    )
    provider = iam.WorkloadIdentityPoolProvider(
        name,
        project=pool.project,
        workload_identity_pool_id=pool.workload_identity_pool_id,
        workload_identity_pool_provider_id=kind,
        attribute_mapping={
            "google.subject": NAMES[trust.system],
            "attribute.door": _quoted(kind),
        },
        attribute_condition=condition(subjects),
        oidc=iam.WorkloadIdentityPoolProviderOidcArgs(
            issuer_uri=f"https://{trust.host}", allowed_audiences=[trust.audiences["gcp"]]
        ),
        opts=opts,
    )
    serviceaccount.IAMMember(
        name,
        service_account_id=account.name,
        role="roles/iam.workloadIdentityUser",
        # By way of the provider, which sets the attribute: nobody comes before its condition stands.
        member=Output.all(pool.name, provider.name).apply(
            lambda names: f"principalSet://iam.googleapis.com/{names[0]}/attribute.door/{kind}"
        ),
        opts=opts,
    )
    return account, provider.name


def _expression(pattern: str) -> str:
    marks = {"*": ".*", "?": "."}
    return "".join(
        marks.get(mark, mark if mark.isalnum() or mark in "/:@_-" else f"[{mark}]") for mark in pattern
    )


def _quoted(text: str) -> str:
    # Neither quotes nor backslashes get past bootstrap/issuers.py.
    return f"'{text}'"
