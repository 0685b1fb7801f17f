"""What works off the stored inflow: chats in order per sender, statuses in batches, drafts that nobody came back to.

An event wakes them in the same process; a poll, and state in MongoDB, make them correct.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.intake.domain.chat import FileTrouble, RefusedFile, SentFile
from services.intake.domain.conversation import DRAFT_LIFETIME
from services.intake.handlers import drop_stale_draft, give_up_message, handle_message, handle_statuses, wanted_media
from services.intake.ports import Deps, Lease, StoredPiece, Tx
from shared.errors import AppError, Transient
from shared.ids import new_token
from shared.logs import get
from shared.messaging.units import Units
from shared.metrics import MESSAGES, PARKED
from shared.mongo import DatabaseUnavailable, DriverError, is_unavailable

_AT_A_TIME: Final = 20  # messages of one sender read in one go; a person rarely has more than two waiting
_STATUSES: Final = 100  # statuses in one unit of work: each is one small document and one event
_SWEEP_SECONDS: Final = 3600.0  # stale drafts are days old
_SWEPT: Final = 100  # drafts in one sweep's page
_FIRST_REST_SECONDS: Final = 0.5  # after a first failure; doubled with each
_LONGEST_REST_SECONDS: Final = 60.0  # the citizen waits: six tries take about half a minute
_FILES: Final = frozenset({"image", "document"})

_log = get("jobs")


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """How hard the chats are worked on."""

    at_once: int = 8
    lease_seconds: float = 60.0
    tries: int = 6
    media_tries: int = 6
    poll_seconds: float = 1.0


class Chats:
    """Handles stored messages: one sender at a time in one place, its messages in order, several senders side by side."""

    def __init__(self, deps: Deps, units: Units[Tx], woken: asyncio.Event, limits: ChatLimits) -> None:
        self._deps = deps
        self._units = units
        self._woken = woken
        self._limits = limits
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish the messages in hand."""
        stopping = asyncio.create_task(_wake_on(stop, self._woken), name="chats stop")
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._fill(stop)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._limits.poll_seconds)
        finally:
            stopping.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def work_off_all(self) -> None:
        """Handle everything that is stored now and due, then return; for tests and for one-off runs."""
        never = asyncio.Event()
        while True:
            await self._fill(never)
            if not self._busy:
                return
            await asyncio.gather(*self._busy.values())

    async def _fill(self, stop: asyncio.Event) -> None:
        """Take senders until none is free or every place is taken."""
        now = self._deps.clock()
        self._resting = {sender: until for sender, until in self._resting.items() if until > now}
        try:
            while len(self._busy) < self._limits.at_once and not stop.is_set():
                passed_over = [*self._busy, *self._resting]
                lease = await self._deps.inflow.lease_sender(now, self._limits.lease_seconds, new_token(), passed_over)
                if lease is None:
                    return
                task = asyncio.create_task(self._work(lease, stop), name="chat")
                self._busy[lease.sender] = task
        except Exception as error:
            if not _is_outage(error):
                raise
            _log.warning("inflow.unavailable", reason=type(error).__name__)

    async def _work(self, lease: Lease, stop: asyncio.Event) -> None:
        failures, until = lease.failures, self._deps.clock()
        try:
            failures, until = await self._work_off(lease, stop)
        except Exception as error:  # noqa: BLE001 - one chat must not take the others down; its messages stay stored
            if not _is_outage(error):
                _log.exception("chat.failed")
            until = self._deps.clock() + timedelta(seconds=_FIRST_REST_SECONDS)
        finally:
            if until > self._deps.clock():
                self._resting[lease.sender] = until
            with contextlib.suppress(Exception):  # it runs out by itself
                await self._deps.inflow.release(lease, failures=failures, until=until)
            del self._busy[lease.sender]
            self._woken.set()  # a message may have come between the last look and the release

    async def _work_off(self, lease: Lease, stop: asyncio.Event) -> tuple[int, datetime]:
        """Handle what is there. Gives the failures in a row, and until when to rest."""
        failures, held_since = lease.failures, self._deps.clock()
        while not stop.is_set():
            pieces = await self._deps.inflow.messages_of(lease.sender, _AT_A_TIME)
            for piece in pieces:
                now = self._deps.clock()
                if stop.is_set():
                    return failures, now
                if (now - held_since).total_seconds() > self._limits.lease_seconds / 3:  # rarely: a write costs as much as an answer
                    if not await self._deps.inflow.extend(lease, now, self._limits.lease_seconds):
                        return failures, now
                    held_since = now
                if not await self._one(piece, failures):
                    failures += 1
                    return failures, self._deps.clock() + timedelta(seconds=_rest_seconds(failures))
                failures = 0
            if not pieces:
                break
        return failures, self._deps.clock()

    async def _one(self, piece: StoredPiece, failures: int) -> bool:
        """Handle one message. False: it failed, and is tried again before any later one of that sender."""
        try:
            await self._handle(piece, failures)
        except Exception as error:
            if _is_outage(error):
                raise
            _log.warning("message.failed", reason=_reason(error), failures=failures + 1, exc_info=not isinstance(error, AppError))
            if failures + 1 < self._limits.tries:
                return False
            await self._give_up(piece, _reason(error))
        MESSAGES.labels("whatsapp.message", "done").inc()
        return True

    async def _handle(self, piece: StoredPiece, failures: int) -> None:
        file = await self._file(piece, failures)

        async def handle(tx: Tx) -> tuple[str, ...]:
            return await handle_message(tx, self._deps, piece.key, file)

        dropped = await self._units.run(handle, context=piece.context)
        await _delete(self._deps, dropped)

    async def _file(self, piece: StoredPiece, failures: int) -> SentFile | RefusedFile | None:
        """Fetch the message's file where the dialogue waits for one."""
        if piece.content.get("message", {}).get("type") not in _FILES:
            return None

        async def look(tx: Tx) -> Any:
            return await wanted_media(tx, self._deps, piece)

        media = await self._units.run(look)
        if media is None:
            return None
        try:
            return await self._deps.media.fetch(media, f"wa-{hashlib.sha256(piece.key.encode()).hexdigest()[:32]}")
        except Transient as error:
            if isinstance(error, DatabaseUnavailable) or failures + 1 < self._limits.media_tries:
                raise
            _log.warning("media.given_up", reason=error.code)
            return RefusedFile(FileTrouble.NOT_READABLE)

    async def _give_up(self, piece: StoredPiece, reason: str) -> None:
        _log.error("message.parked", reason=reason)
        PARKED.labels(reason).inc()

        async def give_up(tx: Tx) -> None:
            await give_up_message(tx, self._deps, piece.key, reason)

        try:
            await self._units.run(give_up, context=piece.context)
        except Exception as error:
            if _is_outage(error):
                raise
            await self._deps.inflow.park(piece.key, reason, self._deps.clock())  # without the apology


class Statuses:
    """Tells delivery statuses, many in one unit of work. Their order means nothing: each says how far a message came."""

    def __init__(self, deps: Deps, units: Units[Tx], woken: asyncio.Event, poll_seconds: float) -> None:
        self._deps = deps
        self._units = units
        self._woken = woken
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        stopping = asyncio.create_task(_wake_on(stop, self._woken), name="statuses stop")
        try:
            while not stop.is_set():
                self._woken.clear()
                if not await self._turn():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
        finally:
            stopping.cancel()

    async def work_off_all(self) -> None:
        """Handle everything that is stored now, then return; for tests and for one-off runs."""
        while await self._turn():
            pass

    async def _turn(self) -> bool:
        """Handle one batch; whether there was one."""
        try:
            keys = await self._deps.inflow.new_statuses(_STATUSES)
            if keys and not await self._handled(keys):
                for key in keys:
                    if not await self._handled([key]):
                        await self._deps.inflow.park(key, "status_failed", self._deps.clock())
                        PARKED.labels("status_failed").inc()
        except Exception as error:
            if not _is_outage(error):
                raise
            _log.warning("inflow.unavailable", reason=type(error).__name__)
            return False
        return bool(keys)

    async def _handled(self, keys: Sequence[str]) -> bool:
        async def handle(tx: Tx) -> None:
            await handle_statuses(tx, keys)

        try:
            await self._units.run(handle)
        except Exception as error:
            if _is_outage(error):
                raise
            _log.warning("statuses.failed", reason=_reason(error), statuses=len(keys), exc_info=not isinstance(error, AppError))
            return False
        MESSAGES.labels("whatsapp.status", "done").inc(len(keys))
        return True


class DraftSweeper:
    """Drops what people typed and sent and never came back to: personal data is not kept for nothing (UU 27/2022 article 16)."""

    def __init__(self, deps: Deps, units: Units[Tx], *, every_seconds: float = _SWEEP_SECONDS) -> None:
        self._deps = deps
        self._units = units
        self._every_seconds = every_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep now and then until `stop`."""
        while not stop.is_set():
            try:
                await self.sweep()
            except Exception as error:
                if not _is_outage(error):
                    raise
                _log.warning("drafts.unavailable", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._every_seconds)

    async def sweep(self) -> int:
        """Drop every stale draft with its files; gives how many."""
        swept = 0
        while contacts := await self._deps.inflow.stale_drafts(self._deps.clock() - DRAFT_LIFETIME, _SWEPT):
            for contact_id in contacts:
                await self._drop(contact_id)
            swept += len(contacts)
        if swept:
            _log.info("drafts.dropped", count=swept)
        return swept

    async def _drop(self, contact_id: str) -> None:
        async def drop(tx: Tx) -> tuple[str, ...]:
            return await drop_stale_draft(tx, self._deps, contact_id)

        await _delete(self._deps, await self._units.run(drop))


async def _delete(deps: Deps, file_ids: Sequence[str]) -> None:
    for file_id in file_ids:
        await deps.files.delete(file_id)


async def _wake_on(stop: asyncio.Event, woken: asyncio.Event) -> None:
    await stop.wait()
    woken.set()


def _rest_seconds(failures: int) -> float:
    return float(min(_LONGEST_REST_SECONDS, _FIRST_REST_SECONDS * 2.0 ** min(failures - 1, 10)))


def _is_outage(error: Exception) -> bool:
    """Whether MongoDB is down: nothing is wrong with the message, and it counts as no try."""
    return isinstance(error, DatabaseUnavailable) or (isinstance(error, DriverError) and is_unavailable(error))


def _reason(error: Exception) -> str:
    return error.code if isinstance(error, AppError) else f"defect_{type(error).__name__.lower()}"
