"""Blocks of the stack file with every key that they take; everything.py makes stacks of them."""

from __future__ import annotations

from tests.config.blocks import (
    CA,
    EVENT_BROKERS,
    KUBECONFIG,
    TRACKER_STORES,
    Block,
    existing,
    existing_stack,
)
from tests.config.pems import CERTIFICATE

SECRET = {"secretName": "company", "key": "value"}
SERVER: Block = {
    "replicas": 1,
    "maxReplicas": 2,
    "cpu": "250m",
    "memory": "512Mi",
    "user": 1001,
    "image": "registry.example.com/server:1.0",
    "variables": {"LOG_LEVEL": "INFO"},
    "secrets": {"BACKEND_TOKEN": "planted-backend"},
    "startSeconds": 60,
    "writable": True,
    "path": "/webhook",
    "health": "/health",
}
ASSISTANT: Block = {
    "model": "assistant-1.0.0",
    "sha256": "0" * 64,
    "replicas": 1,
    "maxReplicas": 2,
    "workers": 1,
    "size": "small",
    "cpu": "1500m",
    "cors": ["https://www.example.com"],
    "credentials": {"rest": {}, "slack": {"slack_token": "${SLACK_TOKEN}", "slack_channel": "help"}},
    "extraEndpoints": {"vector_store": {"host": "qdrant.example.com"}, "tracker_store": {"db": "rasa"}},
    "variables": {"NO_PROXY": ".svc"},
    "logLevel": "debug",
    "caBundle": CERTIFICATE,
    "files": {
        "/etc/company/licence.txt": "LICENSE",
        "/etc/company/client.pem": {"content": "planted-secret-file"},
    },
    "api": {
        "token": "planted-api-token-0123456789abcdef",
        "jwt": {"method": "HS512", "secret": "planted-jwt-secret-" + "0123456789abcdef" * 3},
    },
    "image": {
        "repository": "registry.example.com/rasa-pro",
        "tag": "3.21.0-latest",
        "digest": "sha256:" + "0" * 64,
    },
    "chart": {"ref": "rasa", "version": "2.4.0", "repository": "https://helm.example.com"},
}
COMMON: Block = {
    "profile": "dev",
    "deletionProtection": False,
    "tags": {"cost-centre": "42"},
    "namespace": "rasa",
    "topics": {"events": "rasa-events", "analyticsDeadLetter": "rasa-analytics-dlq"},
    "assistant": ASSISTANT,
    "preflight": {"warnOnly": ["nlg"]},
    "license": "planted-licence",
    "llmKeys": {"OPENAI_API_KEY": "planted-llm", "SLACK_TOKEN": "planted-slack"},
    "modelGroups": [
        {
            "id": "gpt",
            "models": [{"provider": "openai", "model": "gpt-5", "api_base": "https://llm.example.com/v1"}],
            "router": {"routing_strategy": "simple-shuffle"},
        }
    ],
    "mcpServers": [
        {
            "name": "orders",
            "url": "https://mcp.example.com/mcp",
            "type": "https",
            "options": {"api_key": "${OPENAI_API_KEY}"},
        }
    ],
    "pods": {
        "labels": {"example.com/team": "bots"},
        "annotations": {"example.com/scrape": "true"},
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [
            {"key": "dedicated", "operator": "Equal", "value": "bots", "effect": "NoSchedule"},
            {"key": "spot", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60},
        ],
        "priorityClassName": "bots",
        "services": {"labels": {"mesh": "in"}, "annotations": {"example.com/mesh": "true"}},
        "serviceAccounts": {"labels": {"mesh": "in"}, "annotations": {"example.com/mesh": "true"}},
    },
    "networkPolicies": {
        "enabled": True,
        "egress": [
            {"cidr": "10.1.2.0/24", "ports": [8443]},
            {"namespace": "voice", "labels": {"app": "media"}, "ports": [3478], "protocols": ["TCP", "UDP"]},
        ],
    },
}
SIZED: Block = {"from": "managed", "size": "small", "profile": "dev"}
SCALED: Block = {"from": "managed", "profile": "dev"}
"""What grows by itself has no size."""
IN_CLUSTER: Block = {"from": "in-cluster", "size": "small", "profile": "dev", "storageClass": "fast"}
NETWORK: Block = {
    "from": "managed",
    "cidr": "10.20.0.0/16",
    "servicesCidr": "172.20.0.0/16",
    "podsCidr": "10.244.0.0/16",
    "avoid": ["192.168.0.0/24"],
}
LOGINS = '{"auths": {"mirror.company.invalid": {"username": "example", "password": "planted-pull"}}}'
ON_AWS: Block = {
    **COMMON,
    "registry": {"mirror": "mirror.company.invalid/rasa", "pullSecret": LOGINS},
    "cloud": "aws",
    "region": "eu-central-1",
    "account": "123456789012",
    "network": {
        **{key: value for key, value in NETWORK.items() if key != "podsCidr"},
        "zones": ["eu-central-1a", "eu-central-1b"],
    },
    "cluster": {
        **SCALED,
        "allowedCidrs": ["203.0.113.7/32"],
        "admins": ["arn:aws:iam::123456789012:role/admin"],
    },
    "modelStorage": SCALED,
    "lockStore": SIZED,
    "trackerStore": {**SIZED, "kind": "postgres", "login": "password"},
    "eventBroker": SIZED,
    "alarms": {"target": "arn:aws:sns:eu-central-1:123456789012:ops"},
    "secretsManager": {"from": "in-cluster", "profile": "dev", "rotation": "0"},
    "nlgServer": {"from": "in-cluster", "port": 5056, **SERVER},
    "actions": {"from": "in-cluster", "protocol": "http", "port": 5055, **SERVER},
    "duckling": {
        "from": "in-cluster",
        "image": "rasa/duckling:0.2.0.2-r4",
        **{key: SERVER[key] for key in ("replicas", "maxReplicas", "cpu", "memory", "user")},
    },
    "analytics": {"from": "in-cluster", "repository": "registry.example.com/services", "tag": "3.8.1-latest"},
    "tracing": existing(endpoint="otel.example.com:4317", tls=True, serviceName="rasa", ca=CA),
    "metrics": {"from": "none"},
    "ingress": {
        "host": "assistant.example.com",
        "alsoHosts": ["bot.example.com"],
        "zone": {"name": "example.com", "id": "Z0123456789ABCDEFGHIJ"},
        "certificate": {"from": "cloud"},
        "affinity": True,
        "paths": ["/status-page"],
        "api": {"allowedCidrs": ["203.0.113.0/24"]},
        "idleSeconds": 3600,
        "internal": False,
        "callers": [{"namespace": "website", "labels": {"app": "site"}}, {"cidr": "10.1.3.0/24"}],
    },
}
ON_AZURE: Block = {
    **COMMON,
    "registry": {
        "id": "/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/shared"
        "/providers/Microsoft.ContainerRegistry/registries/company",
    },
    "cloud": "azure",
    "region": "westeurope",
    "account": "01234567-89ab-cdef-0123-456789abcdef",
    "network": NETWORK,
    "cluster": {**SCALED, "admins": ["user:01234567-89ab-cdef-0123-456789abcdef"]},
    "modelStorage": {**SCALED, "accessUntil": "2030-01-31"},
    "ingress": {
        "host": "assistant.example.com",
        "zone": {
            "name": "example.com",
            "id": "/subscriptions/01234567-89ab-cdef-0123-456789abcdef/resourceGroups/dns"
            "/providers/Microsoft.Network/dnszones/example.com",
        },
        "certificate": {"from": "cert-manager", "email": "ops@example.com"},
    },
}
ON_GOOGLE: Block = {
    **COMMON,
    "registry": {"id": "projects/company-shared/locations/europe/repositories/images"},
    "cloud": "gcp",
    "region": "europe-west3",
    "account": "company-rasa",
    "network": NETWORK,
    "cluster": {**SCALED, "admins": ["group:ops@example.com"]},
    "alarms": {"target": "projects/company-rasa/notificationChannels/42"},
    "ingress": {
        "host": "assistant.example.com",
        "certificate": {"from": "existing", "reference": "company-map"},
        "internal": False,
    },
}
WHERE: Block = {
    "clusterName": "eks",
    "id": "vpc-0123456789abcdef0",
    "subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "clients": "sg-0123456789abcdef0",
}
BESIDE_A_CLUSTER: Block = {
    **existing_stack(),
    "cloud": "aws",
    "region": "eu-central-1",
    "account": "123456789012",
    "lockStore": SIZED,
    "registry": {"existingPullSecret": "company-pull"},
    "cluster": {
        "from": "existing",
        "kubeconfig": KUBECONFIG,
        "name": "company",
        "context": "company",
        "flavor": "kubernetes",
        "operators": ["strimzi"],
        "hasNamespace": True,
        "serviceAccount": {
            "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/rasa"},
            "podLabels": {"team": "bots"},
        },
        "network": WHERE,
    },
}
POSTGRES: Block = {
    **TRACKER_STORES["postgres-admin"],
    "port": 5432,
    "database": "rasa",
    "username": "rasa",
    "tls": "verify-full",
    "maxConnections": 200,
    "kind": "postgres",
}
MONGO: Block = {
    **TRACKER_STORES["mongodb"],
    "database": "rasa",
    "authSource": "admin",
    "tls": True,
    "ca": CA,
    "options": {"replicaSet": "rs0"},
}
RABBIT: Block = {
    **EVENT_BROKERS["rabbitmq"],
    "virtualHost": "team",
    "exchange": "rasa-exchange",
    "tls": True,
    "ca": CA,
}
CUSTOM: Block = {**TRACKER_STORES["custom"], "options": {"host": "db.example.com", "port": 1521}}
BESIDE: Block = {
    "ingress": {
        "host": "assistant.example.com",
        "certificate": {"from": "cert-manager", "issuer": "company", "kind": "Issuer"},
        "className": "haproxy",
        "controllerNamespace": "ingress",
        "annotations": {"haproxy.org/timeout-tunnel": "1h"},
    },
    "nlgServer": existing(url="https://nlg.example/nlg", token="planted-nlg", ca=CA),
    "actions": existing(url="https://actions.example/webhook", token="planted-actions", ca=CA),
    "duckling": existing(url="https://duckling.example"),
    "metrics": existing(endpoint="otel.example.com:4317", tls=True, serviceName="rasa", ca=CA),
}
