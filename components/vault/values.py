"""The values of the official chart `vault` (0.34.1), and the servers' configuration. Pure.

What the chart's defaults would do (docs/cloud-services.md, Chart of Vault): plain HTTP, no `retry_join`, no
seal, pods that are replaced only when a person deletes them, no limits, an injector with a webhook for the
whole cluster.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

from components.contract.images import VAULT_REPOSITORIES, VAULT_TAGS
from components.contract.terms import Flavor
from components.kubernetes.documents import Block
from components.kubernetes.restricted import POD_SECURITY
from components.vault.args import NAME, PORT, SERVER_ACCOUNT, UNSEAL_KEY, UNSEAL_SECRET, VaultArgs
from components.vault.certificates import AUTHORITY, CERTIFICATE, KEY, Certificates

TLS = "/vault/tls"
UNSEAL = "/vault/unseal"
READY = "/v1/sys/health?standbyok=true&perfstandbyok=true&uninitcode=204"
"""A server without a Vault is ready, or the install would wait for the Job that waits for the install. A
sealed one is not: a rolling update must not go on to the next before this one is open."""
CONTAINER: Block = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
POD: Mapping[Flavor, Block] = {
    # The image's own user, as in the chart's default: giving one field replaces all of them.
    "kubernetes": {**POD_SECURITY, "runAsUser": 100, "runAsGroup": 1000, "fsGroup": 1000},
    # OpenShift assigns users and groups itself.
    "openshift": POD_SECURITY,
}
UNSEALER = f"""\
while true; do
  if [ -s {UNSEAL}/{UNSEAL_KEY} ] && vault status >/dev/null 2>&1; [ $? -eq 2 ]; then
    vault write sys/unseal key=@{UNSEAL}/{UNSEAL_KEY} >/dev/null 2>&1
  fi
  sleep 5
done
"""
"""`vault status` exits with 2 where the server answers and is sealed."""


def values(args: VaultArgs, made: Certificates, digest: Output[str]) -> Block:
    """The chart's values; `digest` is of what a server reads only when it starts."""
    flavor = args.access.cluster.flavor
    return {
        "fullnameOverride": NAME,
        "global": {"tlsDisable": False, "openshift": flavor == "openshift"},
        # Rasa reads Vault itself (docs/rasa-pro.md, Vault): no pod needs injected secrets or a CSI driver.
        "injector": {"enabled": False},
        "csi": {"enabled": False},
        "server": {
            "image": {"repository": VAULT_REPOSITORIES[flavor], "tag": VAULT_TAGS[flavor]},
            "updateStrategyType": "RollingUpdate",
            "logFormat": "json",
            "resources": {
                "requests": {"cpu": "250m", "memory": "256Mi"},
                "limits": {"memory": "1Gi"},
            },
            "readinessProbe": {"enabled": True, "path": READY},
            # The chart waits 5 s before the signal; a leader then still has to step down.
            "terminationGracePeriodSeconds": 60,
            "extraLabels": dict(args.pod_labels),
            "annotations": {
                "rasa.com/restart-on": digest,
                "prometheus.io/scrape": "true",
                "prometheus.io/scheme": "https",
                "prometheus.io/port": str(PORT),
                "prometheus.io/path": "/v1/sys/metrics",
            },
            # Made by `server.py`, with names of the stack's own where the chart's would be the cluster's.
            "serviceAccount": {"create": False, "name": SERVER_ACCOUNT},
            "authDelegator": {"enabled": False},
            "service": {"publishNotReadyAddresses": False},
            "extraEnvironmentVars": {"VAULT_CACERT": f"{TLS}/{AUTHORITY}"},
            "volumes": _volumes(args, made),
            "volumeMounts": [{"name": "tls", "mountPath": TLS, "readOnly": True}],
            "extraContainers": [] if args.seal is not None else [_unsealer(flavor)],
            "statefulSet": {"securityContext": {"pod": POD[flavor], "container": CONTAINER}},
            "topologySpreadConstraints": _spread(args),
            "dataStorage": {"enabled": True, "size": "10Gi"},
            "auditStorage": {"enabled": False},
            # Without protection nothing that costs money stays behind; with it, nothing is lost by mistake.
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain" if args.deletion_protection else "Delete",
                "whenScaled": "Retain",
            },
            "ha": {
                "enabled": True,
                "replicas": args.replicas,
                # What a standby calls a leader by; by address no certificate would fit.
                "apiAddr": f"https://$(HOSTNAME).{NAME}-internal:{PORT}",
                "disruptionBudget": {"enabled": args.replicas > 1},
                "raft": {"enabled": True, "setNodeId": True, "config": configuration(args)},
            },
        },
    }


def configuration(args: VaultArgs) -> Output[str]:
    """The servers' configuration (HCL); the chart adds `disable_mlock`, which Raft asks for."""
    joins = "".join(
        f'  retry_join {{\n    leader_api_addr = "{peer}"\n'
        f'    leader_ca_cert_file = "{TLS}/{AUTHORITY}"\n  }}\n'
        for peer in args.peers
    )
    seal = Output.from_input("") if args.seal is None else args.seal.stanza
    return Output.concat(
        "ui = false\n"
        'listener "tcp" {\n'
        f'  address = "[::]:{PORT}"\n'
        f'  cluster_address = "[::]:{PORT + 1}"\n'
        f'  tls_cert_file = "{TLS}/{CERTIFICATE}"\n'
        f'  tls_key_file = "{TLS}/{KEY}"\n'
        '  tls_min_version = "tls12"\n'
        # Numbers only, to whoever is let in by the network policies.
        "  telemetry {\n    unauthenticated_metrics_access = true\n  }\n"
        "}\n"
        f'storage "raft" {{\n  path = "/vault/data"\n{joins}}}\n',
        seal,
        'service_registration "kubernetes" {}\n'
        'telemetry {\n  prometheus_retention_time = "24h"\n  disable_hostname = true\n}\n',
    )


def _volumes(args: VaultArgs, made: Certificates) -> list[Block]:
    volumes: list[Block] = [{"name": "tls", "secret": {"secretName": made.secret}}]
    if args.seal is None:
        # Not there before the bootstrap has run.
        volumes.append({"name": "unseal", "secret": {"secretName": UNSEAL_SECRET, "optional": True}})
    return volumes


def _unsealer(flavor: Flavor) -> Block:
    """Opens this pod's server whenever it is closed, where no cloud does (docs/vault.md says the risk)."""
    return {
        "name": "unsealer",
        "image": f"{VAULT_REPOSITORIES[flavor]}:{VAULT_TAGS[flavor]}",
        "command": ["/bin/sh", "-c", UNSEALER],
        "env": [
            {"name": "VAULT_ADDR", "value": f"https://127.0.0.1:{PORT}"},
            {"name": "VAULT_CACERT", "value": f"{TLS}/{AUTHORITY}"},
        ],
        "securityContext": CONTAINER,
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "volumeMounts": [
            {"name": "tls", "mountPath": TLS, "readOnly": True},
            {"name": "unseal", "mountPath": UNSEAL, "readOnly": True},
        ],
    }


def _spread(args: VaultArgs) -> list[Block]:
    """Over zones where there are several; never two on one node, which is the chart's own rule."""
    if args.replicas == 1:
        return []
    labels: Block = {"app.kubernetes.io/name": "vault", "component": "server"}
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels},
        }
    ]
