"""What the in-cluster components ask for: the facts that a policy cannot judge."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.config.load import parse
from components.contract.connections import Kafka, Postgres, Redis, SaslTls, Volume
from components.contract.secrets import SecretRef
from components.stack.platform import Platform, build_platform
from policy.stack import members
from tests.config import blocks
from tests.recorder import Recording, record, value_of

INSIDE = {"from": "in-cluster"}
RELEASE, NAMESPACE = "kubernetes:helm.sh/v3:Release", "kubernetes:core/v1:Namespace"
POSTGRES = "kubernetes:postgresql.cnpg.io/v1:Cluster"
KAFKA, NODES = "kubernetes:kafka.strimzi.io/v1:Kafka", "kubernetes:kafka.strimzi.io/v1:KafkaNodePool"
TOPIC, USER = "kubernetes:kafka.strimzi.io/v1:KafkaTopic", "kubernetes:kafka.strimzi.io/v1:KafkaUser"
PODS, CLAIM = "kubernetes:apps/v1:StatefulSet", "kubernetes:core/v1:PersistentVolumeClaim"
Built = Recording[Platform]


def build(*, profile: str = "dev", cluster: dict[str, Any] | None = None, **changes: object) -> Built:
    raw: dict[str, Any] = {
        "cloud": "none",
        "profile": profile,
        "namespace": "talk",
        "cluster": {**blocks.CLUSTER, "hasNamespace": False, **(cluster or {})},
        "modelStorage": {**INSIDE, "storageClass": "shared"},
        **dict.fromkeys(("lockStore", "trackerStore", "eventBroker"), INSIDE),
        "assistant": {"model": "m"},
        "license": "x",
        **changes,
    }
    settings = parse(raw, secret_keys=frozenset(raw), stack=f"x-{profile}")
    return record(lambda: build_platform(settings, tags={}, stack="test"))


@pytest.fixture(scope="module", name="dev")
def fixture_dev() -> Built:
    return build()


@pytest.fixture(scope="module", name="production")
def fixture_production() -> Built:
    return build(profile="production")


@pytest.fixture(scope="module", name="openshift")
def fixture_openshift() -> Built:
    return build(profile="production", cluster={"flavor": "openshift"})


def test_addresses_are_those_that_the_certificates_carry(dev: Built) -> None:
    platform = dev.result
    assert isinstance(platform.tracker_store, Postgres)
    assert isinstance(platform.event_broker, Kafka)
    assert value_of(platform.tracker_store.host) == "tracker-store-rw.talk.svc"
    assert value_of(platform.event_broker.bootstrap) == "event-broker-kafka-bootstrap.talk.svc:9093"
    assert value_of(platform.lock_store.host) == "lock-store.talk.svc"
    (request,) = dev.of("tls:index/certRequest:CertRequest")
    assert request.inputs["dnsNames"] == ["lock-store.talk.svc", "*.lock-store.talk.svc"]


def test_secrets_of_operators_are_referred_to_as_they_lie(dev: Built) -> None:
    store, broker = dev.result.tracker_store, dev.result.event_broker
    assert isinstance(store, Postgres)
    assert isinstance(broker, Kafka)
    assert isinstance(broker.security, SaslTls)
    login: Any = store.login
    user = dev.one(USER).inputs["metadata"]["name"]
    assert broker.security.username == user
    references = [login.password, store.ca, broker.security.password, broker.security.ca]
    found = [
        (value_of(one.name) if not isinstance(one.name, str) else one.name, one.key)
        for one in references
        if isinstance(one, SecretRef)
    ]
    assert found == [
        ("tracker-store-app", "password"),
        ("tracker-store-ca", "ca.crt"),
        (user, "password"),
        ("event-broker-cluster-ca-cert", "ca.crt"),
    ]


def test_each_operator_watches_our_namespace_from_one_of_its_own(dev: Built) -> None:
    releases = {release.name: release.inputs for release in dev.of(RELEASE)}
    assert releases["cloudnative-pg"]["values"]["config"]["data"] == {"WATCH_NAMESPACE": "talk"}
    assert releases["strimzi"]["values"]["watchNamespaces"] == ["talk"]
    assert {r["namespace"] for r in releases.values()} == {"cnpg-system", "strimzi"}
    for namespace in dev.of(NAMESPACE):
        assert namespace.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_an_operator_watches_the_namespaces_of_other_stacks_that_are_told() -> None:
    told = build(cluster={"operatorsAlsoWatch": ["bots", "more-bots"]})
    releases = {release.name: release.inputs["values"] for release in told.of(RELEASE)}
    assert releases["cloudnative-pg"]["config"]["data"] == {"WATCH_NAMESPACE": "talk,bots,more-bots"}
    assert releases["strimzi"]["watchNamespaces"] == ["talk", "bots", "more-bots"]


@pytest.mark.parametrize(
    ("type_", "operator"),
    [(POSTGRES, "cloudnative-pg"), (NODES, "strimzi"), (KAFKA, "strimzi"), (USER, "strimzi")],
)
def test_objects_wait_for_their_operator(dev: Built, type_: str, operator: str) -> None:
    release = dev.one(RELEASE, operator)
    for thing in dev.of(type_):
        assert release.urn in dev.waits_for(thing)


def test_topics_and_users_come_after_the_brokers_and_go_before(dev: Built) -> None:
    kafka = dev.one(KAFKA)
    for thing in (*dev.of(TOPIC), *dev.of(USER)):
        assert kafka.urn in dev.waits_for(thing)
        assert thing.inputs["metadata"]["labels"] == {"strimzi.io/cluster": "event-broker"}
    assert dev.one(NODES).urn in dev.waits_for(kafka)


def test_an_operator_that_runs_already_is_not_installed_again() -> None:
    built = build(cluster={"operators": ["strimzi"]})
    assert [release.name for release in built.of(RELEASE)] == ["cloudnative-pg"]
    assert built.of(KAFKA)


def test_rasa_asks_the_sentinels_in_production(production: Built, dev: Built) -> None:
    redis, plain = production.result.lock_store, dev.result.lock_store
    assert isinstance(redis, Redis)
    assert redis.mode == "sentinel"
    assert redis.sentinel_service == "rasa"
    assert redis.endpoints == tuple(f"lock-store-{n}.lock-store.talk.svc:26379" for n in range(3))
    assert (plain.mode, plain.endpoints) == ("standard", ())


def test_a_sentinel_tells_anybody_who_is_primary_and_nothing_else(production: Built) -> None:
    users = production.one("kubernetes:core/v1:Secret", "lock-store-users").inputs["stringData"]
    (anybody,) = [line for line in users["sentinel.acl"].splitlines() if line.startswith("user default")]
    assert " -@all " in anybody
    assert not {"+@all", "+sentinel|set", "+sentinel|failover", "+sentinel"} & set(anybody.split())
    assert "user default off" in users["valkey.acl"].splitlines()
    assert not any(">" in line for line in users["valkey.acl"].splitlines()), "hashes, not passwords"


def test_volumes_go_in_dev_and_stay_in_production(dev: Built, production: Built) -> None:
    for built, kept in ((dev, False), (production, True)):
        policy = built.one(PODS).inputs["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert policy["whenDeleted"] == ("Retain" if kept else "Delete")
        (volume,) = built.one(NODES).inputs["spec"]["storage"]["volumes"]
        assert volume["deleteClaim"] is not kept
        data = [built.one(POSTGRES), built.one(KAFKA), built.one(NODES), built.one(PODS), built.one(CLAIM)]
        assert {resource.protect for resource in data} == {kept}


def test_the_storage_class_reaches_every_volume() -> None:
    built = build(cluster={"storageClass": "fast"}, modelStorage={**INSIDE, "storageClass": "shared"})
    (template,) = built.one(PODS).inputs["spec"]["volumeClaimTemplates"]
    (volume,) = built.one(NODES).inputs["spec"]["storage"]["volumes"]
    assert template["spec"]["storageClassName"] == volume["class"] == "fast"
    assert built.one(POSTGRES).inputs["spec"]["storage"]["storageClass"] == "fast"
    assert built.one(CLAIM).inputs["spec"]["storageClassName"] == "shared"


def test_models_are_for_several_nodes_in_production(dev: Built, production: Built) -> None:
    assert isinstance(dev.result.model_storage, Volume)
    assert dev.one(CLAIM).inputs["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert production.one(CLAIM).inputs["spec"]["accessModes"] == ["ReadWriteMany"]


def test_openshift_chooses_users_and_groups_itself(openshift: Built, production: Built) -> None:
    named = {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"}
    for resource in openshift.resources:
        for key, value in members(resource.inputs):
            assert key not in named or value is None, resource.urn
    operator = openshift.one(RELEASE, "cloudnative-pg").inputs["values"]["containerSecurityContext"]
    assert operator == {"runAsUser": None, "runAsGroup": None}, "null takes the chart's own away"
    assert production.one(PODS).inputs["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == 999


def test_eks_auto_mode_gets_the_storage_class_that_it_lacks() -> None:
    cluster = {"allowedCidrs": ["203.0.113.0/28"]}
    raw: dict[str, Any] = {
        "cloud": "aws",
        "region": "eu-central-1",
        "cluster": cluster,
        "lockStore": INSIDE,
        "assistant": {"model": "m"},
        "license": "x",
    }
    settings = parse(raw, secret_keys=frozenset(raw), stack="aws-dev")
    built = record(lambda: build_platform(settings, tags={}, stack="test"))
    made = built.one("kubernetes:storage.k8s.io/v1:StorageClass")
    assert made.inputs["provisioner"] == "ebs.csi.eks.amazonaws.com"
    (template,) = built.one(PODS).inputs["spec"]["volumeClaimTemplates"]
    assert template["spec"]["storageClassName"]


def test_the_scripts_read_what_the_pods_mount(production: Built) -> None:
    config = production.one("kubernetes:core/v1:ConfigMap", "lock-store").inputs["data"]
    pod = production.one(PODS).inputs["spec"]["template"]["spec"]
    paths = {mount["mountPath"] for container in pod["containers"] for mount in container["volumeMounts"]}
    assert paths == {"/data", "/etc/lock-store", "/etc/lock-store-tls", "/etc/lock-store-users"}
    text = yaml.safe_dump(dict(config))
    for path in paths:
        assert path in text


def test_what_a_destroy_takes_along_is_said_while_a_program_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def keep(text: str, **_: object) -> None:
        said.append(text)

    monkeypatch.setattr("pulumi.log.warn", keep)
    build(profile="production")
    assert not said
    build(profile="production", deletionProtection=False)
    assert any("volumes of PostgreSQL" in text for text in said), said
