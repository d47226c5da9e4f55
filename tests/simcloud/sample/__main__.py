"""A small stack with every mechanism of the simulated cloud in it."""

import json

import pulumi
from pulumi import ResourceOptions
from pulumi.runtime import register_stack_transformation
from pulumi_aws import Provider, cloudwatch, ec2, eks, iam, kms, rds
from pulumi_kubernetes import Provider as Kubernetes
from pulumi_kubernetes import batch, core, meta
from pulumi_random import RandomPassword

config = pulumi.Config()
license_key = pulumi.Config("rasa").require_secret("license")
mistake = config.get("mistake") or ""
if mistake == "exit":
    raise SystemExit("sample:mistake is 'exit'; remove it with: pulumi config rm sample:mistake")

made: list[pulumi.Resource] = []
register_stack_transformation(lambda args: made.append(args.resource))

aws = Provider("aws", region=config.require("region"))
opts = ResourceOptions(provider=aws)

vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=opts)
subnets = [
    ec2.Subnet(
        f"private-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.0.{index}.0/24",
        availability_zone=f"{config.require('region')}{zone}",
        opts=opts,
    )
    for index, zone in enumerate("ab")
]
group = ec2.SecurityGroup("database", vpc_id=vpc.id, opts=opts)
key = kms.Key("stack", description="all data at rest", opts=opts)

password = RandomPassword("database", length=24, special=False)
subnet_group = rds.SubnetGroup("database", subnet_ids=[one.id for one in subnets], opts=opts)
database = rds.Instance(
    "tracker",
    engine="postgres",
    instance_class="db.t4g.medium",
    allocated_storage=20,
    db_name="rasa",
    username="rasa",
    password=password.result,
    multi_az=config.get_bool("multiAz") or False,
    storage_encrypted=True,
    kms_key_id=key.arn,
    db_subnet_group_name=subnet_group.name,
    # Without it a change waits for the maintenance window, and shows in each preview until then.
    apply_immediately=True,
    skip_final_snapshot=True,
    deletion_protection=config.get_bool("deletionProtection") or False,
    vpc_security_group_ids=["sg-0123456789abcdef0"] if mistake == "group" else [group.id],
    opts=opts,
)
cloudwatch.MetricAlarm(
    "cpu",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=3,
    metric_name="CPUUtilization",
    namespace="AWS/RDS",
    period=60,
    statistic="Average",
    threshold=80,
    dimensions={"DBInstanceIdentifier": database.identifier},
    opts=opts,
)

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks.amazonaws.com"}}
    ],
}
role = iam.Role("cluster", assume_role_policy=json.dumps(trust), opts=opts)
attachment = iam.RolePolicyAttachment(
    "cluster", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", opts=opts
)
iam.RolePolicy(
    "connect",
    role=role.name,
    opts=opts,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "rds-db:connect",
                    "Resource": pulumi.Output.format(
                        "arn:aws:rds-db:{0}:{1}:dbuser:{2}/rasa",
                        config.require("region"),
                        vpc.owner_id,
                        database.resource_id,
                    ),
                }
            ],
        }
    ),
)
cluster = eks.Cluster(
    "main",
    role_arn=role.arn,
    opts=ResourceOptions(provider=aws, depends_on=[attachment]),
    vpc_config=eks.ClusterVpcConfigArgs(subnet_ids=[one.id for one in subnets]),
)


def kubeconfig(name: str, endpoint: str, authority: str) -> str:
    """Make the kubeconfig of an EKS cluster."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [
                {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [{"name": name, "user": {"exec": {"command": "aws", "args": ["eks", "get-token"]}}}],
        }
    )


text = pulumi.Output.all(cluster.name, cluster.endpoint, cluster.certificate_authority.data).apply(
    lambda parts: kubeconfig(*parts)
)
inside = ResourceOptions(provider=Kubernetes("main", kubeconfig=text))
namespace = core.v1.Namespace("rasa", metadata=meta.v1.ObjectMetaArgs(name="rasa"), opts=inside)
metadata = meta.v1.ObjectMetaArgs(namespace=namespace.metadata.name)
secret = core.v1.Secret(
    "rasa",
    metadata=metadata,
    opts=inside,
    string_data={"license": license_key, "password": password.result, "host": database.address},
)
job = batch.v1.Job(
    "check",
    metadata=metadata,
    opts=inside,
    spec=batch.v1.JobSpecArgs(
        template=core.v1.PodTemplateSpecArgs(
            spec=core.v1.PodSpecArgs(
                restart_policy="Never",
                containers=[
                    core.v1.ContainerArgs(
                        name="check",
                        image="rasa",
                        env=[
                            core.v1.EnvVarArgs(
                                name="PASSWORD",
                                value_from=core.v1.EnvVarSourceArgs(
                                    secret_key_ref=core.v1.SecretKeySelectorArgs(
                                        name=secret.metadata.name,
                                        key="pasword" if mistake == "key" else "password",
                                    )
                                ),
                            )
                        ],
                    )
                ],
            )
        )
    ),
)
if mistake == "type":
    pulumi.CustomResource("aws:quantum/computer:Computer", "unheard-of", {}, opts)
elsewhere = config.get("secondRegion")
if elsewhere:
    ec2.Vpc(
        "second",
        cidr_block="10.1.0.0/16",
        opts=ResourceOptions(provider=Provider("elsewhere", region=elsewhere)),
    )
# Of a protected stack it is the first to go, and does not.
if mistake != "unguarded":
    protect = config.get_bool("deletionProtection") or False
    pulumi.Stash("guard", input="", opts=ResourceOptions(protect=protect, depends_on=[*made]))
pulumi.export("host", database.address)
pulumi.export("password", password.result)
pulumi.export("kubeconfig", text)
