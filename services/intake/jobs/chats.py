"""The job that handles stored messages: each sender in one process at a time, its messages in order, several senders at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.intake.domain.files import RefusedFile, SentFile
from services.intake.domain.messages import Inbound, read_message
from services.intake.handlers import give_up_message, handle_message, prefetch_messages
from services.intake.jobs.failures import reason_of, trace_of
from services.intake.jobs.leases import RETRY, Chat, LeaseKeeper, Received
from services.intake.jobs.media import MediaFetcher
from services.intake.ports import Deps, StoredItem, Tx
from shared import tracing
from shared.ids import trace_id_of
from shared.leases import renewing
from shared.logs import get
from shared.messaging.transaction.runner import UnitBody, UnitOfWorkRunner
from shared.metrics import MESSAGES, PARKED
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller
from shared.waiting import no_yield

_AT_A_TIME: Final = 20  # messages of one sender read in one go; a person rarely has more than two waiting

_log = get("jobs")


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """The limits of the chat worker: senders at once, times in seconds, and tries."""

    at_once: int = 8
    lease_seconds: float = 6.0
    tries: int = 6
    media_tries: int = 6
    poll_seconds: float = 1.0


class _Try:
    """One try to handle a stored message: its span, and the context of what it causes."""

    def __init__(self, item: StoredItem) -> None:
        self.context = item.context
        own = self.context.traceparent
        self.span = tracing.span("handle whatsapp.message", item.traceparent, own=own, kind=tracing.SpanKind.CONSUMER)

    def end(self, outcome: object) -> None:
        """Say what became of it."""
        if isinstance(outcome, Exception):
            self.span.fail(reason_of(outcome))
        self.span.end()


class ChatWorker:
    """The worker on chats. Senders taken together share units of work, one message of each; a sender with a file is handled alone.

    `yield_to_requests` waits, for a limited time, while the process answers HTTP requests.
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
        self._leases = LeaseKeeper(
            deps.webhook_log, deps.clock, at_once=limits.at_once, lease_seconds=limits.lease_seconds, released=woken.set
        )
        self._media = MediaFetcher(deps, units, limits.media_tries)
        self._poller = Poller("chats", self._turn, poll_seconds=limits.poll_seconds, woken=woken)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then finish the messages in hand."""
        self._stop = stop
        async with renewing(self._limits.lease_seconds, self._leases.renew, name="chats"):
            try:
                await self._poller.run(stop)
            finally:
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def work_off_all(self) -> None:
        """Handle everything that is stored and due now, then return; for tests and one-off runs."""
        while True:
            await self._start()
            if not self._tasks:
                return
            await asyncio.gather(*self._tasks)

    async def _turn(self) -> None:
        await self._yield_to_requests()
        self._woken.clear()  # this turn sees whatever woke us up to now
        await self._start()

    async def _start(self) -> None:
        """Take senders until none is free or the limit is reached."""
        while not self._stop.is_set() and (chats := await self._leases.take()):
            task = asyncio.create_task(self._work(chats), name="chats")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, chats: Sequence[Chat]) -> None:
        """Work on senders that were taken together. A failure affects them alone, and they are released after it."""
        try:
            found = await self._deps.webhook_log.messages_of([chat.lease.sender for chat in chats], _AT_A_TIME)
        except Exception as error:  # noqa: BLE001 - told and rested by `_trouble`
            if len(chats) == 1 or isinstance(error, DatabaseUnavailable):
                await self._trouble(chats, error)
            else:  # handled alone, each shows whether it is the one that fails
                await asyncio.gather(*(self._work([chat]) for chat in chats))
            return
        for chat in chats:
            chat.waiting.extend(self._read(item) for item in found[chat.lease.sender])
        alone = [chat for chat in chats if any(received.has_file for received in chat.waiting)]
        together = [chat for chat in chats if chat not in alone]
        await asyncio.gather(self._work_off(together), *(self._work_off([chat]) for chat in alone))

    def _read(self, item: StoredItem) -> Received:
        try:
            return Received(item, read_message(item.content, self._deps.vocabulary))
        except Exception as error:  # noqa: BLE001 - it fails at its turn, as one that can't be handled
            return Received(item, error)

    async def _work_off(self, chats: Sequence[Chat]) -> None:
        """Handle the waiting messages, one of each sender at a time; release a sender who has no more."""
        left = list(chats)
        try:
            while left:
                over = [chat for chat in left if self._stop.is_set() or not chat.waiting]
                await self._leases.release(over)
                lost = [chat for chat in left if chat not in over and not chat.held]
                self._leases.drop(lost)
                left = await self._round([chat for chat in left if chat not in over and chat not in lost])
        except Exception as error:  # noqa: BLE001 - told and rested by `_trouble`
            await self._trouble(chats, error)

    async def _round(self, chats: Sequence[Chat]) -> list[Chat]:
        """Handle the first message of each; return the chats that go on. One that failed backs off; its message is tried again first."""
        going_on = []
        for chat, error in zip(chats, await self._handle(chats) if chats else [], strict=True):
            failures = chat.lease.failures + 1
            if error is not None:
                trace_id = trace_id_of(chat.waiting[0].item.traceparent)
                _log.warning("message.failed", reason=reason_of(error), failures=failures, trace_id=trace_id, exc_info=trace_of(error))
                if failures < self._limits.tries:
                    await self._back_off(chat)
                    continue
                await self._give_up(chat.waiting[0], reason_of(error))
            MESSAGES.labels("whatsapp.message", "done").inc()
            chat.waiting.popleft()
            chat.lease = replace(chat.lease, failures=0)
            going_on.append(chat)
        return going_on

    async def _handle(self, chats: Sequence[Chat]) -> list[Exception | None]:
        """Handle the first message of each in one unit of work; return each one's error or None.

        Raises:
            DatabaseUnavailable: no message's outcome is known.
        """
        tries = [_Try(chat.waiting[0].item) for chat in chats]
        bodies = await asyncio.gather(*(self._body(chat, each) for chat, each in zip(chats, tries, strict=True)))
        ready = [(body, chat.waiting[0]) for body, chat in zip(bodies, chats, strict=True) if isinstance(body, UnitBody)]
        inbounds = [received.inbound for _, received in ready if isinstance(received.inbound, Inbound)]
        keys = [received.item.key for _, received in ready]
        handled: list[tuple[str, ...] | Exception] = await self._units.run_many(
            [body for body, _ in ready], lambda tx: prefetch_messages(tx, keys, inbounds)
        )
        done = iter(handled)
        found = [next(done) if isinstance(body, UnitBody) else body for body in bodies]
        for each, outcome in zip(tries, found, strict=True):
            each.end(outcome)
        for file_id in (file_id for one in found if not isinstance(one, Exception) for file_id in one):
            await self._deps.files.delete(file_id)
        return [one if isinstance(one, Exception) else None for one in found]

    async def _body(self, chat: Chat, attempt: _Try) -> UnitBody[Tx, tuple[str, ...]] | Exception:
        """Fetch the file of the first message; return the unit's body that handles it, or the error.

        Raises:
            DatabaseUnavailable: the message is not at fault.
        """
        received = chat.waiting[0]
        inbound = received.inbound
        if isinstance(inbound, Exception):
            return inbound
        try:
            with tracing.within(attempt.span):
                file: SentFile | RefusedFile | None = await self._media.fetch(received, chat.lease.failures)
        except Exception as error:
            if isinstance(error, DatabaseUnavailable):
                raise
            return error
        return UnitBody(lambda tx: handle_message(tx, self._deps, received.item.key, inbound, file), attempt.context)

    async def _give_up(self, received: Received, reason: str) -> None:
        """Park a message with an apology to its sender; without one if that fails too."""
        _log.error("message.parked", reason=reason, trace_id=trace_id_of(received.item.traceparent))
        PARKED.labels(reason).inc()
        item, inbound = received.item, received.inbound
        if isinstance(inbound, Inbound):
            try:
                await self._units.run(lambda tx: give_up_message(tx, self._deps, item.key, inbound, reason), context=item.context)
            except Exception as error:
                if isinstance(error, DatabaseUnavailable):
                    raise
            else:
                return
        await self._deps.webhook_log.park(item.key, reason, self._deps.clock())

    async def _trouble(self, chats: Sequence[Chat], error: Exception) -> None:
        """Release the chats still in hand; their messages stay stored, and other chats go on. An outage is not counted as a try."""
        held = self._leases.still_in_hand(chats)
        if isinstance(error, DatabaseUnavailable):
            await self._leases.release(held, RETRY.first_seconds)
            return
        _log.error("chat.failed", exc_info=error)
        for chat in held:
            if chat.lease.failures + 1 >= self._limits.tries and chat.waiting:
                PARKED.labels(reason_of(error)).inc()
                with contextlib.suppress(Exception):  # if parking fails, the message is tried again after the rest
                    await self._deps.webhook_log.park(chat.waiting[0].item.key, reason_of(error), self._deps.clock())
            await self._back_off(chat)

    async def _back_off(self, chat: Chat) -> None:
        failures = chat.lease.failures + 1
        chat.lease = replace(chat.lease, failures=failures)
        await self._leases.release([chat], RETRY.seconds(failures))
