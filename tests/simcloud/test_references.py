"""What is referred to must exist; what is in use cannot be deleted."""

from __future__ import annotations

import json

import pytest

from simcloud.errors import CloudError
from simcloud.wire import UNKNOWN, Properties
from tests.simcloud.tenant import Tenant

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SECRET = "kubernetes:core/v1:Secret"
JOB = "kubernetes:batch/v1:Job"
RELEASE = "kubernetes:helm.sh/v3:Release"


def kubeconfig(server: str) -> Properties:
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "k"}}],
        "clusters": [{"name": "k", "cluster": {"server": server}}],
    }
    return {"kubeconfig": json.dumps(config)}


CLUSTER = kubeconfig("https://10.0.0.1:6443")


def policy(*resources: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": list(resources)}]})


def test_an_id_must_exist(tenant: Tenant) -> None:
    with pytest.raises(CloudError, match=r"vpcId = 'vpc-0123456789abcdef0' does not exist"):
        tenant.create(SUBNET, "a", {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"})
    vpc = tenant.create(VPC, "main", {"cidrBlock": "10.0.0.0/16"})
    tenant.create(SUBNET, "a", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})


def test_every_missing_reference_is_named(tenant: Tenant) -> None:
    ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    with pytest.raises(CloudError) as refused:
        tenant.create("aws:rds/subnetGroup:SubnetGroup", "g", {"name": "g", "subnetIds": list(ids)})
    assert all(one in str(refused.value) for one in ids)


def test_an_id_of_another_region_is_out_of_reach(tenant: Tenant) -> None:
    vpc = tenant.create(VPC, "main", {"cidrBlock": "10.0.0.0/16"}, {"region": "us-east-1"})
    with pytest.raises(CloudError, match="out of reach from 111122223333/eu-central-1"):
        tenant.create(SUBNET, "a", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})


def test_unknown_and_outside_values_are_left_out(tenant: Tenant) -> None:
    tenant.account.outside = frozenset({"vpc-0123456789abcdef0"})
    tenant.create(SUBNET, "a", {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"})
    tenant.resource(SUBNET, "b").create({"vpcId": UNKNOWN, "cidrBlock": "10.0.1.0/24"}, preview=True)


def test_in_use_cannot_be_deleted(tenant: Tenant) -> None:
    vpc = tenant.create(VPC, "main", {"cidrBlock": "10.0.0.0/16"})
    subnet = tenant.create(SUBNET, "a", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})
    with pytest.raises(CloudError, match=r"DependencyViolation: .*'main'.* is used by .*Subnet 'a'"):
        tenant.resource(VPC, "main").delete(vpc.id, {})
    tenant.resource(SUBNET, "a").delete(subnet.id, {})
    tenant.resource(VPC, "main").delete(vpc.id, {})
    assert not tenant.account.records


def test_a_name_must_exist(tenant: Tenant) -> None:
    inputs: Properties = {"name": "p", "role": "reader", "policy": policy()}
    with pytest.raises(CloudError, match=r"role = 'reader' names no existing iam/role:Role\.name"):
        tenant.create(POLICY, "p", inputs)
    tenant.create(ROLE, "reader", {"name": "reader", "assumeRolePolicy": "{}"})
    tenant.create(POLICY, "p", inputs)
    with pytest.raises(CloudError, match="DependencyViolation"):
        tenant.resource(ROLE, "reader").delete("reader", {})


@pytest.mark.parametrize(
    ("arn", "exists"),
    [
        ("arn:aws:s3:::models", True),
        ("arn:aws:s3:::models/*", True),
        ("arn:aws:s3:::models/a/b", True),
        ("arn:aws:s3:::mod*", True),
        ("arn:aws:s3:::modles", False),
        ("arn:aws:s3:::modles/*", False),
        ("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", True),
        ("arn:aws:iam::111122223333:root", True),
        ("arn:aws:iam::999999999999:root", False),
        ("*", True),
    ],
)
def test_arns_in_policy_documents(tenant: Tenant, arn: str, *, exists: bool) -> None:
    tenant.create("aws:s3/bucket:Bucket", "models", {"bucket": "models"})
    tenant.create(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})
    inputs: Properties = {"name": "p", "role": "r", "policy": policy(arn)}
    if exists:
        tenant.create(POLICY, "p", inputs)
    else:
        with pytest.raises(CloudError, match=r"does not exist|nothing that exists"):
            tenant.create(POLICY, "p", inputs)


def test_documents_do_not_block_a_deletion(tenant: Tenant) -> None:
    tenant.create("aws:s3/bucket:Bucket", "models", {"bucket": "models"})
    tenant.create(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})
    tenant.create(POLICY, "p", {"name": "p", "role": "r", "policy": policy("arn:aws:s3:::models/*")})
    tenant.resource("aws:s3/bucket:Bucket", "models").delete("models", {})


def test_conditions_are_not_references(tenant: Tenant) -> None:
    tenant.create(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})
    statement = {"Action": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::elsewhere"}}}
    tenant.create(POLICY, "p", {"name": "p", "role": "r", "policy": json.dumps({"Statement": [statement]})})


def test_alarm_dimensions(tenant: Tenant) -> None:
    wrong: Properties = {"name": "a", "dimensions": {"DBInstanceIdentifier": "nowhere"}}
    with pytest.raises(CloudError, match=r"dimensions.DBInstanceIdentifier = 'nowhere'"):
        tenant.create(ALARM, "a", wrong)
    tenant.create(
        "aws:rds/instance:Instance",
        "db",
        {"identifier": "db", "instanceClass": "db.t4g.medium", "engine": "postgres"},
    )
    tenant.create(ALARM, "a", {"name": "a", "dimensions": {"DBInstanceIdentifier": "db"}})


def job(*env: Properties, namespace: str = "rasa") -> Properties:
    pod: Properties = {"containers": [{"name": "c", "env": list(env)}]}
    return {"metadata": {"name": "j", "namespace": namespace}, "spec": {"template": {"spec": pod}}}


def reads(name: str, key: str, *, optional: bool = False) -> Properties:
    return {"name": "X", "valueFrom": {"secretKeyRef": {"name": name, "key": key, "optional": optional}}}


@pytest.fixture
def cluster(tenant: Tenant) -> Tenant:
    tenant.create("kubernetes:core/v1:Namespace", "rasa", {"metadata": {"name": "rasa"}}, CLUSTER)
    data: Properties = {"metadata": {"name": "db", "namespace": "rasa"}, "stringData": {"password": "p"}}
    tenant.create(SECRET, "db", data, CLUSTER)
    return tenant


def test_secret_keys_must_exist(cluster: Tenant) -> None:
    cluster.create(JOB, "good", job(reads("db", "password")), CLUSTER)
    with pytest.raises(CloudError, match=r"'db' has no key 'pasword' \(its keys: password\)"):
        cluster.create(JOB, "bad", job(reads("db", "pasword")), CLUSTER)
    with pytest.raises(CloudError, match="names no existing core/v1:Secret in namespace 'rasa'"):
        cluster.create(JOB, "bad", job(reads("bd", "password")), CLUSTER)


def test_optional_secrets_may_be_missing(cluster: Tenant) -> None:
    cluster.create(JOB, "j", job(reads("nowhere", "password", optional=True)), CLUSTER)


def test_namespaces_must_exist(cluster: Tenant) -> None:
    with pytest.raises(CloudError, match=r"metadata.namespace = 'rassa'"):
        cluster.create(JOB, "j", job(namespace="rassa"), CLUSTER)
    cluster.create(JOB, "j", job(namespace="default"), CLUSTER)


def test_chart_values_are_searched(cluster: Tenant) -> None:
    def release(secret: str, key: str) -> Properties:
        values: Properties = {"rasa": {"deep": [{"secretName": secret, "secretKey": key}]}}
        return {"name": "rasa", "namespace": "rasa", "chart": "rasa", "values": values}

    with pytest.raises(CloudError, match="has no key 'licence'"):
        cluster.create(RELEASE, "r", release("db", "licence"), CLUSTER)
    cluster.create(RELEASE, "r", release("db", "password"), CLUSTER)


def test_a_namespace_takes_its_content_along(cluster: Tenant) -> None:
    cluster.resource("kubernetes:core/v1:Namespace", "rasa", CLUSTER).delete("rasa", {})
    assert not cluster.account.records


def test_a_cluster_of_the_cloud_must_exist(tenant: Tenant) -> None:
    server = f"https://{'0' * 32}.gr7.eu-central-1.eks.amazonaws.com"
    with pytest.raises(CloudError, match="unreachable"):
        tenant.create("kubernetes:core/v1:Namespace", "n", {"metadata": {"name": "n"}}, kubeconfig(server))


def eks(tenant: Tenant) -> tuple[str, Properties]:
    role = tenant.create(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})
    network: Properties = {"subnetIds": tenant.subnets()}
    inputs: Properties = {"name": "k", "roleArn": role.outputs["arn"], "vpcConfig": network}
    cluster = tenant.create("aws:eks/cluster:Cluster", "k", inputs)
    return cluster.id, kubeconfig(cluster.hosts)


def test_a_cluster_with_live_objects_cannot_be_deleted(tenant: Tenant) -> None:
    name, config = eks(tenant)
    space = tenant.create("kubernetes:core/v1:Namespace", "n", {"metadata": {"name": "n"}}, config)
    with pytest.raises(CloudError, match="1 objects live in it"):
        tenant.resource("aws:eks/cluster:Cluster", "k").delete(name, {})
    tenant.account.deleted_with = {space.urn: "urn:pulumi:s::p::aws:eks/cluster:Cluster::k"}
    tenant.resource("aws:eks/cluster:Cluster", "k").delete(name, {})
    assert {record.type for record in tenant.account.records.values()} == {ROLE, VPC, SUBNET}


def test_what_would_stay_behind_must_go_before_its_cluster(tenant: Tenant) -> None:
    name, config = eks(tenant)
    inputs: Properties = {"metadata": {"name": "s"}, "spec": {"type": "LoadBalancer"}}
    service = tenant.create("kubernetes:core/v1:Service", "s", inputs, config)
    tenant.account.deleted_with = {service.urn: "urn:pulumi:s::p::aws:eks/cluster:Cluster::k"}
    with pytest.raises(CloudError, match="would leave behind"):
        tenant.resource("aws:eks/cluster:Cluster", "k").delete(name, {})


def test_protected_data_cannot_be_deleted(tenant: Tenant) -> None:
    inputs: Properties = {"name": "t-able", "deletionProtectionEnabled": True}
    tenant.create("aws:dynamodb/table:Table", "t", inputs)
    with pytest.raises(CloudError, match="deletion protection"):
        tenant.resource("aws:dynamodb/table:Table", "t").delete("t-able", {})
    tenant.resource("aws:dynamodb/table:Table", "t").update("t-able", {"name": "t-able"}, preview=False)
    tenant.resource("aws:dynamodb/table:Table", "t").delete("t-able", {})


def test_a_name_is_taken_once(tenant: Tenant) -> None:
    tenant.create("aws:s3/bucket:Bucket", "a", {"bucket": "models"})
    with pytest.raises(CloudError, match="AlreadyExists"):
        tenant.create("aws:s3/bucket:Bucket", "b", {"bucket": "models"})
