"""What the assistant's channels need of the ingress: paths, and whether a browser must return to its pod."""

from __future__ import annotations

from components.kubernetes.documents import Block

WEBHOOKS = "/webhooks"
"""Every channel's own routes are below it (`core/channels/channel.py:332`)."""
SOCKETIO_PATH = "/socket.io"
"""Default of `socketio_path` (`core/channels/socketio.py`)."""
A2A_PATHS = ("/", "/.well-known")
"""Where it answers, and the card by which other agents find it (`core/a2a_server/sanic_app.py:10`)."""
STATEFUL = frozenset(
    {"socketio", "audiocodes_stream", "browser_audio", "genesys", "jambonz_stream", "json_audio"}
    | {"audiocodes", "chirp", "jambonz", "signalwire", "twilio_media_streams", "twilio_voice", "vier_cvg"}
    | {"vonage", "websockets_voice"}
)
"""Channels whose callers must return to the pod that has their connection (docs/rasa-pro.md, Sticky
sessions)."""


def public_paths(credentials: Block, endpoints: Block) -> tuple[str, ...]:
    """What everybody may reach."""
    found = [WEBHOOKS]
    for channel in ("socketio", "rasa.core.channels.socketio.SocketIOInput"):
        if channel in credentials:
            settings = credentials[channel]
            own = settings.get("socketio_path") if isinstance(settings, dict) else None
            found.append(own if isinstance(own, str) else SOCKETIO_PATH)
    if "a2a_server" in endpoints:
        found += A2A_PATHS
    return tuple(dict.fromkeys(found))


def stateful_channels(credentials: Block, endpoints: Block) -> tuple[str, ...]:
    """The channels that a second pod would not know the conversation of."""
    found = [name for name in credentials if name in STATEFUL or "socketio" in name]
    return (*found, *(("a2a_server",) if "a2a_server" in endpoints else ()))
