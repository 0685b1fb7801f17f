"""The end of the files of requests that have ended a while ago: photos of KTP and KK are not kept without need (UU 27/2022 article 43)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from services.intake.domain.file_times import FileTimes
from services.intake.handlers.file_times import GivenUp, give_up
from services.intake.ports import Deps, FilesOverReader, HiddenFiles, Tx
from shared import logs, metrics
from shared.audit import AuditEntry
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.retention import ClockMark

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
        clock_look: Callable[[datetime], Awaitable[ClockMark]],
    ) -> None:
        """`clock_ahead`: how many seconds this machine's clock is ahead of the database's. `clock_look`: remembers what it says."""
        self._deps = deps
        self._units = units
        self.reader = reader
        self._files = files
        self.times = times
        self.clock_ahead = clock_ahead
        self._clock_look = clock_look

    async def sweep(self) -> int:
        """Let go of the files of every request whose time is over; return of how many.

        Nothing is done while the audit log was found broken: what is there may be evidence. Nor while two clocks differ: nobody knows what
        is over, and what went does not come back; nor where the one of the whole host has jumped.
        """
        if await self._is_stopped():
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

    async def _is_stopped(self) -> bool:
        ahead = await self.clock_ahead()
        mark = await self._clock_look(self._deps.clock())
        check = await self._units.audit.last_check()
        reasons = {
            "clock_off": abs(ahead) > _CLOCK_SECONDS,
            "clock_jumped": not mark.is_believed,
            "audit_broken": check is not None and check.broken is not None,
        }
        for reason, stops in reasons.items():
            metrics.RETENTION_STOPPED.labels(reason).set(int(stops))
            if stops:
                row = check.broken if check is not None else None
                _log.error("retention.stopped", reason=reason, seconds=round(ahead), seen_at=mark.seen_at.isoformat(), row=row)
        return any(reasons.values())

    async def _give_up(self, request_ids: tuple[str, ...]) -> int:
        def noted(given_up: GivenUp) -> AuditEntry | None:
            if not given_up.requests:
                return None
            detail = {"requests": str(given_up.requests), "files": str(len(given_up.file_ids))}
            return AuditEntry(ACTOR, "files.given_up", self._deps.clock(), ACTOR_NAME, detail=detail)

        given_up = await self._units.run(lambda tx: give_up(tx, self._deps, request_ids), audit=noted)
        await self._files.hide(given_up.file_ids, KIND)
        return given_up.requests
