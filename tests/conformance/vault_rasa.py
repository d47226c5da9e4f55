"""What Rasa Pro does with its tracker store while something happens to it; run by Rasa Pro's own Python.

    python vault_rasa.py endpoints.yml FOLDER

It saves one more turn of a conversation after another, with the store that Rasa Pro itself would use, until
FOLDER/stop is there; every tenth over a pool without open connections, as after a burst or a failover.
FOLDER/saved says how many turns there are so far. At the end it reads the conversation back.
"""

# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.core.secrets_manager.factory import load_secret_manager
from rasa.core.tracker_stores.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


async def main(endpoints: str, folder: Path) -> None:
    load_secret_manager(endpoints)
    config = AvailableEndpoints.read_endpoints(Path(endpoints)).tracker_store
    store = TrackerStore.create(config, Domain.empty(), None)
    tracker = DialogueStateTracker(f"rotation-{uuid4()}", [])
    said = 0
    while not (folder / "stop").exists():
        tracker.update(UserUttered(f"turn {said}"))
        said += 1
        if said % 10 == 0:
            store._tracker_store.engine.dispose()
        await store.save(tracker)
        (folder / "saved").write_text(str(said))
        await asyncio.sleep(0.02)
    held = await store.retrieve(tracker.sender_id)
    kept = [event for event in held.events if isinstance(event, UserUttered)] if held else []
    print(f"said {said} kept {len(kept)}")  # noqa: T201 (read by the case)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
