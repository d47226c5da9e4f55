"""The Google Cloud identities of Rasa's pods: service accounts that the pods' Kubernetes accounts act as.

Not the newer form, roles granted to the pod's own principal: that contains the project's number, which only a
look-up tells, and Vault's `gcpckms` seal is documented with a service account alone. No key is ever made for
these accounts.

The accounts do not wait for the cluster, so that each dependency can grant them access at once; only the
bindings, which let a pod act as them, need it. An account holds nothing at first.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import serviceaccount

from components.contract.cluster import GOOGLE_ACCOUNT_ANNOTATION, PodIdentity
from components.gcp.apis import Apis

RASA_SERVICE_ACCOUNT = "rasa"
SETUP_SERVICE_ACCOUNT = "rasa-setup"
ACT_AS_ROLE = "roles/iam.workloadIdentityUser"


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityArgs:
    """Which pods may act as the accounts."""

    apis: Apis
    namespace: str
    workload_pool: Output[str]
    """Depends on the cluster."""


class Identity(ComponentResource):
    """The account of Rasa's pods. The setup Jobs need none: they get their passwords as Secrets."""

    rasa: PodIdentity
    rasa_member: Output[str]
    rasa_email: Output[str]
    setup: PodIdentity

    def __init__(self, name: str, args: IdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Identity", name, {}, opts)
        account = serviceaccount.Account(
            f"{name}-rasa",
            project=args.apis.iam,
            display_name="Rasa: pods of Rasa Pro",
            opts=ResourceOptions(parent=self),
        )
        binding = let_pod_act_as(
            f"{name}-rasa",
            account,
            args.workload_pool,
            pod=f"{args.namespace}/{RASA_SERVICE_ACCOUNT}",
            parent=self,
        )
        self.rasa_member, self.rasa_email = account.member, account.email
        self.rasa = PodIdentity(
            service_account=RASA_SERVICE_ACCOUNT,
            annotations={GOOGLE_ACCOUNT_ANNOTATION: account.email},
            ready=(binding,),
        )
        self.setup = PodIdentity(service_account=SETUP_SERVICE_ACCOUNT)
        self.register_outputs({"rasaMember": self.rasa_member})


def let_pod_act_as(
    name: str,
    account: serviceaccount.Account,
    workload_pool: Output[str],
    *,
    pod: str,
    parent: Resource,
) -> Resource:
    """Let the Kubernetes service account `pod` (namespace/name), and no other, act as a Google one."""
    return serviceaccount.IAMMember(
        name,
        service_account_id=account.name,
        role=ACT_AS_ROLE,
        member=Output.concat("serviceAccount:", workload_pool, f"[{pod}]"),
        opts=ResourceOptions(parent=parent),
    )
