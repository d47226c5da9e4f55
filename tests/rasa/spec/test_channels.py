"""What a channel is, by its name or by its class."""

from __future__ import annotations

import pytest

from components.kubernetes.documents import Block
from components.rasa.spec.channels import built_in, own_classes, public_paths, stateful_channels

VOICE = "rasa.core.channels.voice_stream"


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("rest", "rest"),
        ("rasa.core.channels.socketio.SocketIOInput", "socketio"),
        ("rasa.core.channels.rasa_chat.RasaChatInput", "rasa"),
        (f"{VOICE}.audiocodes.AudiocodesVoiceInputChannel", "audiocodes_stream"),
        ("rasa.core.channels.voice_ready.audiocodes.AudiocodesInput", "audiocodes"),
        (f"{VOICE}.websockets.WebsocketsInputChannel", "websockets_voice"),
        ("our.channels.SocketIO", None),
        ("restt", None),
    ],
)
def test_names_and_classes(name: str, channel: str | None) -> None:
    assert built_in(name) == channel


@pytest.mark.parametrize("path", ["bot/socket.io", "/bot/socket.io", "/bot/socket.io/", "bot/socket.io/"])
@pytest.mark.parametrize("channel", ["socketio", "rasa.core.channels.socketio.SocketIOInput"])
def test_paths_with_and_without_slashes(path: str, channel: str) -> None:
    assert public_paths({channel: {"socketio_path": path}}, {}) == ("/webhooks", "/bot/socket.io")
    assert public_paths({channel: None}, {}) == ("/webhooks", "/socket.io")


def test_who_must_return_to_a_pod() -> None:
    classes: Block = {f"{VOICE}.genesys.GenesysInputChannel": {}, "our.channels.Widget": None, "rest": None}
    assert stateful_channels(classes, {}) == (f"{VOICE}.genesys.GenesysInputChannel",)
    assert own_classes(classes) == ("our.channels.Widget",)
