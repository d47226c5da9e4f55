"""The authorities that a pod trusts (`rasa:assistant.caBundle`): where the file lies, who is told of it.

No variable is read by all clients. Each of these replaces what its client trusts otherwise, but for Node's,
which adds to it:

* `SSL_CERT_FILE`: OpenSSL (SSL_CTX_set_default_verify_paths(3)), and with it Python's `ssl`, aiohttp,
  redis-py, pymongo and aio-pika; httpx (HTTPX documentation, "Environment variables"); Go (crypto/x509,
  root_unix.go);
* `REQUESTS_CA_BUNDLE`: Requests (its documentation, "SSL Cert Verification"), and with it hvac, google-auth
  and azure-core; botocore, where there is no AWS_CA_BUNDLE (botocore/endpoint.py, `_get_verify_value`);
* `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`: gRPC (its documentation, "Environment variables");
* `RASA_CA_BUNDLE`: Rasa Pro's language models (docs/rasa-pro.md, Authorities);
* `AWS_CA_BUNDLE`: AWS' other SDKs (AWS SDKs and Tools Reference Guide, "General configuration");
* `CURL_CA_BUNDLE`: curl (curl(1), "ENVIRONMENT");
* `NODE_EXTRA_CA_CERTS`: Node.js (its documentation, "Command-line API").

librdkafka and libpq read none (docs/rasa-pro.md, Authorities); Java has no such variable.
"""

from __future__ import annotations

from components.contract.cluster import ObjectKey
from components.kubernetes.documents import Block

FOLDER, FILE = "/etc/rasa/trust", "bundle.pem"
PATH = f"{FOLDER}/{FILE}"
VOLUME = "trust"
MOUNT: Block = {"name": VOLUME, "mountPath": FOLDER, "readOnly": True}
OF_PYTHON = ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
OF_RASA = (*OF_PYTHON, "RASA_CA_BUNDLE")
OF_ANY = (*OF_PYTHON, "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Of an image whose language nobody knows here."""


def volume(trust: ObjectKey) -> Block:
    """The volume that `MOUNT` mounts."""
    source: Block = {trust.kind: {"name": trust.name, "items": [{"key": trust.key, "path": FILE}]}}
    return {"name": VOLUME, "projected": {"sources": [source]}}
