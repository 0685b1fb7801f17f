"""What a connection asks of MongoDB, written down: how many round trips something costs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from pymongo import monitoring

from shared.mongo import Mongo


class Commands(monitoring.CommandListener):
    """Every command of one connection, by name and collection, in order."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, str]] = []

    def asked(self, *collections: str) -> list[str]:
        """The collections of these that were asked, once for each question."""
        return [where for name, where in self._seen if name == "find" and where in collections]

    def written(self, collection: str) -> int:
        """How many commands wrote into it."""
        return sum(name in ("insert", "update", "delete", "bulkWrite") and where == collection for name, where in self._seen)

    def forget(self) -> None:
        self._seen.clear()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self._seen.append((event.command_name, str(event.command.get(event.command_name, ""))))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@contextlib.asynccontextmanager
async def watched(mongo_url: str) -> AsyncIterator[tuple[Mongo, Commands]]:
    """A connection of its own whose commands are written down. pymongo registers listeners for ever; this one is taken back."""
    commands = Commands()
    monitoring.register(commands)
    try:
        mongo = Mongo.connect(mongo_url)
    finally:
        monitoring._LISTENERS.command_listeners.remove(commands)
    try:
        yield mongo, commands
    finally:
        await mongo.close()
