"""Runs units of work: one body for the API and jobs, up to fifty messages for the consumer. Made once per process, in wiring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

from shared.audit import INDEXES as AUDIT_INDEXES
from shared.audit import AuditEntry, AuditLog
from shared.clock import Clock, monotonic_seconds
from shared.errors import AppError, BadInput, Conflict, Transient
from shared.logs import get
from shared.messaging.delivery import AnyEventRoute, Context, Delivery, EventRoute, Meta, Outcome, routing
from shared.messaging.transaction.batch_runner import BatchRunner
from shared.messaging.transaction.inbox import INDEXES as INBOX_INDEXES
from shared.messaging.transaction.inbox import AlreadySeen, InboxRow
from shared.messaging.transaction.outbox import INDEXES as OUTBOX_INDEXES
from shared.messaging.transaction.outbox import RelayHandoff
from shared.messaging.transaction.parked import INDEXES as PARKED_INDEXES
from shared.messaging.transaction.unit_of_work import TOGETHER_TRIES, TRIES, Committer, UnitOfWork, pause
from shared.mongo import ChangeTracker, DatabaseUnavailable, LostRace, Mongo, reachable
from shared.turns import Turns

T = TypeVar("T")
R = TypeVar("R")

INDEXES: Final = {**INBOX_INDEXES, **OUTBOX_INDEXES, **PARKED_INDEXES, **AUDIT_INDEXES}
"""What every service's database needs besides its own collections."""


__all__ = ["INDEXES", "Context", "Delivery", "EventRoute", "Meta", "Outcome", "UnitBody", "UnitOfWork", "UnitOfWorkRunner", "routing"]

log = get("messaging")


@dataclass(frozen=True, slots=True)
class UnitBody(Generic[T, R]):
    """A body for a unit of work, and what caused it."""

    body: Callable[[T], Awaitable[R]]
    context: Context | None = None


class UnitOfWorkRunner(Generic[T]):
    """The one way to change anything. `make_tx` builds the service's `Tx` over a fresh `UnitOfWork`."""

    def __init__(
        self,
        *,
        mongo: Mongo,
        database: str,
        service: str,
        make_tx: Callable[[UnitOfWork], T],
        clock: Clock,
        handoff: RelayHandoff | None = None,
        writer: str = "",
        kept_days: Mapping[str, float] | None = None,
    ) -> None:
        """`handoff` is the relay of this process, which carries what is committed here.

        `writer` is the name of this process in the outbox: the one that its relay's `Outbox` was given. `kept_days`: as `Mongo.prepare`
        takes them; None: a command, which leaves the times as they are.
        """
        self._mongo = mongo
        self._database = database
        self._service = service
        self._make_tx = make_tx
        self._kept_days = kept_days
        self._clock = clock
        self.audit = AuditLog(mongo, database, service)
        """The audit log of the service, to be read: it is written by `run` and `note`."""
        self._turns = Turns()
        self._committer = Committer(mongo, database, self.audit, handoff, writer)
        self._batches = BatchRunner(self._begin, make_tx, self._committer, mongo=mongo, database=database, consumer=service, clock=clock)

    async def prepare(self) -> None:
        """Create inbox, outbox, parked and the audit log with their indexes."""
        await self._mongo.prepare(self._database, INDEXES, days=self._kept_days)

    async def run(
        self,
        body: Callable[[T], Awaitable[R]],
        *,
        context: Context | None = None,
        key: str | None = None,
        fingerprint: str | None = None,
        audit: Callable[[R], AuditEntry | None] | None = None,
    ) -> R:
        """Run `body` in a unit of its own and commit; again with fresh reads when it lost a race, up to five times.

        Who lost one tries again in turn with the others of this process who lost it, so that many who want one row at once all get there.

        With `key` (an Idempotency-Key, a webhook's id; unique in this service, so give it a prefix) the unit happens once: what `body`
        returned (None, text, numbers, lists and dicts of them) is kept in its inbox row, and a repeat gets that without running `body`.

        `audit` makes a row of the audit log of what `body` returned. It is committed with what `body` did, or neither is: nobody sees what
        `run` returns without it.

        Raises:
            BadInput: `idempotency_key_reused`: same key, another `fingerprint`.
            Transient: `contended`, or `DatabaseUnavailable`; with a key the caller may simply repeat.
            AppError: what `body` raised; nothing was written.
        """
        async with AsyncExitStack() as turn:
            in_turn = False
            for attempt in range(TRIES):
                try:
                    with reachable():
                        return await self._once(body, context, key, fingerprint, audit)
                except LostRace as lost:
                    if not in_turn:  # of one race alone: who waited for a second one could wait for ever
                        await turn.enter_async_context(self._turns.of(lost.code))
                        in_turn = True
                    await pause(attempt)
                except AlreadySeen:
                    await pause(attempt)
        raise Transient("contended", after_seconds=1.0)

    async def run_many(
        self, bodies: Sequence[UnitBody[T, R]], prefetch: Callable[[T], Awaitable[None]] | None = None
    ) -> list[R | Exception]:
        """Run several bodies in one unit of work; return what each returned, or the error it raised, in order.

        Each is judged alone: of one that raised nothing is written. A lost race is repeated with fresh reads; when they can't be committed
        together all the same, each runs in a unit of its own, as `run`. `prefetch` may read at once what they will ask for.

        Raises:
            DatabaseUnavailable: of none is anything known to be written.
        """
        for attempt in range(TOGETHER_TRIES if len(bodies) > 1 else 0):
            try:
                with reachable():
                    return await self._many(bodies, prefetch)
            except DatabaseUnavailable:
                raise
            except Conflict:  # somebody else was first: with fresh reads it is known with which of them
                await pause(attempt)
            except Exception as error:  # noqa: BLE001 - whichever it was is told apart by running them alone
                log.warning("bodies.apart", error=type(error).__name__, count=len(bodies))
                break
        found: list[R | Exception] = []
        for body in bodies:
            try:
                found.append(await self.run(body.body, context=body.context))
            except DatabaseUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - one that breaks is told so, and stops no other
                found.append(error)
        return found

    async def _many(self, bodies: Sequence[UnitBody[T, R]], prefetch: Callable[[T], Awaitable[None]] | None) -> list[R | Exception]:
        began = monotonic_seconds()
        work = self._begin(None)
        tx = self._make_tx(work)
        if prefetch is not None:
            await prefetch(tx)
        found: list[R | Exception] = []
        for body in bodies:
            await asyncio.sleep(0)  # as in a batch: requests are answered in between
            mark = work.savepoint()
            work.context = body.context
            try:
                found.append(await body.body(tx))
            except Conflict:
                raise
            except AppError as error:
                work.rollback(mark)
                found.append(error)
            finally:
                work.context = None
        await self._committer.commit(work, [], kind="single", began=began)
        return found

    async def note(self, *entries: AuditEntry) -> None:
        """Write rows of the audit log that go with no unit of work.

        Raises:
            DatabaseUnavailable: nothing is known to be written.
        """
        work = self._begin(None)
        for entry in entries:
            work.note(entry)
        with reachable():
            await self._committer.commit(work, [], kind="single", began=monotonic_seconds())

    async def _once(
        self,
        body: Callable[[T], Awaitable[R]],
        context: Context | None,
        key: str | None,
        fingerprint: str | None,
        audit: Callable[[R], AuditEntry | None] | None,
    ) -> R:
        began = monotonic_seconds()
        if key is not None and (row := await self._committer.inbox.find(key)) is not None:
            return cast("R", _repeated(row, fingerprint))
        work = self._begin(context)
        result = await body(self._make_tx(work))
        if audit is not None and (entry := audit(result)) is not None:
            work.note(entry)
        rows = [] if key is None else [InboxRow(key, "request", self._clock(), fingerprint, result)]
        await self._committer.commit(work, rows, kind="single", began=began)
        return result

    async def run_batch(self, deliveries: Sequence[Delivery], routes: Mapping[str, AnyEventRoute[T]]) -> list[Outcome]:
        """Handle messages in as few transactions as can be; return an outcome for each, in order. Raises for cancellation alone."""
        return await self._batches.run(deliveries, routes)

    async def park(self, delivery: Delivery, code: str, detail: str = "") -> None:
        """Record a message that the consumer gives up, for example at the end of the retry ladder. Idempotent.

        Raises:
            DatabaseUnavailable: not recorded; keep the message.
        """
        await self._batches.park(delivery, code, detail)

    def _begin(self, context: Context | None) -> UnitOfWork:
        return UnitOfWork(ChangeTracker(self._mongo, self._database), service=self._service, clock=self._clock, context=context)


def _repeated(row: InboxRow, fingerprint: str | None) -> Any:
    if row.fingerprint != fingerprint:
        raise BadInput("idempotency_key_reused", "this key was used for another body")
    return row.result
