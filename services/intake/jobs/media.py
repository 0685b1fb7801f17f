"""The file of a message: fetched before the message is handled, outside any unit of work."""

from __future__ import annotations

from services.intake.domain.files import FileTrouble, RefusedFile, SentFile
from services.intake.domain.messages import Inbound, MediaRef
from services.intake.handlers import wanted_media
from services.intake.jobs.leases import Received
from services.intake.ports import Deps, Tx, file_id_of
from shared.errors import Transient
from shared.logs import get
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo import DatabaseUnavailable

_log = get("jobs")


class MediaFetcher:
    """The fetcher of files the dialogue waits for; after `tries` failures the citizen is asked to send the file again."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], tries: int) -> None:
        self._deps = deps
        self._units = units
        self._tries = tries

    async def fetch(self, received: Received, failures: int) -> SentFile | RefusedFile | None:
        """Return what became of the message's file; None where it has none, or it is not wanted.

        Raises:
            Transient: it may work later.
        """
        inbound = received.inbound
        if not isinstance(inbound, Inbound) or not received.has_file:
            return None

        async def look(tx: Tx) -> MediaRef | None:
            return await wanted_media(tx, self._deps, inbound)

        media = await self._units.run(look)
        if media is None:
            return None
        try:
            return await self._deps.media.fetch(media, file_id_of(received.item.key))
        except Transient as error:
            if isinstance(error, DatabaseUnavailable) or failures + 1 < self._tries:
                raise
            _log.warning("media.given_up", reason=error.code)
            return RefusedFile(FileTrouble.NOT_READABLE)
