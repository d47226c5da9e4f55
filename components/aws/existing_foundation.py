"""What the AWS dependencies stand on beside an EKS cluster that exists.

A key, the identities of Rasa's pods, and the ids that the config names: nothing of the cluster or its network
is looked up or changed. The cluster needs the Pod Identity agent (Auto Mode has it; elsewhere the add-on
eks-pod-identity-agent), and its security group, which each data store lets in, must be the one that its pods
have. What it deliberately does not do: alarms and logs of the cluster, which are its owner's task.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi import ComponentResource, Output, ResourceOptions

from components.aws.identity import Identity, IdentityArgs
from components.aws.key import Key, KeyArgs
from components.aws.placement import Placement
from components.contract.cluster import EKS_POD_IDENTITY, Kubernetes
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingFoundationArgs


class ExistingFoundation(ComponentResource):
    """Key and identities, and the place of a cluster that exists."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: ExistingFoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:ExistingFoundation", name, {}, opts)
        assert args.clients_id is not None, "the settings ask for it on AWS"
        account_id, cluster_name = Output.from_input(args.account), Output.from_input(args.cluster_name)
        key = Key(
            f"{name}-key",
            KeyArgs(
                profile=args.profile,
                keeps_data=args.keeps_data,
                existing=args.key,
                region=args.region,
                account_id=account_id,
            ),
            ResourceOptions(parent=self),
        )
        identity = Identity(
            f"{name}-pods",
            IdentityArgs(
                namespace=args.cluster.namespace,
                cluster_name_ahead=cluster_name,
                cluster_name=cluster_name,
            ),
            ResourceOptions(parent=self),
        )
        service_account_metadata = args.cluster.rasa
        self.cluster = replace(
            args.cluster,
            rasa=replace(
                identity.rasa,
                annotations=service_account_metadata.annotations,
                pod_labels=service_account_metadata.pod_labels,
            ),
            setup=identity.setup,
            # The config does not name the network's range.
            cluster_network=replace(args.cluster.cluster_network, identity=(EKS_POD_IDENTITY,)),
        )
        self.placement = Placement(
            region=args.region,
            account_id=account_id,
            vpc_id=Output.from_input(args.network_id),
            subnet_ids=tuple(Output.from_input(subnet) for subnet in args.subnet_ids),
            clients_security_group_id=Output.from_input(args.clients_id),
            key_arn=key.arn,
            rasa_role_name=identity.rasa_role_name,
            setup_role_name=identity.setup_role_name,
            oidc_issuer=None,
            alarm_topic_arn=args.alarm_target,
        )
        self.facts = FoundationFacts(
            network_id=self.placement.vpc_id,
            subnet_ids={"data": self.placement.subnet_ids},
            cluster_name=cluster_name,
            oidc_issuer=None,
            rasa={"roleArn": identity.rasa_role_arn},
        )
        self.register_outputs({"keyArn": key.arn})
