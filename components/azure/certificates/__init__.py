"""The certificate authorities that sign the certificates of Azure's services, as a file of this project.

Rasa mounts it, so that verification does not depend on what its image trusts (psycopg2-binary and librdkafka
look in places that an image may not have). Azure signs PostgreSQL, Redis, Event Hubs and DocumentDB with the
same few authorities, and announces a new one a year ahead (Azure security documentation, "Azure Certificate
Authority details"; "TLS in Azure Database for PostgreSQL" asks for DigiCert Global Root G2 and Microsoft RSA
Root Certificate Authority 2017; the others are the roots that Azure names beside them). Roots alone: Azure
changes intermediate authorities without notice.

All of it is public data, from the PyPI package `certifi` 2026.10.18. To renew: take the same names from a
newer one. The earliest end is 2038 (DigiCert Global Root G2).
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def azure_roots() -> str:
    """The PEM bundle for every data store."""
    return (_HERE / "azure_roots.pem").read_text()
