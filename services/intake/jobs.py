"""What works off the stored webhook log: chats in order per sender, statuses in batches, drafts that nobody came back to.

An event wakes them in the same process; a poll, and state in MongoDB, make them correct.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.intake.domain.chat import FileTrouble, RefusedFile, SentFile
from services.intake.domain.conversation import DRAFT_LIFETIME
from services.intake.domain.messages import has_file
from services.intake.handlers import (
    drop_stale_draft,
    give_up_message,
    handle_message,
    handle_status,
    prefetch_messages,
    prefetch_statuses,
    wanted_media,
)
from services.intake.ports import Deps, Lease, StoredItem, Tx, file_id_of
from shared.errors import AppError, Transient
from shared.ids import new_token
from shared.leases import renewing
from shared.logs import get
from shared.messaging.transaction.runner import UnitBody, UnitOfWorkRunner
from shared.metrics import MESSAGES, PARKED
from shared.mongo import DatabaseUnavailable, DriverError, is_unavailable
from shared.waiting import no_yield, wait_for

_AT_A_TIME: Final = 20  # messages of one sender read in one go; a person rarely has more than two waiting
_STATUSES: Final = 100  # statuses in one unit of work: each is one small document and one event
_GATHER_SECONDS: Final = 0.01  # a rest for each status of a turn: beyond 100 a second they come in few large units of work
_LONGEST_GATHER_SECONDS: Final = 0.5  # nobody waits for them; a lone one is told at once
_SWEEP_SECONDS: Final = 3600.0  # stale drafts and unused files are days old
_SWEPT: Final = 100  # drafts in one sweep's page
_FIRST_REST_SECONDS: Final = 0.5  # after a first failure; doubled with each
_LONGEST_REST_SECONDS: Final = 60.0  # the citizen waits: six tries take about half a minute

_log = get("jobs")


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """How hard the chats are worked on."""

    at_once: int = 8
    lease_seconds: float = 6.0
    tries: int = 6
    media_tries: int = 6
    poll_seconds: float = 1.0


@dataclass(eq=False, slots=True)
class _Chat:
    """A sender in hand: what is to be handled, the oldest first, and whether it is still ours."""

    lease: Lease
    items: deque[StoredItem]
    held: bool = True


class Chats:
    """Handles stored messages: one sender at a time in one place, its messages in order, several senders side by side.

    Senders that are taken at the same moment go on together, a message of each in one unit of work; one who sent a file goes alone.
    `yield_to_requests` waits, within bounds, while the process has something more urgent to do.
    """

    def __init__(
        self,
        deps: Deps,
        units: UnitOfWorkRunner[Tx],
        woken: asyncio.Event,
        limits: ChatLimits,
        yield_to_requests: Callable[[], Awaitable[None]] = no_yield,
    ) -> None:
        self._deps = deps
        self._units = units
        self._woken = woken
        self._limits = limits
        self._yield_to_requests = yield_to_requests
        self._busy: dict[str, _Chat] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish the messages in hand."""
        stopping = asyncio.create_task(_wake_on(stop, self._woken), name="chats stop")
        async with renewing(self._limits.lease_seconds, self._renew, name="chats"):
            try:
                while not stop.is_set():
                    await self._yield_to_requests()
                    self._woken.clear()
                    await self._fill(stop)
                    await wait_for(self._woken, self._limits.poll_seconds)
            finally:
                stopping.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def work_off_all(self) -> None:
        """Handle everything that is stored now and due, then return; for tests and for one-off runs."""
        never = asyncio.Event()
        while True:
            await self._fill(never)
            if not self._tasks:
                return
            await asyncio.gather(*self._tasks)

    async def _fill(self, stop: asyncio.Event) -> None:
        """Take senders until none is free or every place is taken."""
        now = self._deps.clock()
        longest = now + timedelta(seconds=_LONGEST_REST_SECONDS)  # a later one is of a clock that was wrong
        self._resting = {sender: until for sender, until in self._resting.items() if now < until <= longest}
        try:
            while (free := self._limits.at_once - len(self._busy)) > 0 and not stop.is_set():
                passed_over = [*self._busy, *self._resting]
                leases = await self._deps.webhook_log.lease_senders(now, self._limits.lease_seconds, new_token(), passed_over, free)
                if not leases:
                    return
                chats = [_Chat(lease, deque()) for lease in leases]
                self._busy |= {chat.lease.sender: chat for chat in chats}
                task = asyncio.create_task(self._work(chats, stop), name="chats")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except Exception as error:
            if not _is_outage(error):
                raise
            _log.warning("webhook_log.unavailable", reason=type(error).__name__)

    async def _work(self, chats: Sequence[_Chat], stop: asyncio.Event) -> None:
        """Work on senders that were taken together. Whatever breaks, breaks for them alone: their places are free again after it."""
        try:
            found = await self._deps.webhook_log.messages_of([chat.lease.sender for chat in chats], _AT_A_TIME)
            for chat in chats:
                chat.items.extend(found[chat.lease.sender])
            alone = [chat for chat in chats if any(_has_file(item) for item in chat.items)]
        except Exception as error:  # noqa: BLE001 - told and rested by `_trouble`
            if len(chats) == 1 or _is_outage(error):
                await self._trouble(chats, error)
            else:  # whose it is shows when each is alone
                await asyncio.gather(*(self._work([chat], stop) for chat in chats))
            return
        together = [chat for chat in chats if chat not in alone]
        await asyncio.gather(self._work_off(together, stop), *(self._work_off([chat], stop) for chat in alone))

    async def _work_off(self, chats: Sequence[_Chat], stop: asyncio.Event) -> None:
        """Handle what is there, a message of each at a time; who has no more is given back at once."""
        left = chats
        try:
            while left:
                over = [chat for chat in left if stop.is_set() or not chat.items]
                await self._give_back(over, self._deps.clock())
                lost = [chat for chat in left if chat not in over and not chat.held]
                for chat in lost:
                    self._let_go(chat)
                left = await self._round([chat for chat in left if chat not in over and chat not in lost])
        except Exception as error:  # noqa: BLE001 - told and rested by `_trouble`
            await self._trouble(chats, error)

    async def _renew(self) -> None:
        """Keep the leases of all that is in hand, however long a photo takes: so a lease may be short, and a crash is soon over."""
        chats = list(self._busy.values())
        if not chats:
            return
        try:
            held = await self._deps.webhook_log.renew([chat.lease for chat in chats], self._deps.clock(), self._limits.lease_seconds)
        except DatabaseUnavailable as error:
            _log.warning("webhook_log.unavailable", reason=error.code)
            return
        for chat in chats:
            chat.held = chat.held and chat.lease.sender in held

    async def _round(self, chats: Sequence[_Chat]) -> list[_Chat]:
        """Handle the first message of each; gives who may go on. Who failed rests, and is tried again before any later message."""
        going_on = []
        for chat, error in zip(chats, await self._handle(chats) if chats else [], strict=True):
            failures = chat.lease.failures + 1
            if error is not None:
                _log.warning(
                    "message.failed", reason=_reason(error), failures=failures, exc_info=None if isinstance(error, AppError) else error
                )
                if failures < self._limits.tries:
                    chat.lease = replace(chat.lease, failures=failures)
                    await self._give_back([chat], self._deps.clock() + timedelta(seconds=_rest_seconds(failures)))
                    continue
                await self._give_up(chat.items[0], _reason(error))
            MESSAGES.labels("whatsapp.message", "done").inc()
            chat.items.popleft()
            chat.lease = replace(chat.lease, failures=0)
            going_on.append(chat)
        return going_on

    async def _handle(self, chats: Sequence[_Chat]) -> list[Exception | None]:
        """Handle the first message of each, in one unit of work; what each failed with.

        Raises:
            DatabaseUnavailable: of none is anything known.
        """
        files = await asyncio.gather(*(self._fetched(chat.items[0], chat.lease.failures) for chat in chats))
        ready = [(chat.items[0], file) for chat, file in zip(chats, files, strict=True) if not isinstance(file, Exception)]
        bodies = [self._body(item, file) for item, file in ready]

        async def prefetch(tx: Tx) -> None:
            await prefetch_messages(tx, self._deps, [item for item, _ in ready])

        handled = await self._units.run_many(bodies, prefetch)
        done = iter(handled)
        found = [file if isinstance(file, Exception) else next(done) for file in files]
        await _delete(self._deps, [file_id for one in found if not isinstance(one, Exception) for file_id in one])
        return [one if isinstance(one, Exception) else None for one in found]

    def _body(self, item: StoredItem, file: SentFile | RefusedFile | None) -> UnitBody[Tx, tuple[str, ...]]:
        async def handle(tx: Tx) -> tuple[str, ...]:
            return await handle_message(tx, self._deps, item.key, file)

        return UnitBody(handle, item.context)

    async def _fetched(self, item: StoredItem, failures: int) -> SentFile | RefusedFile | Exception | None:
        """The message's file where the dialogue waits for one, or what went wrong with it."""
        try:
            return await self._file(item, failures)
        except Exception as error:
            if _is_outage(error):
                raise
            return error

    async def _trouble(self, chats: Sequence[_Chat], error: Exception) -> None:
        """Give back those that are still in hand; their messages stay stored, and other chats go on. An outage counts as no try."""
        held = [chat for chat in chats if self._busy.get(chat.lease.sender) is chat]
        if _is_outage(error):
            await self._give_back(held, self._deps.clock() + timedelta(seconds=_FIRST_REST_SECONDS))
            return
        _log.error("chat.failed", exc_info=error)
        for chat in held:
            failures = chat.lease.failures + 1
            if failures >= self._limits.tries and chat.items:
                PARKED.labels(_reason(error)).inc()
                with contextlib.suppress(Exception):  # then it is tried again after the rest
                    await self._deps.webhook_log.park(chat.items[0].key, _reason(error), self._deps.clock())
            chat.lease = replace(chat.lease, failures=failures)
            await self._give_back([chat], self._deps.clock() + timedelta(seconds=_rest_seconds(failures)))

    async def _give_back(self, chats: Sequence[_Chat], until: datetime) -> None:
        """Release their leases; before `until` none of them is taken again."""
        if not chats:
            return
        if until > self._deps.clock():
            self._resting |= {chat.lease.sender: until for chat in chats}
        with contextlib.suppress(Exception):  # they run out by themselves
            await self._deps.webhook_log.release([chat.lease for chat in chats], until)
        for chat in chats:
            self._let_go(chat)

    def _let_go(self, chat: _Chat) -> None:
        del self._busy[chat.lease.sender]
        self._woken.set()  # a message may have come between the last look and the release

    async def _file(self, item: StoredItem, failures: int) -> SentFile | RefusedFile | None:
        """Fetch the message's file where the dialogue waits for one."""
        if not _has_file(item):
            return None

        async def look(tx: Tx) -> Any:
            return await wanted_media(tx, self._deps, item)

        media = await self._units.run(look)
        if media is None:
            return None
        try:
            return await self._deps.media.fetch(media, file_id_of(item.key))
        except Transient as error:
            if isinstance(error, DatabaseUnavailable) or failures + 1 < self._limits.media_tries:
                raise
            _log.warning("media.given_up", reason=error.code)
            return RefusedFile(FileTrouble.NOT_READABLE)

    async def _give_up(self, item: StoredItem, reason: str) -> None:
        _log.error("message.parked", reason=reason)
        PARKED.labels(reason).inc()

        async def give_up(tx: Tx) -> None:
            await give_up_message(tx, self._deps, item.key, reason)

        try:
            await self._units.run(give_up, context=item.context)
        except Exception as error:
            if _is_outage(error):
                raise
            await self._deps.webhook_log.park(item.key, reason, self._deps.clock())  # without the apology


class Statuses:
    """Tells delivery statuses, many in one unit of work. Their order means nothing: each says how far a message came.

    After each unit it lets some gather, the longer the more there were: a unit of work costs nearly the same for one and for fifty.
    """

    def __init__(
        self,
        deps: Deps,
        units: UnitOfWorkRunner[Tx],
        woken: asyncio.Event,
        poll_seconds: float,
        yield_to_requests: Callable[[], Awaitable[None]] = no_yield,
    ) -> None:
        self._deps = deps
        self._units = units
        self._woken = woken
        self._poll_seconds = poll_seconds
        self._yield_to_requests = yield_to_requests

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        stopping = asyncio.create_task(_wake_on(stop, self._woken), name="statuses stop")
        try:
            while not stop.is_set():
                await self._yield_to_requests()
                self._woken.clear()
                handled = await self._turn()
                if not handled:
                    await wait_for(self._woken, self._poll_seconds)
                elif handled < _STATUSES:
                    await wait_for(stop, min(_LONGEST_GATHER_SECONDS, handled * _GATHER_SECONDS))
        finally:
            stopping.cancel()

    async def work_off_all(self) -> None:
        """Handle everything that is stored now, then return; for tests and for one-off runs."""
        while await self._turn():
            pass

    async def _turn(self) -> int:
        """Handle one batch; how many there were."""
        try:
            keys = await self._deps.webhook_log.new_statuses(_STATUSES)
            if keys:
                await self._handle(keys)
        except Exception as error:
            if not _is_outage(error):
                raise
            _log.warning("webhook_log.unavailable", reason=type(error).__name__)
            return 0
        return len(keys)

    async def _handle(self, keys: Sequence[str]) -> None:
        """Each is judged alone: one that breaks is parked, and stops no other."""

        def body(key: str) -> UnitBody[Tx, None]:
            return UnitBody(lambda tx: handle_status(tx, key))

        found = await self._units.run_many([body(key) for key in keys], lambda tx: prefetch_statuses(tx, keys))
        for key, error in zip(keys, found, strict=True):
            if error is None:
                continue
            _log.warning("status.failed", reason=_reason(error), exc_info=None if isinstance(error, AppError) else error)
            await self._deps.webhook_log.park(key, "status_failed", self._deps.clock())
            PARKED.labels("status_failed").inc()
        MESSAGES.labels("whatsapp.status", "done").inc(found.count(None))


class UploadSweeper:
    """Drops now and then what nobody came back to: personal data is not kept for nothing (UU 27/2022 article 16).

    `sweep` gives how much it dropped of `what`.
    """

    def __init__(self, what: str, sweep: Callable[[], Awaitable[int]], *, every_seconds: float = _SWEEP_SECONDS) -> None:
        self._what = what
        self._sweep = sweep
        self._every_seconds = every_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until `stop`."""
        while not stop.is_set():
            try:
                swept = await self._sweep()
            except Exception as error:
                if not _is_outage(error):
                    raise
                _log.warning("sweep.unavailable", what=self._what, reason=type(error).__name__)
            else:
                _log.info("sweep.done", what=self._what, count=swept)
            await wait_for(stop, self._every_seconds)


class Drafts:
    """What people typed and sent in a chat and did not finish."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def sweep(self) -> int:
        """Drop every stale draft with its files; gives how many."""
        swept = 0
        while contacts := await self._deps.webhook_log.stale_drafts(self._deps.clock() - DRAFT_LIFETIME, _SWEPT):
            for contact_id in contacts:
                await self._drop(contact_id)
            swept += len(contacts)
        return swept

    async def _drop(self, contact_id: str) -> None:
        async def drop(tx: Tx) -> tuple[str, ...]:
            return await drop_stale_draft(tx, self._deps, contact_id)

        await _delete(self._deps, await self._units.run(drop))


def _has_file(item: StoredItem) -> bool:
    return has_file(item.content)


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
