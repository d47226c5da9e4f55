from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pulumi import RunError

from components.contract.connections import S3
from components.contract.secrets import engine_values
from components.kubernetes.documents import as_yaml
from components.rasa import connections
from components.rasa.args import AssistantArgs
from components.rasa.spec import variables
from components.rasa.spec.connection_pools import (
    LARGEST_OVERFLOW,
    LARGEST_POOL,
    LEAST,
    Pool,
    budget,
    pool_for,
)
from components.rasa.spec.endpoint_rules import unset_variables
from components.rasa.spec.pod_files import AUTHORITIES, CLIENT
from tests.rasa import samples
from tests.rasa.samples import endpoints, environment, files
from tests.recorder import is_secret, value_of

KINDS = samples.every_kind()


def plain(args: AssistantArgs) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else value_of(value)
        for name, value in environment(args).plain.items()
    }


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_variable_of_the_file_is_set(args: AssistantArgs) -> None:
    document = endpoints(args, {})
    assert unset_variables(document, environment(args).names) == []


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_secrets_are_secret_and_nothing_else_holds_them(args: AssistantArgs) -> None:
    env = environment(args)
    assert all(is_secret(value) for value in engine_values(env.secret).values())
    assert "planted" not in repr(plain(args))


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_file_that_is_named_is_mounted_and_every_mounted_one_named(args: AssistantArgs) -> None:
    needed = files(args)
    there = {f"{AUTHORITIES}/{name}" for name in needed.authorities}
    there |= {f"{CLIENT}/{name}" for name in needed.client}
    text = yaml.safe_dump(plain(args)) + value_of(as_yaml(endpoints(args, {})))
    named = {
        word for word in text.replace("=", " ").replace("&", " ").split() if word.startswith("/etc/rasa/")
    }
    assert named == there


def test_aws_by_identity() -> None:
    found = plain(samples.BASE)
    expected = {
        "IAM_CLOUD_PROVIDER": "aws",
        "AWS_DEFAULT_REGION": samples.REGION,
        "RDS_SQL_DB_AWS_IAM_ENABLED": "true",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED": "true",
        "AWS_ELASTICACHE_CLUSTER_NAME": "group",
        "KAFKA_MSK_AWS_IAM_ENABLED": "true",
        "SQL_TRACKER_STORE_SSL_MODE": "verify-full",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE": "/etc/rasa/authorities/tracker-store.pem",
        "BUCKET_NAME": "models",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    assert expected.items() <= found.items()
    assert "POSTGRESQL_POOL_SIZE" not in found  # the documented name, which nothing reads
    assert set(environment(samples.BASE).secret) == {"OPENAI_API_KEY"}


def test_the_other_clouds_have_nothing_of_aws() -> None:
    for args in (samples.AZURE, samples.GOOGLE):
        assert not [name for name in plain(args) if "AWS" in name or "IAM" in name]


def test_azure_blob_and_vault() -> None:
    env = environment(samples.AZURE)
    assert {"AZURE_ACCOUNT_KEY", "VAULT_TOKEN", "EVENT_BROKER_PASSWORD"} <= env.secret.keys()
    assert variables.TRACKER_STORE_PASSWORD not in env.secret  # it lies in Vault
    assert plain(samples.AZURE)["VAULT_CACERT"] == "/etc/rasa/authorities/secrets-manager.pem"


def test_an_s3_compatible_store_redirects_s3_alone() -> None:
    found = plain(replace(samples.GOOGLE, model_storage=samples.MODEL_STORAGES["s3-compatible"]))
    assert found["AWS_ENDPOINT_URL_S3"] == "https://minio.example:9000"
    assert "AWS_ENDPOINT_URL" not in found


def test_passwords_in_a_rabbitmq_url_are_quoted() -> None:
    args = replace(samples.BASE, event_broker=samples.EVENT_BROKERS["rabbitmq-tls"])
    assert (
        value_of(engine_values(environment(args).secret)["EVENT_BROKER_PASSWORD"])
        == "planted-secret-p%40ss%2Fword"
    )


def test_two_regions_are_refused() -> None:
    elsewhere = replace(samples.BASE, model_storage=S3(bucket=samples.known("m"), region="us-east-1"))
    message = (
        "AWS_DEFAULT_REGION cannot be both 'us-east-1' of the model storage and 'eu-central-1' of the lock"
    )
    with pytest.raises(RunError, match=message):
        environment(elsewhere)


def test_static_keys_beside_an_identity_are_refused() -> None:
    mixed = replace(samples.BASE, model_storage=samples.MODEL_STORAGES["s3-compatible"])
    with pytest.raises(RunError, match="the lock store and the tracker store and the event broker"):
        environment(mixed)


@pytest.mark.parametrize("name", ["JWT_SECRET", "SANIC_WORKERS"])
def test_a_key_that_takes_our_variables_name_is_refused(name: str) -> None:
    with pytest.raises(RunError, match=name):
        environment(replace(samples.BASE, llm_keys={name: samples.secret("x")}))


def test_verification_without_an_authority_is_refused() -> None:
    with pytest.raises(RunError, match=r"rasa:trackerStore\.ca"):
        environment(replace(samples.BASE, tracker_store=replace(samples.RDS, ca=None)))


def test_privacy_halves_the_pools() -> None:
    one = plain(samples.BASE)
    two = plain(replace(samples.BASE, extra_endpoints={"privacy": {"rules": []}}))
    assert int(two["SQL_POOL_SIZE"]) < int(one["SQL_POOL_SIZE"])


@given(st.integers(1, 5000), st.integers(1, 50), st.integers(0, 3), st.integers(1, 8), st.integers(1, 2))
def test_pools_stay_below_the_servers_limit(
    max_connections: int, replicas: int, surge: int, workers: int, stores: int
) -> None:
    processes = (replicas + surge) * workers * stores

    def pool() -> Pool:
        return pool_for(
            max_connections=max_connections, replicas=replicas, surge=surge, workers=workers, stores=stores
        )

    if processes * LEAST > budget(max_connections):
        with pytest.raises(RunError, match=r"rasa:assistant\.replicas"):
            pool()
        return
    found = pool()
    assert 1 <= found.size <= LARGEST_POOL
    assert 0 <= found.overflow <= LARGEST_OVERFLOW
    assert found.size + found.overflow >= LEAST
    assert processes * (found.size + found.overflow) <= budget(max_connections) <= 0.8 * max_connections


SET_AS_THEY_ARE = re.compile(r'Plain\(\s*"(\w+)"')
"""In the source of `rasa/connections`."""
OF_THE_USER_TOO = {"AWS_DEFAULT_REGION", "POSTGRESQL_SCHEMA", "GOOGLE_APPLICATION_CREDENTIALS"}
"""One value for all is the user's business, and a rule on identities has the other (`rules/names.py`)."""


def test_what_the_stack_sets_is_known_to_the_rules() -> None:
    folder = Path(connections.__file__).parent
    found = {name for file in folder.glob("*.py") for name in SET_AS_THEY_ARE.findall(file.read_text())}
    assert found - OF_THE_USER_TOO == variables.OF_STACK


def test_the_schema_of_postgresql() -> None:
    args = replace(samples.BASE, tracker_store=replace(samples.POSTGRES, schema="assistant"))
    assert plain(args)["POSTGRESQL_SCHEMA"] == "assistant"
    assert "POSTGRESQL_SCHEMA" not in plain(samples.BASE)


def test_variables_of_the_user_s_reach_the_pod() -> None:
    args = replace(samples.BASE, variables={"HTTPS_PROXY": "http://proxy.example.com:3128"})
    assert plain(args)["HTTPS_PROXY"] == "http://proxy.example.com:3128"
    assert "HTTPS_PROXY" not in plain(samples.BASE)
