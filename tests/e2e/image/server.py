#!/usr/bin/env python3
"""Stands in for `rasa run` where there is no licence: each message takes what Rasa Pro's own would take.

A message takes a lock from Rasa Pro's own lock store, reads and writes the conversation with its own tracker
store, which publishes the events by its own event broker, and is answered with the name of the model that was
loaded. So a server that is gone is felt as Rasa Pro would feel it. What is absent is Rasa Pro's agent: no
model is run, no language model is called, and nobody asks for a licence.

An error of a store becomes HTTP 500: Rasa Pro wraps its tracker store in one that swallows errors, which
would hide here what the walk counts.

Arguments: as `rasa run`; of these it reads --endpoints, --model, --remote-storage and --port.
Environment: AUTH_TOKEN, for which `/status` and `/version` ask as Rasa Pro does, and what endpoints.yml
names.
"""

# The image has Rasa Pro, this project's environment has not.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import argparse
import hmac
import json
import os
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from rasa.core.brokers.broker import EventBroker
from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.persistor import get_persistor
from rasa.core.tracker_stores.tracker_store import InMemoryTrackerStore, create_tracker_store
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.version import __version__

SUFFIX = ".tar.gz"


@dataclass
class Assistant:
    """What answers messages."""

    model: str
    locks: Any
    conversations: Any
    token: str

    async def answer(self, request: web.Request) -> web.Response:
        """Take a turn of a conversation: `POST /webhooks/rest/webhook`."""
        said = json.loads(await request.text())
        sender, text = str(said.get("sender", "default")), str(said["message"])
        async with self.locks.lock(sender):
            tracker = await self.conversations.get_or_create_tracker(sender)
            tracker.update(UserUttered(text))
            tracker.update(BotUttered(self.model))
            await self.conversations.save(tracker)
        return web.json_response([{"recipient_id": sender, "text": self.model}])

    async def alive(self, _: web.Request) -> web.Response:
        """`GET /`, without a token, as Rasa Pro."""
        return web.Response(text=f"Hello from a stand-in for Rasa: {__version__}")

    async def status(self, request: web.Request) -> web.Response:
        """Which model is loaded."""
        self._authorized(request)
        return web.json_response({"model_file": f"{self.model}{SUFFIX}", "num_active_training_jobs": 0})

    async def version(self, request: web.Request) -> web.Response:
        """Of Rasa Pro's classes."""
        self._authorized(request)
        return web.json_response({"version": __version__})

    def _authorized(self, request: web.Request) -> None:
        given = request.query.get("token", "")
        if self.token and not hmac.compare_digest(given.encode(), self.token.encode()):
            raise web.HTTPUnauthorized


def main() -> None:
    """Load the model, reach the servers, and serve until SIGTERM."""
    options = arguments()
    name = load(options.model, options.remote_storage)
    web.run_app(application(options.endpoints, name), port=options.port, print=None)


def arguments() -> argparse.Namespace:
    """Read what is needed of the arguments of `rasa run`."""
    parser = argparse.ArgumentParser(prog="rasa", allow_abbrev=False)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--endpoints", default="endpoints.yml")
    parser.add_argument("-m", "--model", required=True)
    parser.add_argument("--remote-storage")
    parser.add_argument("-p", "--port", type=int, default=5005)
    return parser.parse_known_args()[0]


def load(model: str, storage: str | None) -> str:
    """Read the model to its end, from the volume or the storage; end without it. Its name."""
    key = model if model.endswith(SUFFIX) else f"{model}{SUFFIX}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = Path(key)
            if storage is not None:
                path = Path(folder) / path.name
                persistor: Any = get_persistor(storage)
                persistor.retrieve(key, str(path))
            with tarfile.open(path, "r:gz") as archive:
                names = archive.getnames()
        except Exception as error:  # noqa: BLE001 (whatever it is, there is no model)
            sys.exit(f"rasa: the model {model} cannot be loaded: {type(error).__name__}: {error}")
        if not {"metadata.json", "./metadata.json"} & set(names):
            sys.exit(f"rasa: the model {model} has no metadata.json")
    return Path(key).name.removesuffix(SUFFIX)


async def application(file: str, model: str) -> web.Application:
    """Build the stores as Rasa Pro does; refuse those in memory, to which it falls back in silence."""
    endpoints = AvailableEndpoints.read_endpoints(Path(file))
    broker = await EventBroker.create(endpoints.event_broker)
    locks: Any = LockStore.create(endpoints.lock_store)
    conversations: Any = create_tracker_store(endpoints.tracker_store, Domain.empty(), broker)
    if isinstance(locks, InMemoryLockStore) or type(conversations) is InMemoryTrackerStore:
        sys.exit(f"rasa: {file} names no lock store or no tracker store that Rasa Pro knows")
    if broker is None:
        sys.exit(f"rasa: {file} names no event broker that Rasa Pro knows")
    assistant = Assistant(model, locks, conversations, os.environ.get("AUTH_TOKEN", ""))
    served = web.Application()
    served.add_routes(
        [
            web.get("/", assistant.alive),
            web.get("/status", assistant.status),
            web.get("/version", assistant.version),
            web.post("/webhooks/rest/webhook", assistant.answer),
        ]
    )
    return served


if __name__ == "__main__":
    main()
