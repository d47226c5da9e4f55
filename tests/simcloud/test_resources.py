"""Names, computed outputs, replacement: what one resource's life looks like."""

from __future__ import annotations

import re

import pytest

from simcloud.errors import CloudError
from simcloud.naming import Hints
from simcloud.wire import UNKNOWN, Properties, Secret, lookup, path_parts
from tests.simcloud.tenant import Tenant

DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
KAFKA = "aws:msk/cluster:Cluster"
SECRET = "kubernetes:core/v1:Secret"
BROKERS: Properties = {"clientSubnets": [], "instanceType": "kafka.m7g.large", "securityGroups": []}


def checked(
    tenant: Tenant, token: str, inputs: Properties, hints: Hints, name: str = "db"
) -> tuple[Properties, list[str]]:
    found, problems = tenant.resource(token, name).check({}, inputs, hints)
    return found, [problem.text for problem in problems]


def test_a_name_is_made_and_kept(tenant: Tenant) -> None:
    given: Properties = {"instanceClass": "db.t4g.medium"}
    first, problems = checked(tenant, DATABASE, given, Hints())
    assert not problems
    assert re.fullmatch(r"db-[0-9a-f]{7}", str(first["identifier"]))
    again, _ = tenant.resource(DATABASE, "db").check(first, given, Hints())
    assert again["identifier"] == first["identifier"]


def test_the_engine_may_propose_the_name(tenant: Tenant) -> None:
    found, _ = checked(tenant, DATABASE, {"instanceClass": "x"}, Hints(proposed="dev-db-1"))
    assert found["identifier"] == "dev-db-1"


def test_an_over_long_made_name_is_an_error(tenant: Tenant) -> None:
    _, problems = checked(
        tenant, CACHE, {"description": "d"}, Hints(), name="a-rather-long-name-for-a-lock-store-x"
    )
    assert any("has 45 characters, 1 to 40 are allowed" in problem for problem in problems)


@pytest.mark.parametrize(
    ("token", "inputs", "word"),
    [
        ("aws:s3/bucket:Bucket", {"bucket": "Models"}, "lower-case"),
        ("aws:s3/bucket:Bucket", {"bucket": "ab"}, "2 characters"),
        (DATABASE, {"instanceClass": "x", "identifier": "1st"}, "beginning with a letter"),
        (DATABASE, {"instanceClass": "x", "dbName": "my-db"}, "letters, digits and '_'"),
        ("aws:kms/alias:Alias", {"name": "rasa", "targetKeyId": "k"}, "'alias/'"),
        (SECRET, {"metadata": {"name": "Upper"}}, "lower-case"),
    ],
)
def test_bad_names(tenant: Tenant, token: str, inputs: Properties, word: str) -> None:
    _, problems = checked(tenant, token, inputs, Hints())
    assert any(word in problem for problem in problems), problems


def test_an_unlisted_type_says_which_file_to_extend(tenant: Tenant) -> None:
    _, problems = checked(tenant, "aws:quantum/computer:Computer", {}, Hints())
    assert "simcloud/packages/aws.yaml" in problems[0]


def test_outputs_look_like_the_cloud_s(tenant: Tenant) -> None:
    inputs: Properties = {"instanceClass": "db.t4g.medium", "engine": "postgres", "identifier": "db"}
    _, outputs = tenant.resource(DATABASE, "db").create(inputs, preview=False)
    assert re.fullmatch(r"db\.c[a-z0-9]{11}\.eu-central-1\.rds\.amazonaws\.com", str(outputs["address"]))
    assert outputs["endpoint"] == f"{outputs['address']}:5432"
    assert outputs["arn"] == "arn:aws:rds:eu-central-1:111122223333:db:db"


def test_brokers_come_in_no_particular_order(tenant: Tenant) -> None:
    inputs: Properties = {
        "clusterName": "Events",
        "kafkaVersion": "3.9.x",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": BROKERS,
        "clientAuthentication": {"sasl": {"iam": True}},
    }
    _, outputs = tenant.resource(KAFKA, "k").create(inputs, preview=False)
    brokers = str(outputs["bootstrapBrokersSaslIam"]).split(",")
    assert len(brokers) == 3
    assert brokers != sorted(brokers)
    assert all(
        re.fullmatch(r"b-\d\.events\.[a-z0-9]{6}\.c2\.kafka\.eu-central-1\.amazonaws\.com:9098", one)
        for one in brokers
    )


def test_a_preview_leaves_open_what_the_cloud_computes(tenant: Tenant) -> None:
    inputs: Properties = {"instanceClass": "db.t4g.medium", "engine": "postgres", "identifier": "db"}
    _, outputs = tenant.resource(DATABASE, "db").create(inputs, preview=True)
    assert outputs["identifier"] == "db"
    assert outputs["address"] is UNKNOWN
    assert outputs["status"] is UNKNOWN


def test_nested_computed_outputs_join_the_inputs(tenant: Tenant) -> None:
    role = tenant.create("aws:iam/role:Role", "r", {"name": "r", "assumeRolePolicy": "{}"})
    inputs: Properties = {
        "name": "k",
        "roleArn": role.outputs["arn"],
        "vpcConfig": {"endpointPublicAccess": True, "subnetIds": tenant.subnets()},
    }
    _, outputs = tenant.resource("aws:eks/cluster:Cluster", "k").create(inputs, preview=False)
    assert lookup(outputs, path_parts("vpcConfig.endpointPublicAccess")) is True
    assert str(lookup(outputs, path_parts("vpcConfig.clusterSecurityGroupId"))).startswith("sg-")
    issuer = str(lookup(outputs, path_parts("identities[0].oidcs[0].issuer")))
    assert issuer.rsplit("/", 1)[-1] in str(outputs["endpoint"]), "the real service uses one id for both"


def test_two_resources_differ_and_one_stays_the_same(tenant: Tenant) -> None:
    first = tenant.create("aws:ec2/vpc:Vpc", "a", {"cidrBlock": "10.0.0.0/16"})
    second = tenant.create("aws:ec2/vpc:Vpc", "b", {"cidrBlock": "10.0.0.0/16"})
    assert first.id != second.id
    outputs = tenant.resource("aws:ec2/vpc:Vpc", "a").update(
        first.id, {"cidrBlock": "10.0.0.0/16", "tags": {"x": "y"}}, preview=False
    )
    assert outputs["arn"] == first.outputs["arn"]
    assert outputs["tagsAll"] == {"x": "y"}


def test_secrets_stay_secret_and_out_of_the_account(tenant: Tenant) -> None:
    inputs: Properties = {
        "instanceClass": "x",
        "engine": "postgres",
        "identifier": "db",
        "password": Secret("planted"),
    }
    _, outputs = tenant.resource(DATABASE, "db").create(inputs, preview=False)
    assert outputs["password"] == Secret("planted")
    tenant.account.save()
    assert "planted" not in tenant.account.path.read_text()


def test_passwords_are_real_and_secret(tenant: Tenant) -> None:
    token = "random:index/randomPassword:RandomPassword"
    _, outputs = tenant.resource(token, "p").create(
        {"length": 30, "special": False, "minNumeric": 4}, preview=False
    )
    result = outputs["result"]
    assert isinstance(result, Secret)
    assert re.fullmatch(r"[A-Za-z0-9]{30}", str(result.value))
    assert sum(letter.isdigit() for letter in str(result.value)) >= 4


def test_what_replaces_and_what_is_deleted_first(tenant: Tenant) -> None:
    resource = tenant.resource("aws:elasticache/userGroup:UserGroup", "g")
    changes, first = resource.diff(
        {"userGroupId": "g", "engine": "redis"}, {"userGroupId": "g", "engine": "valkey"}
    )
    assert changes == {"engine": ("update", True)}
    assert first, "the explicit name would be taken"
    database = tenant.resource(DATABASE, "db")
    made: Properties = {
        "identifier": "db-1",
        "__defaults": ["identifier"],
        "engine": "postgres",
        "multiAz": False,
    }
    assert database.diff(made, {**made, "engine": "mysql"}) == ({"engine": ("update", True)}, False)
    assert database.diff(made, {**made, "multiAz": True}) == ({"multiAz": ("update", False)}, False)
    assert database.diff(made, dict(made)) == ({}, False)
    job = tenant.resource("kubernetes:batch/v1:Job", "j")
    nested = job.diff({"spec": {"template": {"a": 1}}}, {"spec": {"template": {"a": UNKNOWN}}})
    assert nested[0] == {"spec.template.a": ("update", True)}


def test_a_network_stays_as_long_as_a_load_balancer_is_in_it(tenant: Tenant) -> None:
    vpc = tenant.create("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
    gateway = tenant.create("aws:ec2/internetGateway:InternetGateway", "way-out", {"vpcId": vpc.id})
    company: Properties = {
        "kubeconfig": '{"clusters": [{"cluster": {"server": "https://kubernetes.example"}}]}'
    }
    way_in: Properties = {"metadata": {"name": "way-in"}, "spec": {"ingressClassName": "alb"}}
    ingress = tenant.create("kubernetes:networking.k8s.io/v1:Ingress", "way-in", way_in, company)
    with pytest.raises(CloudError, match=r"the load balancer of .*way-in.* stands in its network"):
        tenant.account.remove(gateway)
    tenant.account.remove(ingress)
    tenant.account.remove(gateway)
