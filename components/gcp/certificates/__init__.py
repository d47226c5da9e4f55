"""The public authorities of Google Trust Services, which sign the certificates of Kafka's brokers.

As a file of this project, so that verification does not depend on what Rasa's image trusts. All of it is
public data, from the PyPI package `certifi` 2026.10.18; to renew it: `curl -fo google_roots.pem
https://pki.goog/roots.pem`. The earliest end is 2036. Cloud SQL and Memorystore have authorities of their own
for each instance, which come as outputs of the instance.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def google_roots() -> str:
    """The PEM bundle for Kafka."""
    return (_HERE / "google_roots.pem").read_text()
