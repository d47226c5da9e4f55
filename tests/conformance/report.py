"""What a run has shown, as a table; and which cases there have to be.

`cases.txt` names every case that ran on a machine with everything; a run that lacks one fails.
`python -m tests.conformance.report` writes it, and the README's table, from the last run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
CASES = HERE / "cases.txt"
RESULTS = HERE / ".results.json"
README = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- table: tests/conformance -->", "<!-- end of conformance -->"
VAULT = "vault_rasa.py::test_rasa_reads_its_password_over_tls_with_its_token"
SERVERS: Mapping[str, tuple[str, str]] = {
    "tracker-postgres": ("PostgreSQL, password", "PostgreSQL 15, TLS verify-full, SCRAM"),
    "tracker-postgres-certificate": (
        "PostgreSQL, client certificate",
        "PostgreSQL 15, TLS verify-full, pg_hba `cert`",
    ),
    "tracker-rds-iam": (
        "PostgreSQL, AWS identity",
        "PostgreSQL 15, TLS verify-full; token minted, not verified",
    ),
    "tracker-dynamodb": ("DynamoDB", "moto"),
    "tracker-mongodb": ("MongoDB", "FerretDB 1.24, TLS, SCRAM"),
    "tracker-mongodb-srv": ("MongoDB, SRV", "–"),
    "tracker-custom": ("a class of the operator's", "the class"),
    "lock-password": ("Redis, password", "Redis 7.0, TLS, ACL"),
    "lock-elasticache": ("Redis, AWS identity", "Redis 7.0, TLS, ACL; token minted and sent, not verified"),
    "lock-open": ("Redis, open", "Redis 7.0"),
    "lock-cluster": ("Redis, cluster mode", "Redis 7.0, cluster mode, TLS"),
    "lock-sentinel": ("Redis, Sentinel", "Redis 7.0 with Sentinel, TLS to the primary"),
    "lock-side-car": ("Redis through a TLS side-car", "HAProxy with the pod's own file, Redis 7.0, TLS"),
    "broker-msk-iam": ("Kafka, AWS identity", "Apache Kafka 4.1, OAUTHBEARER; token checked, signature not"),
    "broker-event-hubs": ("Kafka, PLAIN over TLS", "Apache Kafka 4.1, SASL_SSL, ACL"),
    "broker-scram": ("Kafka, SCRAM over TLS", "Apache Kafka 4.1, SASL_SSL, ACL"),
    "broker-mutual-tls": ("Kafka, client certificate", "Apache Kafka 4.1, SSL, ACL"),
    "broker-plaintext": ("Kafka, open", "Apache Kafka 4.1"),
    "broker-rabbitmq": ("RabbitMQ", "RabbitMQ 3.10"),
    "broker-rabbitmq-tls": ("RabbitMQ, TLS", "RabbitMQ 3.10, TLS"),
    "models-s3": ("S3", "moto"),
    "models-s3-compatible": ("S3-compatible, own keys", "moto"),
    "models-gcs": ("Cloud Storage", "fake-gcs-server"),
    "models-azure": ("Blob, SAS", "Azurite, under its real name over TLS"),
    "models-server": ("model server", "HTTPS server of the test"),
    "models-volume": ("volume", "a folder"),
    "vault": (
        "Vault",
        "the test's own copy of its HTTP API; Vault itself: below",
    ),
    "nlg": ("NLG server", "HTTPS server of the test"),
    "actions": ("action server", "HTTPS server of the test"),
    "actions-grpc": ("action server, gRPC", "TLS server of the test; no gRPC is spoken"),
    "stack-": ("stack", "all of the above that it has"),
}
"""Case → kind of connection, server. What is not verified is what only the cloud could verify."""


def table(results: Mapping[str, str]) -> str:
    """Kind of connection × real server × verdict."""
    rows = ["| Connection | Real server | Verdict |", "|---|---|---|"]
    for case, (kind, server) in SERVERS.items():
        for shown, verdict in _verdicts(case, results):
            rows.append(f"| {kind}{shown} | {server} | {verdict} |")
    verdict = results.get(VAULT, "not run")
    rows.append(f"| Vault | HashiCorp Vault 1.21, Raft, TLS | {'works' if verdict == 'ran' else verdict} |")
    return "\n".join(rows)


def lost(results: Mapping[str, str], *, strict: bool) -> list[str]:
    """Cases of an earlier run that this one has not; where strict (CI), also those that were not run."""
    known = CASES.read_text().splitlines() if CASES.exists() else []
    return [
        f"LOST: {case} is in cases.txt and {results.get(case, 'is no more')}"
        for case in known
        if case not in results or (strict and results[case].startswith("not run"))
    ]


def _verdicts(case: str, results: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for node, verdict in results.items():
        name = node.partition("[")[2].removesuffix("]")
        if "test_kind" in node and (name == case or (case.endswith("-") and name.startswith(case))):
            shown = f" `{name.removeprefix(case)}`" if case.endswith("-") else ""
            yield shown, {"ran": "works"}.get(verdict, verdict)


def main() -> None:
    results: dict[str, str] = json.loads(RESULTS.read_text())
    failed = [case for case, verdict in results.items() if verdict == "failed"]
    if failed:
        sys.exit(f"the last run failed: {failed}")
    CASES.write_text("".join(f"{case}\n" for case, verdict in sorted(results.items()) if verdict == "ran"))
    before, rest = README.read_text().split(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
