"""What is asked inside a pod: a small program for the Python of Rasa Pro's image, like its readiness probe.

It calls the pod's own loopback, so the API needs no ingress, and its token is no process's argument.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

PORT = 5005
"""Of Rasa's API (components/rasa, `PORT`; a test compares)."""
_ASK = """\
import os, sys, urllib.error, urllib.request
url, body = sys.argv[1], sys.argv[2].encode() or None
url = url.replace("TOKEN", os.environ.get("AUTH_TOKEN", ""))
try:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    print(urllib.request.urlopen(request, timeout=60).read().decode())
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code}: {error.read().decode(errors='replace')[:300]}")
except OSError as error:
    sys.exit(str(error))
"""


def status(port: int = PORT) -> Sequence[str]:
    """Which model is loaded; it ends with 409 in its message if none is."""
    return ("python3", "-c", _ASK, f"http://127.0.0.1:{port}/status?token=TOKEN", "")


def message(text: str, sender: str, port: int = PORT) -> Sequence[str]:
    """Say something over the REST channel."""
    body = json.dumps({"sender": sender, "message": text})
    return ("python3", "-c", _ASK, f"http://127.0.0.1:{port}/webhooks/rest/webhook", body)
