"""NLG server and action server."""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from preflight.network import check_tls, explained, server_at
from preflight.report import Problem, Warn

NO_ROUTE, NO_METHOD, SERVER_ERROR = 404, 405, 500


def nlg(config: Any) -> str:
    """Ask the NLG server for a response by a name that it need not know."""
    body = {
        "response": "utter_preflight",
        "id": None,
        "arguments": {},
        "tracker": {"sender_id": "rasa-preflight", "slots": {}, "latest_message": {}, "events": []},
        "channel": {"name": "preflight"},
    }
    with explained([server_at(config.url, config.cafile)], {}):
        status = asyncio.run(_status(config, "post", config.url, json=body))
    _refused("NLG server", status)
    if status in {NO_ROUTE, NO_METHOD}:
        raise Problem(
            f"the NLG server has nothing to post to at {config.url} (HTTP {status})",
            "Give the full URL, path included",
        )
    if status >= SERVER_ERROR:
        raise Warn(f"the NLG server answers HTTP {status} to an unknown response", "Look at its log")
    return f"the NLG server answers HTTP {status}"


def action_endpoint(config: Any) -> str:
    """Ask the action server for its health."""
    parts = urlsplit(config.url)
    server = server_at(config.url, config.cafile)
    if parts.scheme == "grpc":
        with explained([server], {}):
            check_tls(server)
        return f"the action server takes connections at {server.name}"
    health = f"{parts.scheme}://{parts.netloc}/health"
    with explained([server], {}):
        status = asyncio.run(_status(config, "get", health))
    _refused("action server", status)
    if status >= NO_ROUTE:
        raise Problem(f"the action server is not healthy (HTTP {status} at {health})", "Look at its log")
    return f"the action server answers HTTP {status} at {health}"


def _refused(what: str, status: int) -> None:
    if status in {401, 403}:
        raise Problem(f"the {what} refuses the token (HTTP {status})", "Give the right one")


async def _status(config: Any, method: str, url: str, **more: Any) -> int:
    """Ask with Rasa Pro's own session, token and certificate authorities."""
    async with config.session() as session:
        request = session.request(
            method, url, params=config.combine_parameters(), ssl=config.create_ssl_context(), **more
        )
        async with request as response:
            return response.status
