"""Inputs are checked against the installed SDK's own types."""

from __future__ import annotations

from simcloud import schema, sdk
from simcloud.wire import UNKNOWN, Properties, Secret

DATABASE: Properties = {"instanceClass": "db.t4g.medium"}


def texts(token: str, inputs: Properties) -> list[str]:
    return [problem.text for problem in schema.check(token, inputs)]


def test_right_inputs_are_no_problem() -> None:
    assert texts("aws:rds/instance:Instance", {**DATABASE, "multiAz": True, "allocatedStorage": 20}) == []


def test_unknown_property_names_the_nearest() -> None:
    (problem,) = texts("aws:rds/instance:Instance", {**DATABASE, "multiaz": True})
    assert problem.startswith("unknown property 'multiaz'; did you mean 'multiAz'?")


def test_all_problems_are_found_at_once() -> None:
    found = schema.check("aws:rds/instance:Instance", {"multiAz": "yes", "allocatedStorage": 1.5})
    assert {problem.path for problem in found} == {("instanceClass",), ("multiAz",), ("allocatedStorage",)}


def test_nested_objects_and_lists_are_checked() -> None:
    container: Properties = {"name": "a", "env": [{"nam": "X"}], "ports": [{"containerPort": "80"}]}
    inputs: Properties = {"spec": {"template": {"spec": {"containers": [container]}}}}
    found = {problem.path[4:] for problem in schema.check("kubernetes:batch/v1:Job", inputs)}
    assert found == {(0, "env", 0, "name"), (0, "env", 0, "nam"), (0, "ports", 0, "containerPort")}


def test_alternatives_of_a_type() -> None:
    def port(value: object) -> list[str]:
        return texts("kubernetes:core/v1:Service", {"spec": {"ports": [{"port": 80, "targetPort": value}]}})

    assert port("http") == port(8080) == []
    assert "must be a whole number or a string" in port(value=True)[0]


def test_constants_of_kubernetes() -> None:
    assert "one of 'v1'" in texts("kubernetes:core/v1:Secret", {"apiVersion": "v2"})[0]


def test_unknown_values_pass_and_secret_ones_are_not_shown() -> None:
    assert texts("aws:rds/instance:Instance", {"instanceClass": UNKNOWN, "port": Secret(5432)}) == []
    (problem,) = texts("aws:rds/instance:Instance", {**DATABASE, "port": Secret("planted-port")})
    assert problem == "'port' must be a whole number, not [secret]"


def test_resource_whose_arguments_share_a_name_with_a_nested_type() -> None:
    inputs: Properties = {"bucket": "b", "versioningConfiguration": {"status": "Enabled"}}
    assert texts("aws:s3/bucketVersioning:BucketVersioning", inputs) == []


def test_unknown_resource_type() -> None:
    assert "no resource type" in texts("aws:quantum/computer:Computer", {})[0]


def test_provider_inputs_come_as_json_text() -> None:
    right: Properties = {"region": "eu-central-1", "defaultTags": '{"tags": {"a": "b"}}', "insecure": "true"}
    assert schema.check_provider("aws", right) == []
    wrong = schema.check_provider("aws", {"regoin": "eu-central-1", "insecure": "perhaps"})
    assert {problem.path for problem in wrong} == {("regoin",), ("insecure",)}


def test_what_forces_a_replacement_comes_from_the_documentation() -> None:
    known = sdk.resource("aws:docdb/cluster:Cluster")
    assert known
    assert "availabilityZones" in known.forces_new
    assert "tags" not in known.forces_new


def test_computed_outputs_by_type() -> None:
    made = sdk.computed("aws:rds/instance:Instance", {"arn": "given"})
    assert made["endpoint"] == ""
    assert made["multiAz"] is False
    assert made["port"] == 0
    assert "arn" not in made
    assert "tags" not in made, "an optional output is left out, as the real provider does"
