"""What the assistant's channels need of the ingress: paths, and whether a browser must return to its pod."""

from __future__ import annotations

from collections.abc import Mapping

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
BUILT_IN = STATEFUL | {
    *("cmdline", "facebook", "slack", "telegram", "mattermost", "twilio", "rasa", "botframework"),
    *("rocketchat", "callback", "rest", "webexteams", "hangouts", "inspector"),
}
"""What Rasa Pro brings along (`core/channels/__init__.py:129`)."""
KEYS: Mapping[str, frozenset[str]] = {
    "audiocodes": frozenset({"token", "keep_alive", "keep_alive_expiration_factor"}),
    "botframework": frozenset({"app_id", "app_password"}),
    "callback": frozenset(
        {"url", "params", "headers", "basic_auth", "token", "token_name", "cafile", "actions_module"}
    ),
    "facebook": frozenset({"verify", "secret", "page-access-token"}),
    "hangouts": frozenset({"project_id"}),
    "mattermost": frozenset({"url", "token", "webhook_url"}),
    "rasa": frozenset({"url"}),
    "rocketchat": frozenset({"user", "password", "server_url"}),
    "slack": frozenset(
        {"slack_token", "slack_channel", "slack_signing_secret", "slack_retry_reason_header", "proxy"}
        | {"slack_retry_number_header", "errors_ignore_retry", "use_threads", "conversation_granularity"}
    ),
    "socketio": frozenset(
        {"user_message_evt", "bot_message_evt", "namespace", "session_persistence", "socketio_path"}
        | {"jwt_key", "jwt_method", "metadata_key", "enable_silence_timeout"}
    ),
    "telegram": frozenset({"access_token", "verify", "webhook_url"}),
    "twilio": frozenset({"account_sid", "auth_token", "twilio_number"}),
    "webexteams": frozenset({"access_token", "room"}),
}
"""Channel → the keys that its `from_credentials` reads (3.21.0 wheel, core/channels/*.py); others are dropped
without a word. Channels that are not here take further ones."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "audiocodes": ("token",),
    "botframework": ("app_id", "app_password"),
    "callback": ("url",),
    "facebook": ("verify", "secret", "page-access-token"),
    "mattermost": ("url", "token"),
    "rasa": ("url",),
    "rocketchat": ("user", "password", "server_url"),
    "slack": ("slack_token",),
    "telegram": ("access_token", "verify", "webhook_url"),
    "twilio": ("account_sid", "auth_token", "twilio_number"),
    "webexteams": ("access_token",),
}
"""Channel → keys without which it stops Rasa at its start, or answers nobody."""
WITHOUT_KEYS = frozenset({"rest", "cmdline"})
"""Channels that read none (`core/channels/channel.py`, `from_credentials`)."""
PACKAGE = "rasa.core.channels."
MODULES = {
    "rasa_chat": "rasa",
    "console": "cmdline",
    "voice_stream.websockets": "websockets_voice",
    "voice_stream.audiocodes": "audiocodes_stream",
    "voice_stream.jambonz": "jambonz_stream",
}
"""Modules below the package that are not called like their channel."""


def built_in(name: str) -> str | None:
    """The channel of Rasa Pro's own that a key of credentials.yml means, by its name or by its class.

    None: a class of the operator's own, of which only the image can tell what it is.
    """
    if not name.startswith(PACKAGE):
        return name if name in BUILT_IN else None
    module = name.removeprefix(PACKAGE).rpartition(".")[0]
    found = MODULES.get(module, module.rpartition(".")[2])
    return found if found in BUILT_IN else None


def own_classes(credentials: Block) -> tuple[str, ...]:
    """Channels of the operator's own, by the dotted paths of their classes."""
    return tuple(name for name in credentials if "." in name and built_in(name) is None)


def public_paths(credentials: Block, endpoints: Block) -> tuple[str, ...]:
    """What everybody may reach; routes of an operator's own class are below `WEBHOOKS`, too."""
    found = [WEBHOOKS]
    for channel, settings in credentials.items():
        if built_in(channel) == "socketio":
            own = settings.get("socketio_path") if isinstance(settings, Mapping) else None
            # Rasa adds and takes away slashes in the same way (`core/channels/socketio.py:71`).
            found.append("/" + own.strip("/") if isinstance(own, str) and own.strip("/") else SOCKETIO_PATH)
    if "a2a_server" in endpoints:
        found += A2A_PATHS
    return tuple(dict.fromkeys(found))


def stateful_channels(credentials: Block, endpoints: Block) -> tuple[str, ...]:
    """The channels that a second pod would not know the conversation of."""
    found = [name for name in credentials if built_in(name) in STATEFUL]
    return (*found, *(("a2a_server",) if "a2a_server" in endpoints else ()))
