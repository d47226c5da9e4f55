"""AWS, as the stack file knows it.

Regions: the `Region` enum of pulumi-aws 7.51, and AWS's table of availability zones; commercial regions only,
and of these the ones whose RDS authorities are in components/aws/certificates.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from components.config.clouds.facts import (
    ClosedRegions,
    CloudFacts,
    Format,
    Ids,
    IngressFacts,
    NameLimit,
    NetworkIds,
    NotSold,
    Ranges,
    Tags,
)

_ABC = ("a", "b", "c")
_VPC = Format(pattern=re.compile(r"^vpc-[0-9a-f]{8,17}$"), accepted="a VPC id such as vpc-0123456789abcdef0")
_SUBNET = Format(
    pattern=re.compile(r"^subnet-[0-9a-f]{8,17}$"),
    accepted="subnet ids such as subnet-0123456789abcdef0",
)

AWS = CloudFacts(
    title="AWS",
    # `Region` of pulumi-aws 7.51, what is not among `regions`.
    closed=(
        ClosedRegions(
            pattern=re.compile(r"(cn|us-gov|us-iso[bf]?|eu-isoe|eusc)-[a-z-]+-[0-9]"),
            because="it belongs to another partition of AWS, whose ARNs and endpoints are others",
        ),
        ClosedRegions(
            pattern=re.compile(r"ap-east-2|ap-southeast-[567]|ca-west-1|il-central-1|mx-central-1"),
            because="the authorities of its databases are not in components/aws/certificates, which says "
            "where to get them, nor its zones in components/config/clouds/aws.py; add both",
        ),
    ),
    zone_prefix="{region}",
    account=Format(pattern=re.compile(r"^[0-9]{12}$"), accepted="an AWS account id of 12 digits"),
    names=(
        NameLimit(
            what="an ElastiCache replication group",
            logical_name="lock-store",
            longest=40,
            needs=("lockStore",),
        ),
        NameLimit(
            what="an IAM role", logical_name="foundation-cluster-nodes", longest=64, needs=("cluster",)
        ),
        NameLimit(what="an MSK cluster", logical_name="event-broker", longest=64, needs=("eventBroker",)),
        NameLimit(what="an RDS instance", logical_name="tracker-store", longest=63, needs=("postgres",)),
        NameLimit(
            what="an S3 bucket",
            logical_name="model-storage",
            longest=63,
            # S3 User Guide, "General purpose bucket naming rules"
            fits=Format(
                pattern=re.compile(r"(?!sthree-|amzn-s3-demo-)"),
                accepted="one that does not begin with sthree- or amzn-s3-demo-",
            ),
            needs=("modelStorage",),
        ),
    ),
    # AWS, "Tag naming limits and requirements"; what every service takes
    tags=Tags(
        key=re.compile(r"(?!aws:)[\w +\-=.:/@]{1,128}", re.IGNORECASE),
        value=re.compile(r"[\w +\-=.:/@]{0,256}"),
        most=50,
        accepted="letters, digits, spaces and _.:/=+-@; keys of 1 to 128 that do not begin with aws:; "
        "values up to 256",
        # The network's names, and what EKS and its controllers take for theirs (components/aws/network.py).
        taken=re.compile(r"Name|([a-z0-9-]+\.)*(kubernetes\.io|k8s\.aws)/.*|eks:.*|karpenter\.sh/.*"),
    ),
    # EKS API, KubernetesNetworkConfigRequest.serviceIpv4Cidr; pods have addresses of the subnets.
    ranges=Ranges(
        smallest={"servicesCidr": 24},
        largest={"servicesCidr": 12},
        within={
            "servicesCidr": tuple(
                IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
            )
        },
        pods=False,
    ),
    # EKS access entries take roles and users; sts:assumed-role ARNs and root they refuse.
    admin=Format(
        pattern=re.compile(r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]{1,512}$"),
        accepted="the ARN of an IAM role or user",
    ),
    example_admin="arn:aws:iam::<account>:role/<role>",
    alarm_target=Format(
        pattern=re.compile(r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"),
        accepted="arn:aws:sns:<region>:<account>:<topic>",
    ),
    postgres_connections={
        ("dev", "small"): 80,
        ("dev", "medium"): 150,
        ("dev", "large"): 300,
        ("production", "small"): 600,
        ("production", "medium"): 1200,
        ("production", "large"): 2400,
    },
    # cfn-lint 1.58, `schemas/extensions` (classes by region): tests/config/rules/test_sold.py compares. It
    # says nothing of MSK's brokers and of EKS Auto Mode.
    not_sold=(
        NotSold(
            what="RDS instances of class db.m7g",
            key="tracker_store",
            kind="postgres",
            sizes=frozenset({("production", "small")}),
            regions=frozenset({"af-south-1", "ap-east-1", "eu-south-1"}),
        ),
        NotSold(
            what="RDS instances of class db.r7g",
            key="tracker_store",
            kind="postgres",
            sizes=frozenset({("production", "medium"), ("production", "large")}),
            regions=frozenset({"af-south-1", "ap-southeast-4", "eu-west-3", "me-central-1"}),
        ),
        NotSold(
            what="DocumentDB",
            key="tracker_store",
            kind="mongodb",
            regions=frozenset({"me-south-1", "us-west-1"}),
        ),
        NotSold(
            what="ElastiCache nodes of class cache.t4g",
            key="lock_store",
            sizes=frozenset({("dev", "small"), ("dev", "medium"), ("dev", "large"), ("production", "small")}),
            regions=frozenset({"me-central-1", "me-south-1"}),
        ),
        NotSold(
            what="ElastiCache nodes of class cache.m7g",
            key="lock_store",
            sizes=frozenset({("production", "medium"), ("production", "large")}),
            regions=frozenset({"eu-south-1"}),
        ),
    ),
    identity_logins=("postgres", "dynamodb"),
    beside_existing_cluster=Ids(
        # EKS API, CreateCluster, `name`
        cluster_name=Format(
            pattern=re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$"), accepted="the name of an EKS cluster"
        ),
        id=_VPC,
        subnets=_SUBNET,
        clients=Format(
            pattern=re.compile(r"^sg-[0-9a-f]{8,17}$"),
            accepted="a security group id such as sg-0123456789abcdef0",
        ),
    ),
    key=Format(
        pattern=re.compile(r"^arn:aws:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[0-9a-z-]+$"),
        accepted="the ARN of a KMS key of the stack's region (arn:aws:kms:…:key/…), and no alias",
    ),
    existing_network=NetworkIds(id=_VPC, subnet=_SUBNET),
    ingress=IngressFacts(
        zone_id=Format(
            pattern=re.compile(r"^Z[A-Z0-9]{5,31}$"),
            accepted="a hosted zone id such as Z0123456789ABCDEFGHIJ",
        ),
        certificates=("cloud", "existing", "pem"),
        zone_proves=True,
        reference=Format(
            pattern=re.compile(r"^arn:aws[\w-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}$"),
            accepted="the ARN of an ACM certificate",
        ),
        internal=True,
        # A rule of the load balancer takes five values: the host, the path, and so three ranges.
        api_ranges=3,
    ),
    regions={
        "af-south-1": _ABC,
        "ap-east-1": _ABC,
        "ap-northeast-1": ("a", "c", "d"),
        "ap-northeast-2": _ABC,
        "ap-northeast-3": _ABC,
        "ap-south-1": _ABC,
        "ap-south-2": _ABC,
        "ap-southeast-1": _ABC,
        "ap-southeast-2": _ABC,
        "ap-southeast-3": _ABC,
        "ap-southeast-4": _ABC,
        "ca-central-1": ("a", "b", "d"),
        "eu-central-1": _ABC,
        "eu-central-2": _ABC,
        "eu-north-1": _ABC,
        "eu-south-1": _ABC,
        "eu-south-2": _ABC,
        "eu-west-1": _ABC,
        "eu-west-2": _ABC,
        "eu-west-3": _ABC,
        "me-central-1": _ABC,
        "me-south-1": _ABC,
        "sa-east-1": _ABC,
        "us-east-1": _ABC,
        "us-east-2": _ABC,
        # Two zones for every account: enough for dev, not for production.
        "us-west-1": ("a", "c"),
        "us-west-2": _ABC,
    },
)
