from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from pulumi import Output, RunError

from components.contract.connections import RabbitMq
from components.contract.errors import NotSupported
from components.kubernetes.documents import Block, as_yaml, merged
from components.rasa.args import AssistantArgs
from components.rasa.spec import variables
from components.rasa.spec.endpoint_rules import problems_of
from tests.rasa import samples
from tests.rasa.samples import endpoints, environment
from tests.recorder import is_secret, value_of

KINDS = samples.every_kind()


def written(args: AssistantArgs) -> dict[str, Any]:
    return yaml.safe_load(text(args))


def text(args: AssistantArgs) -> str:
    return value_of(as_yaml(endpoints(args, args.extra_endpoints)))


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_key_is_one_that_rasa_reads(args: AssistantArgs) -> None:
    assert problems_of(endpoints(args, {})) == []


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_no_secret_is_in_the_file(args: AssistantArgs) -> None:
    assert "planted" not in text(args)
    assert not is_secret(as_yaml(endpoints(args, {})))


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_variables_are_not_quoted(args: AssistantArgs) -> None:
    for line in text(args).splitlines():
        assert '"$' not in line
        assert "'$" not in line


def test_postgresql_by_a_client_certificate() -> None:
    block = written(replace(samples.BASE, tracker_store=samples.BY_CERTIFICATE))["tracker_store"]
    assert block["query"] == {
        "sslcert": "/etc/rasa/client/tracker-store.crt",
        "sslkey": "/etc/rasa/client/tracker-store.key",
    }
    assert block["username"] == "certified"
    assert "password" not in block


@pytest.mark.parametrize("name", samples.LOCK_STORES)
def test_redis(name: str) -> None:
    document = written(replace(samples.GOOGLE, lock_store=samples.LOCK_STORES[name]))
    lock, timer = document["lock_store"], document["timer_store"]
    assert (lock["type"], timer["type"]) == ("concurrent_redis", "redis")
    for block in (lock, timer):
        assert "host" in block  # `url` would mean localhost
        assert "url" not in block
        assert block["db"] == samples.LOCK_STORES[name].database  # the defaults are 1 and 2
        assert block["key_prefix"].isalnum()
        assert isinstance(block["use_ssl"], bool)
        assert "username" in block or "password" not in block
    assert lock["key_prefix"] != timer["key_prefix"]
    differing = {key for key in lock.keys() | timer.keys() if lock.get(key) != timer.get(key)}
    assert differing == {"type", "key_prefix"}


def test_redis_modes() -> None:
    def lock(name: str) -> dict[str, Any]:
        return written(replace(samples.GOOGLE, lock_store=samples.LOCK_STORES[name]))["lock_store"]

    assert (lock("cluster")["deployment_mode"], lock("cluster")["endpoints"]) == (
        "cluster",
        ["a:6379", "b:6379"],
    )
    assert (lock("sentinel")["deployment_mode"], lock("sentinel")["sentinel_service"]) == ("sentinel", "rasa")
    assert "password" not in lock("elasticache")
    side_car = lock("side-car")
    assert (side_car["host"], side_car["port"], side_car["use_ssl"]) == ("127.0.0.1", 6380, False)
    assert "ssl_ca_certs" not in side_car


def test_what_redis_cannot_do_is_said() -> None:
    behind = replace(samples.LOCK_STORES["side-car"], mode="cluster")
    with pytest.raises(NotSupported, match=r"side-car.*mode standard"):
        endpoints(replace(samples.BASE, lock_store=behind), {})
    sentinel = replace(samples.ELASTICACHE, mode="sentinel")
    with pytest.raises(NotSupported, match="Sentinel"):
        endpoints(replace(samples.BASE, lock_store=sentinel), {})


@pytest.mark.parametrize("name", ["msk-iam", "event-hubs", "scram", "mutual-tls", "plaintext"])
def test_kafka(name: str) -> None:
    block = written(replace(samples.BASE, event_broker=samples.EVENT_BROKERS[name]))["event_broker"]
    assert block["type"] == "concurrent_kafka"  # `kafka` aborts saves
    assert block["url"] == "b1.example:9098,b2.example:9098"  # never a list
    assert block["partition_by_sender"] is True
    assert block["topic"] == "rasa-events"
    assert "${" not in block["client_id"]
    if block["security_protocol"] == "SASL_SSL":
        assert block["ssl_check_hostname"] is True
        assert "sasl_mechanism" in block


def test_kafka_security() -> None:
    def block(name: str) -> dict[str, Any]:
        return written(replace(samples.BASE, event_broker=samples.EVENT_BROKERS[name]))["event_broker"]

    assert block("msk-iam")["sasl_mechanism"] == "OAUTHBEARER"
    assert block("event-hubs")["sasl_username"] == "$ConnectionString"
    assert block("scram")["ssl_cafile"] == "/etc/rasa/authorities/event-broker.pem"
    mutual = block("mutual-tls")
    assert mutual["security_protocol"] == "SSL"
    assert mutual["ssl_keyfile"] == "/etc/rasa/client/event-broker.key"
    assert block("plaintext")["security_protocol"] == "PLAINTEXT"


def test_rabbitmq_gets_its_virtual_host_by_its_url() -> None:
    plain = samples.EVENT_BROKERS["rabbitmq"]
    assert isinstance(plain, RabbitMq)
    broker = replace(plain, virtual_host="team", login=samples.password("p@ss/word"))
    args = replace(samples.BASE, event_broker=broker)
    assert written(args)["event_broker"]["url"] == "amqp://rabbit:5672/team"
    password = environment(args).secret[variables.EVENT_BROKER_PASSWORD]
    assert isinstance(password, Output)
    assert str(value_of(password)).endswith("p%40ss%2Fword")


def test_rabbitmq_speaks_tls_by_its_url() -> None:
    plain = written(replace(samples.BASE, event_broker=samples.EVENT_BROKERS["rabbitmq"]))["event_broker"]
    assert (plain["url"], plain["type"], plain["queues"]) == ("rabbit", "pika", ["rasa"])
    tls = written(replace(samples.BASE, event_broker=samples.EVENT_BROKERS["rabbitmq-tls"]))["event_broker"]
    assert tls["url"] == "amqps://rabbit:5671/team%2Fchat?cafile=/etc/rasa/authorities/event-broker.pem"


def test_postgres() -> None:
    block = written(samples.GOOGLE)["tracker_store"]
    assert block["dialect"] == "postgresql"
    assert block["url"] == "db.example"
    assert not {"login_db", "host"} & block.keys()
    assert block["password"] == "${TRACKER_STORE_PASSWORD}"
    assert "password" not in written(samples.BASE)["tracker_store"]


def test_mongodb_has_tls_in_its_uri() -> None:
    def url(name: str) -> str:
        return written(replace(samples.AZURE, tracker_store=samples.TRACKER_STORES[name]))["tracker_store"][
            "url"
        ]

    assert url("mongodb") == (
        "mongodb://mongo.example:27017/?retryWrites=false&tls=true"
        "&tlsCAFile=/etc/rasa/authorities/tracker-store.pem"
    )
    assert url("mongodb-srv") == "mongodb+srv://mongo.example/?tls=true"


def test_dynamodb_names_its_region() -> None:
    block = written(replace(samples.BASE, tracker_store=samples.TRACKER_STORES["dynamodb"]))["tracker_store"]
    assert block == {"type": "dynamo", "table_name": "conversations", "region": samples.REGION}


def test_a_class_of_the_operators_own_gets_outputs_by_environment() -> None:
    block = written(replace(samples.BASE, tracker_store=samples.TRACKER_STORES["custom"]))["tracker_store"]
    assert block == {
        "type": "our.stores.Store",
        "url": "https://x",
        "port": 443,
        "api-key": "${TRACKER_STORE_API_KEY}",
    }


def test_vault_holds_the_tracker_stores_password_and_no_other() -> None:
    document = written(samples.AZURE)
    assert document["tracker_store"]["password"] == {
        "source": "secrets_manager.vault",
        "secret_key": "db-password",
    }
    assert document["lock_store"]["password"] == "${LOCK_STORE_PASSWORD}"
    assert document["secrets_manager"]["token"] == "${VAULT_TOKEN}"
    assert document["secrets_manager"]["namespace"] == "team"


def test_only_a_model_server_has_a_block() -> None:
    document = written(replace(samples.BASE, model_storage=samples.MODEL_STORAGES["server"]))
    assert document["models"]["token"] == "${MODEL_SERVER_TOKEN}"
    assert all("models" not in written(args) for args in samples.STACKS.values())


def test_extra_endpoints_are_merged_last_and_deep() -> None:
    extra: Block = {"lock_store": {"socket_timeout": 5}, "model_groups": [{"id": "gpt", "models": []}]}
    document = written(replace(samples.BASE, extra_endpoints=extra))
    assert document["lock_store"]["socket_timeout"] == 5
    assert document["lock_store"]["host"] == "redis.example"
    assert document["model_groups"] == [{"id": "gpt", "models": []}]


def test_a_block_of_another_type_replaces_ours() -> None:
    document = merged({"b": {"type": "x", "only": 1}}, {"b": {"type": "y"}})
    assert document == {"b": {"type": "y"}}


def test_another_class_for_the_same_server_keeps_its_address() -> None:
    ours: Block = {"lock_store": {"type": "concurrent_redis", "host": "h"}, "t": {"type": "SQL", "url": "u"}}
    document = merged(ours, {"lock_store": {"type": "redis"}, "t": {"type": "sql", "db": "d"}})
    assert document["lock_store"] == {"type": "redis", "host": "h"}
    assert document["t"] == {"type": "sql", "url": "u", "db": "d"}


def test_lists_are_joined_by_identity() -> None:
    ours: Block = {
        "tracing": {"type": "otlp", "endpoint": "ours:4317"},
        "model_groups": [{"id": "a", "models": [1]}, {"id": "b", "models": [2]}],
        "words": ["x"],
    }
    langfuse, group = {"type": "langfuse", "host": "l"}, {"id": "a", "models": [3]}
    document = merged(ours, {"tracing": [langfuse], "model_groups": [group], "words": ["y"]})
    assert document["tracing"] == [ours["tracing"], langfuse]
    assert document["model_groups"] == [{"id": "b", "models": [2]}, group]
    assert document["words"] == ["y"]


def test_extra_endpoints_that_rasa_ignores_are_refused() -> None:
    with pytest.raises(RunError, match=r"lock_store\.url.*did you mean host"):
        endpoints(samples.BASE, {"lock_store": {"url": "elsewhere"}})


def test_yaml_is_written_as_the_chart_writes_it() -> None:
    document: Block = {
        "number": "5432",
        "boolean": "on",
        "colon": "a: b",
        "variable": "${NAME}",
        "lines": "a\nb\n",
        "output": Output.from_input("x"),
        "empty": {},
        "list": [{"a": 1}],
    }
    # What helm 3.18.4 renders for the same values.
    assert value_of(as_yaml(document)) == (
        "boolean: \"on\"\ncolon: 'a: b'\nempty: {}\nlines: |\n  a\n  b\nlist:\n- a: 1\n"
        'number: "5432"\noutput: x\nvariable: ${NAME}\n'
    )


def test_addresses_of_ipv6_in_the_form_that_each_client_reads() -> None:
    """SQLAlchemy and aio-pika take them out of a URL (`get_db_url`, pika.py); both want brackets there."""
    six, rabbit = samples.known("2001:db8::1"), samples.EVENT_BROKERS["rabbitmq-tls"]
    assert isinstance(rabbit, RabbitMq)
    store, broker = replace(samples.POSTGRES, host=six), replace(rabbit, host=six)
    file = written(replace(samples.AZURE, tracker_store=store, event_broker=broker, secrets_manager=None))
    assert file["tracker_store"]["url"] == "[2001:db8::1]"
    assert file["event_broker"]["url"].startswith("amqps://[2001:db8::1]:5671")
