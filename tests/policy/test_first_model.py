"""A stack that uploads its first model obeys every policy; the model is as guarded as its bucket."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from policy.stack import Stack
from tests.ci.models import write_model
from tests.policy.test_stacks import POLICIES
from tests.recorder import Recorded, Recording
from tests.stacks import SIMULATED, is_production, record_config, stack_config

OBJECTS = {
    "aws": "aws:s3/bucketObjectv2:BucketObjectv2",
    "azure": "azure-native:storage:Blob",
    "gcp": "gcp:storage/bucketObject:BucketObject",
}
CLOUDS = [f"{cloud}-production" for cloud in OBJECTS]
IN_CLUSTER = ["local-dev", "openshift-production"]
JOB, NETWORK_POLICY = "kubernetes:batch/v1:Job", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
KEY = "assistant-2.0.0.tar.gz"
Record = Callable[[str], Recording[Any]]


@pytest.fixture(scope="module", name="record")
def fixture_record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Record an example with an upload, each once."""
    file = write_model(tmp_path_factory.mktemp("models") / KEY)

    @functools.cache
    def record(stack: str) -> Recording[Any]:
        config = stack_config(stack)
        assistant = json.loads(config["rasa:assistant"])
        del assistant["model"]
        config["rasa:assistant"] = json.dumps({**assistant, "upload": str(file)})
        return record_config(config, secret=tuple(SIMULATED.get(stack, ())))

    return record


@pytest.mark.parametrize("stack", [*CLOUDS, *IN_CLUSTER])
def test_every_policy_holds(stack: str, record: Record) -> None:
    recording = record(stack)
    assert [one for one in recording.resources if "-upload" in one.name], "nothing is uploaded"
    judged = Stack(resources=recording.resources, production=is_production(stack))
    assert [said for policy in POLICIES for said in policy(judged)] == []


# -- the object --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", [*CLOUDS, *(f"{cloud}-dev" for cloud in OBJECTS)])
def test_an_object_stays_and_says_nothing_of_its_own_about_access_or_keys(stack: str, record: Record) -> None:
    cloud = stack.partition("-")[0]
    recording = record(stack)
    uploaded = recording.one(OBJECTS[cloud])
    assert uploaded.retained, "Rasa may serve it after the stack has let go of it"
    # All else (access, encryption, versions) is the bucket's, which the policies judge.
    where = {"bucket", "resourceGroupName", "accountName", "containerName"}
    what = {"key", "name", "blobName", "type", "source", "contentType"}
    # Tags alone: S3 takes ten of an object.
    tags: dict[str, Any] = {"overrideProvider": {"defaultTags": {"tags": {}}}} if cloud == "aws" else {}
    assert {key: it for key, it in uploaded.inputs.items() if key not in where | what} == tags
    assert KEY in {uploaded.inputs.get(name) for name in ("key", "name", "blobName")}
    assert not [one for one in recording.of(JOB) if "model-upload" in one.name]


ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def test_on_aws_the_bucket_encrypts_before_the_object_comes(record: Record) -> None:
    """S3 does not encrypt anew what was there before: this setting is a resource of its own there."""
    recording = record("aws-production")
    assert recording.one(ENCRYPTION, "model-storage").urn in recording.waits_for(
        recording.one(OBJECTS["aws"])
    )


def test_on_google_cloud_the_object_has_the_buckets_key(record: Record) -> None:
    recording = record("gcp-production")
    bucket = recording.one("gcp:storage/bucket:Bucket", "model-storage")
    assert bucket.inputs["encryption"]["defaultKmsKeyName"]
    assert bucket.urn in recording.one(OBJECTS["gcp"]).data_flow


# -- the Job -----------------------------------------------------------------------------------------------


def job(recording: Recording[Any]) -> Recorded:
    return recording.one(JOB, "rasa-model-upload")


VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected"}


def violations(pod: Mapping[str, Any]) -> Iterator[str]:
    """What the Pod Security Standard `restricted` forbids (Kubernetes documentation)."""
    yield from (key for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key))
    for volume in pod["volumes"]:
        yield from volume.keys() - {"name", "secret"} - VOLUMES
    of_pod: Mapping[str, Any] = pod.get("securityContext", {})
    if of_pod.get("sysctls"):
        yield "sysctls"
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        of_container: Mapping[str, Any] = container.get("securityContext", {})
        yield from _of_container(of_container, {**of_pod, **of_container})
        if any("hostPort" in port for port in container.get("ports", ())):
            yield "hostPort"


def _of_container(own: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[str]:
    if whole.get("runAsNonRoot") is not True or whole.get("runAsUser") == 0:
        yield "root"
    if whole.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
        yield "seccomp"
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "privilege escalation"
    capabilities = own.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
        yield "capabilities"


@pytest.mark.parametrize("stack", IN_CLUSTER)
def test_the_job_obeys_the_restricted_standard(stack: str, record: Record) -> None:
    pod = job(record(stack)).inputs["spec"]["template"]["spec"]
    assert list(violations(pod)) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("hostNetwork",), True, "hostNetwork"),
        (("volumes", 0), {"name": "scripts", "hostPath": {"path": "/"}}, "hostPath"),
        (("securityContext", "runAsNonRoot"), False, "root"),
        (("securityContext", "seccompProfile"), {"type": "Unconfined"}, "seccomp"),
        (("containers", 0, "securityContext", "allowPrivilegeEscalation"), True, "privilege escalation"),
        (("containers", 0, "securityContext", "capabilities"), {}, "capabilities"),
    ],
)
def test_the_standard_can_be_broken(
    path: Sequence[str | int], value: object, said: str, record: Record
) -> None:
    pod: Any = copy.deepcopy(job(record("local-dev")).inputs["spec"]["template"]["spec"])
    place = pod
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert list(violations(pod)) == [said]


def selected(policy: Recorded, labels: Mapping[str, str]) -> bool:
    selector: Mapping[str, Any] = policy.inputs["spec"]["podSelector"]
    assert selector.keys() <= {"matchLabels"}, "this test reads no other selector"
    return selector.get("matchLabels", {}).items() <= labels.items()


def rules(recording: Recording[Any], direction: str) -> list[Any]:
    """All that any network policy of its namespace allows the Job's pod."""
    made = job(recording)
    labels = made.inputs["spec"]["template"]["metadata"]["labels"]
    namespace = made.inputs["metadata"]["namespace"]
    policies = [
        one
        for one in recording.of(NETWORK_POLICY)
        if one.inputs["metadata"]["namespace"] == namespace and selected(one, labels)
    ]
    assert any(direction in one.inputs["spec"]["policyTypes"] for one in policies), "it may do anything"
    return [rule for one in policies for rule in one.inputs["spec"].get(direction.lower(), [])]


def test_the_job_reaches_its_volume_and_nothing_else(record: Record) -> None:
    """The node mounts a volume: the pod needs no network for it."""
    recording = record("local-dev")
    pod = job(recording).inputs["spec"]["template"]["spec"]
    (claim,) = [one["persistentVolumeClaim"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    made = {one.inputs["metadata"]["name"] for one in recording.of(CLAIM)}
    assert claim["claimName"] in made
    assert rules(recording, "Egress") == []
    assert rules(recording, "Ingress") == []


def test_the_job_reaches_a_bucket_and_no_other_store(record: Record) -> None:
    recording = record("openshift-production")
    found = rules(recording, "Egress")
    ports = {port["port"] for rule in found for port in rule.get("ports", ())}
    assert ports == {443, 5353}, "HTTPS, and OpenShift's names"
    # A Service may lead to another port of its pods, and so a rule to one names a namespace alone.
    (service,) = [rule["to"] for rule in found if "ports" not in rule]
    assert service == [{"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: "openshift-storage"}}}]
    assert rules(recording, "Ingress") == []
