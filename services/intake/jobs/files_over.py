"""The end of the files of requests that have ended a while ago: photos of KTP and KK are not kept without need (UU 27/2022 article 43)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from services.intake.domain.file_times import FileTimes
from services.intake.handlers.file_times import GivenUp, give_up
from services.intake.ports import Deps, FilesOverReader, HiddenFiles, Tx
from shared import logs, metrics
from shared.audit import AuditEntry
from shared.messaging.transaction.runner import UnitOfWorkRunner

KIND: Final = "request_files"
"""Kind of `shared.reference.retention` that what is removed is counted under."""
ACTOR, ACTOR_NAME = "retention", "Masa simpan"
"""Who did it, in the audit log: nobody."""
_AT_A_TIME: Final = 50  # requests in one unit of work
_CLOCK_SECONDS: Final = 3600.0  # what is over is days old; a clock that is off by so much may be off by a year

_log = logs.get("retention")


class FilesOver:
    """The sweep of requests whose files' time is over. A unit of work lets go of some.

    Their bytes go an hour later, unless somebody uses them. A process that dies in between leaves files that nobody uses: `UnusedFiles`
    finds them. Two at once do nothing twice.
    """

    def __init__(
        self,
        deps: Deps,
        units: UnitOfWorkRunner[Tx],
        reader: FilesOverReader,
        files: HiddenFiles,
        times: FileTimes,
        clock_ahead: Callable[[], Awaitable[float]],
    ) -> None:
        """`clock_ahead`: how many seconds this machine's clock is ahead of the database's."""
        self._deps = deps
        self._units = units
        self.reader = reader
        self._files = files
        self.times = times
        self.clock_ahead = clock_ahead

    async def sweep(self) -> int:
        """Let go of the files of every request whose time is over; return of how many.

        Nothing is done while the audit log was found broken: what is there may be evidence. Nor while two clocks differ: nobody knows what
        is over, and what went does not come back.
        """
        ahead = await self.clock_ahead()
        if abs(ahead) > _CLOCK_SECONDS:
            _log.error("retention.stopped", reason="clock_off", seconds=round(ahead))
            return 0
        check = await self._units.audit.last_check()
        if check is not None and check.broken is not None:
            _log.error("retention.stopped", reason="audit_broken", row=check.broken)
            return 0
        at, after, done, held = self._deps.clock(), None, 0, 0
        while True:
            page = await self.reader.page(at, self.times, after, _AT_A_TIME)
            held += page.held
            if page.request_ids:
                done += await self._give_up(page.request_ids)
            if page.next is None:
                metrics.RETENTION_HELD.labels(KIND).set(held)
                return done
            after = page.next

    async def _give_up(self, request_ids: tuple[str, ...]) -> int:
        def noted(given_up: GivenUp) -> AuditEntry | None:
            if not given_up.requests:
                return None
            detail = {"requests": str(given_up.requests), "files": str(len(given_up.file_ids))}
            return AuditEntry(ACTOR, "files.given_up", self._deps.clock(), ACTOR_NAME, detail=detail)

        given_up = await self._units.run(lambda tx: give_up(tx, self._deps, request_ids), audit=noted)
        await self._files.hide(given_up.file_ids, KIND)
        return given_up.requests
