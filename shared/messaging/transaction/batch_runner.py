"""Many messages in one transaction, and what happens when that does not work out.

All of a batch share one unit of work. A message whose rule says no is taken out by its savepoint. When the flush fails because somebody
else was first (a duplicate, a lost race) it is repeated with fresh reads; when that does not help, or one document can't be written, the
batch is cut in halves, down to one message per transaction, so that one bad message never holds the others. A message is called a duplicate
only after its inbox row was read: a duplicate key only says that the transaction is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from structlog.contextvars import bound_contextvars

from shared import tracing
from shared.clock import Clock, monotonic_seconds
from shared.contracts.registry import REGISTRY, Undecodable
from shared.errors import Conflict
from shared.ids import trace_id_of
from shared.logs import get, mask
from shared.messaging.delivery import AnyEventRoute, Context, Dead, Delivery, Done, Duplicate, Meta, Outcome, Retry, Unavailable
from shared.messaging.transaction.inbox import AlreadySeen, InboxRow, message_key
from shared.messaging.transaction.incoming import IncomingMessage, judge, prefetch, read
from shared.messaging.transaction.parked import ParkedMessages, resolve
from shared.messaging.transaction.unit_of_work import TOGETHER_TRIES, TRIES, Committer, UnitOfWork, pause
from shared.metrics import MESSAGES, PARKED
from shared.mongo import DatabaseUnavailable, Mongo, reachable

T = TypeVar("T")

log = get("messaging")


class BatchRunner(Generic[T]):
    """The runner that turns deliveries into outcomes."""

    def __init__(
        self,
        begin: Callable[[Context | None], UnitOfWork],
        make_tx: Callable[[UnitOfWork], T],
        committer: Committer,
        *,
        mongo: Mongo,
        database: str,
        consumer: str,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._make_tx = make_tx
        self._committer = committer
        self._parked = ParkedMessages(mongo, database)
        self._consumer = consumer
        self._clock = clock

    async def run(self, deliveries: Sequence[Delivery], routes: Mapping[str, AnyEventRoute[T]]) -> list[Outcome]:
        """Return one outcome per delivery, in order."""
        outcomes: dict[int, Outcome] = {}
        followed: dict[int, _Followed] = {}
        try:
            await self._run(deliveries, routes, outcomes, followed)
        except DatabaseUnavailable as error:
            log.warning("batch.unavailable", code=error.code, error=error.detail)
            down = Unavailable(error.code)
            outcomes = {index: outcomes.get(index, down) for index in range(len(deliveries))}
        for index, delivery in enumerate(deliveries):
            _tell(delivery, outcomes[index], followed.get(index))
        return [outcomes[index] for index in range(len(deliveries))]

    async def park(self, delivery: Delivery, code: str, detail: str) -> None:
        """Record a message that can't be handled.

        Raises:
            DatabaseUnavailable: not recorded.
        """
        with reachable():
            await self._parked.park(self._key(delivery), self._consumer, delivery, (code, mask(detail)), self._clock())
        PARKED.labels(code).inc()

    async def _run(
        self,
        deliveries: Sequence[Delivery],
        routes: Mapping[str, AnyEventRoute[T]],
        outcomes: dict[int, Outcome],
        followed: dict[int, _Followed],
    ) -> None:
        first: dict[str, IncomingMessage[T]] = {}
        later: list[IncomingMessage[T]] = []
        dead: dict[int, Dead] = {}
        for index, delivery in enumerate(deliveries):
            try:
                item = read(index, self._key(delivery), delivery, routes)
            except Undecodable as error:
                dead[index] = Dead(error.code, error.detail)
                continue
            followed[index] = _Followed(item.meta, _span(item, len(deliveries)))
            if first.setdefault(item.key, item) is not item:
                later.append(item)  # the same message twice in one batch: the second is judged after the first
        for index, outcome in dead.items():
            await self._bury(index, deliveries[index], outcome, outcomes)
        known = await self._known([item for item in first.values() if item.delivery.seen_before])
        fresh = _without(list(first.values()), known, outcomes)
        await self._handle(fresh, outcomes)
        for item in later:
            await self._handle([item], outcomes)

    async def _handle(self, items: list[IncomingMessage[T]], outcomes: dict[int, Outcome]) -> None:
        """Handle items together when they are several and it works, else in halves, at last alone.

        A race that was lost says nothing against any of them: where two workers draw numbers from one counter, taking turns is quicker than
        many small transactions that race as well.
        """
        rest = items
        for attempt in range(TOGETHER_TRIES):
            if len(rest) <= 1:
                break
            try:
                await self._together(rest, outcomes)
            except _Apart as apart:
                rest = _without(rest, await self._known(rest), outcomes)
                if not apart.raced:
                    break
                await pause(attempt)
            else:
                return
        if len(rest) <= 1:
            for item in rest:
                await self._alone(item, outcomes)
            return
        middle = (len(rest) + 1) // 2
        await self._handle(rest[:middle], outcomes)
        await self._handle(rest[middle:], outcomes)

    async def _together(self, items: list[IncomingMessage[T]], outcomes: dict[int, Outcome]) -> None:
        began = monotonic_seconds()
        accepted: list[IncomingMessage[T]] = []
        refused: list[tuple[IncomingMessage[T], Outcome]] = []
        try:
            with reachable():
                work = self._begin(None)
                tx = self._make_tx(work)
                await prefetch(tx, items)
                for item in items:
                    await asyncio.sleep(0)  # what was prefetched waits for nothing: let the process answer requests in between
                    mark = work.savepoint()
                    verdict = await self._verdict(work, tx, item)
                    if verdict is None:
                        accepted.append(item)
                    else:
                        work.rollback(mark)
                        refused.append((item, verdict))
                await self._commit(work, accepted, began)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            raise _Apart(raced=isinstance(error, Conflict | AlreadySeen)) from error
        outcomes.update((item.index, Done()) for item in accepted)
        # A refusal counts only now: it may rest on what an earlier message of the batch wrote, and that is true since the commit.
        await self._conclude(refused, outcomes)

    async def _alone(self, item: IncomingMessage[T], outcomes: dict[int, Outcome]) -> None:
        for attempt in range(TRIES):
            try:
                verdict = await self._try_alone(item)
            except AlreadySeen:
                if await self._known([item]):
                    outcomes[item.index] = Duplicate()
                    return
            except Conflict as error:
                log.info("message.raced", message_id=item.meta.message_id, code=error.code)
            else:
                if verdict is None:
                    outcomes[item.index] = Done()
                else:
                    await self._conclude([(item, verdict)], outcomes)
                return
            await pause(attempt)
        await self._conclude([(item, Retry("contended"))], outcomes)

    async def _try_alone(self, item: IncomingMessage[T]) -> Outcome | None:
        began = monotonic_seconds()
        work = self._begin(None)
        verdict = await self._verdict(work, self._make_tx(work), item)
        if verdict is not None:
            return verdict
        try:
            await self._commit(work, [item], began)
        except (AlreadySeen, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a flush raises is judged, not lost
            return judge(error)
        return None

    async def _verdict(self, work: UnitOfWork, tx: T, item: IncomingMessage[T]) -> Outcome | None:
        """Run the handler; None when it accepts.

        Raises:
            DatabaseUnavailable: a read failed because MongoDB is down.
            Conflict: somebody else was first.
        """
        work.context = item.context
        try:
            with bound_contextvars(message_id=item.meta.message_id, **_about(item.meta)):
                await item.route.handle(tx, item.content, item.meta)
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is judged, not lost
            return judge(error)
        finally:
            work.context = None
        return None

    async def _commit(self, work: UnitOfWork, items: Sequence[IncomingMessage[T]], began: float) -> None:
        again = [item.key for item in items if item.delivery.seen_before]
        if again:
            resolve(work.unit, again, self._clock())
        at = self._clock()
        await self._committer.commit(work, [InboxRow(item.key, item.meta.type, at) for item in items], kind="batch", began=began)

    async def _conclude(self, refused: Sequence[tuple[IncomingMessage[T], Outcome]], outcomes: dict[int, Outcome]) -> None:
        """Say of messages that they were not handled, unless their inbox row says that they were, once before."""
        known = await self._known([item for item, _ in refused])
        for item, verdict in refused:
            if item.key in known:
                outcomes[item.index] = Duplicate()
            elif isinstance(verdict, Dead):
                await self._bury(item.index, item.delivery, verdict, outcomes)
            else:
                outcomes[item.index] = verdict

    async def _bury(self, index: int, delivery: Delivery, verdict: Dead, outcomes: dict[int, Outcome]) -> None:
        await self.park(delivery, verdict.code, verdict.detail)
        outcomes[index] = verdict

    async def _known(self, items: Sequence[IncomingMessage[T]]) -> frozenset[str]:
        with reachable():
            return await self._committer.inbox.known(item.key for item in items)

    def _key(self, delivery: Delivery) -> str:
        return message_key(self._consumer, delivery.message_id)


@dataclass(frozen=True, slots=True)
class _Followed:
    """A message that could be read, and the span of handling it."""

    meta: Meta
    span: tracing.OpenSpan


class _Apart(Exception):  # noqa: N818 - what to do
    """The batch did not work as one; nothing of it was written. `raced`: somebody else was first, which says nothing against it."""

    def __init__(self, *, raced: bool) -> None:
        super().__init__()
        self.raced = raced


def _without(items: list[IncomingMessage[T]], known: frozenset[str], outcomes: dict[int, Outcome]) -> list[IncomingMessage[T]]:
    """Leave out, as duplicates, what the inbox knows."""
    outcomes.update((item.index, Duplicate()) for item in items if item.key in known)
    return [item for item in items if item.key not in known]


def _span(item: IncomingMessage[Any], together: int) -> tracing.OpenSpan:
    """Open the span of handling a message: it lasts until what became of it is known."""
    meta = item.meta
    if not tracing.is_sampled(meta.traceparent):
        return tracing.NOTHING
    attributes: dict[str, tracing.Attribute] = {
        "messaging.system": "rabbitmq",
        "messaging.message.id": meta.message_id,
        "messaging.message.conversation_id": meta.correlation_id,
        "messaging.batch.message_count": together,
    }
    own = item.context.traceparent
    return tracing.span(f"process {meta.type}", meta.traceparent, own=own, kind=tracing.SpanKind.CONSUMER, attributes=attributes)


def _tell(delivery: Delivery, outcome: Outcome, followed: _Followed | None) -> None:
    kind = type(outcome).__name__.lower()
    MESSAGES.labels(delivery.type if REGISTRY.find(delivery.type) else "unknown", kind).inc()
    span = tracing.NOTHING if followed is None else followed.span
    span.note({"adminduk.outcome": kind})
    if isinstance(outcome, Dead | Retry):
        event, code = ("message.dead", outcome.code) if isinstance(outcome, Dead) else ("message.retry", outcome.reason)
        span.fail(code)
        of = {} if followed is None else _about(followed.meta)
        log.warning(event, message_id=delivery.message_id, type=delivery.type, code=code, attempt=delivery.attempt, **of)
    span.end()


def _about(meta: Meta) -> dict[str, str]:
    return {"correlation_id": meta.correlation_id, "trace_id": trace_id_of(meta.traceparent)}
