"""One unit of work: what the handlers saved and emitted, and the one commit that makes it true."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from shared import tracing
from shared.audit import AuditEntry, AuditLog, AuditRow, current_duty
from shared.backoff import Backoff
from shared.clock import Clock, monotonic_seconds
from shared.contracts.envelope import Envelope, Event, split_type
from shared.contracts.registry import encode
from shared.faults import crash_point
from shared.ids import child_traceparent, is_traceparent, new_id, trace_id_of
from shared.logs import get
from shared.messaging.delivery import Context
from shared.messaging.transaction.inbox import Inbox, InboxRow
from shared.messaging.transaction.outbox import LeasedRows, Outbox, OutboxRow, RelayHandoff
from shared.metrics import UNIT_MESSAGES, UNIT_SECONDS
from shared.mongo import ChangeTracker, DocumentMapping, Mongo, Savepoint, Session
from shared.mongo.together import GroupCommit

A = TypeVar("A")

TRIES: Final = 5  # with fresh reads; a lost race is rare, five in a row mean a hot spot, and the caller should know
TOGETHER_TRIES: Final = 3  # of several in one unit, before they are tried apart
_RACES: Final = Backoff(0.002, 0.05, spread=1.0)  # between two tries: what the winner needs to become majority-committed

_ROLES: Final = {"single": "api", "batch": "worker"}  # who asks for which kind of unit: requests and jobs, the consumer

log = get("messaging")


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a unit of work: give it back to `rollback`."""

    writes: Savepoint
    events: int
    hooks: int
    notes: int


class UnitOfWork:
    """The base of a service's `Tx`: `unit` for aggregates, `emit` for events. Belongs to one task at a time."""

    def __init__(self, unit: ChangeTracker, *, service: str, clock: Clock, context: Context | None = None) -> None:
        self.unit = unit
        self.context = context
        self._service = service
        self.clock = clock
        self._events: list[OutboxRow] = []
        self._hooks: list[Callable[[], None]] = []
        self._notes: list[AuditEntry] = []

    def emit(
        self, mapping: DocumentMapping[A], key: str, event: Event, *, correlation_id: str | None = None, trace: str | None = None
    ) -> str:
        """Buffer an event about an aggregate that this unit holds; return its id.

        The envelope is frozen here: what lies in the outbox is what goes over the wire, however late. The correlation id is the one
        given, else that of what we react to, else the aggregate's key. `trace` is the trace context under which the aggregate came to us:
        where a person or a clock is the cause, days later, the event goes on in that trace.

        Raises:
            ValueError: the event is another service's to publish.
            LookupError: the aggregate was neither found nor added in this unit.
        """
        publisher, _, version = split_type(event.type)
        if publisher != self._service:
            raise ValueError(f"{self._service} must not publish {event.type}")
        because = self.context
        envelope = Envelope(
            id=new_id(),
            type=event.type,
            version=version,
            source=self._service,
            subject=key,
            sequence=self.unit.next_sequence(mapping, key),
            occurred_at=self.clock(),
            correlation_id=correlation_id or (because.correlation_id if because else key),
            causation_id=because.causation_id if because else None,
            traceparent=self._carried(trace or "", event.type),
            data=event.model_dump(mode="json"),
        )
        self._events.append(_row(mapping.collection, event.exchange, envelope))
        return envelope.id

    def _carried(self, kept: str, what: str) -> str:
        """Return the trace context of an event: its cause's, or one under `kept` where that is another trace."""
        cause = self.context.traceparent if self.context else ""
        if not is_traceparent(kept) or trace_id_of(kept) == trace_id_of(cause):
            return cause if is_traceparent(cause) else tracing.begin(None)
        links = (cause,) if is_traceparent(cause) else ()
        own = child_traceparent(kept)
        span = tracing.span(f"go on {what}", kept, own=own, links=links)
        if span is not tracing.NOTHING:
            self.on_commit(span.end)
        return own

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit, for example to wake a job of this process. It must not fail and not wait."""
        self._hooks.append(hook)

    def note(self, entry: AuditEntry) -> None:
        """Buffer a row of the audit log: it is written with what it tells of, or neither is."""
        self._notes.append(entry)

    def savepoint(self) -> Mark:
        """Mark this moment."""
        return Mark(self.unit.savepoint(), len(self._events), len(self._hooks), len(self._notes))

    def rollback(self, mark: Mark) -> None:
        """Forget everything saved, emitted and hooked since."""
        self.unit.rollback(mark.writes)
        del self._events[mark.events :]
        del self._hooks[mark.hooks :]
        del self._notes[mark.notes :]

    @property
    def events(self) -> Sequence[OutboxRow]:
        """The events emitted so far."""
        return self._events

    @property
    def notes(self) -> Sequence[AuditEntry]:
        """The rows of the audit log noted so far."""
        return self._notes

    @property
    def hooks(self) -> Sequence[Callable[[], None]]:
        """The hooks that run after the commit."""
        return self._hooks


@dataclass(frozen=True, slots=True)
class _Ready:
    """A unit of work with its inbox rows."""

    work: UnitOfWork
    rows: Sequence[InboxRow]


class Committer:
    """The writer of units of work: inbox rows, aggregates, outbox rows and rows of the audit log in one transaction."""

    def __init__(self, mongo: Mongo, database: str, audit: AuditLog, handoff: RelayHandoff | None = None, writer: str = "") -> None:
        """`handoff` is the relay of this process, if it has one."""
        self._audit = audit
        self.inbox = Inbox(mongo, database)
        self._outbox = Outbox(mongo, database, writer)
        self._mongo = mongo
        self._handoff = handoff
        self._singles: GroupCommit[_Ready] = GroupCommit(lambda ready: self._write(ready, _ROLES["single"]))
        self._audited: GroupCommit[_Ready] = GroupCommit(lambda ready: self._write(ready, _ROLES["single"]), at_once=1)

    async def commit(self, work: UnitOfWork, rows: Sequence[InboxRow], *, kind: str, began: float) -> None:
        """Flush and commit; then hand the events to the relay and run the hooks. Without anything to write it does nothing.

        A batch has a transaction of its own; single units that are ready at the same moment share one.

        Raises:
            AlreadySeen: an inbox key is taken; read the row before concluding.
            LostRace: handle it again with fresh reads.
            DatabaseUnavailable: nothing is known to be written (`CommitUnknown`: it may be).
        """
        if rows or work.events or work.notes or not work.unit.is_clean:
            ready = _Ready(work, rows)
            if kind == "single":
                together = self._audited if work.notes else self._singles  # all that is noted goes into one chain: one after the other
                await together.commit(ready, work.unit.touched | {row.key for row in rows})
            else:
                await self._write([ready], _ROLES.get(kind, kind))
        seconds = monotonic_seconds() - began
        UNIT_SECONDS.labels(kind).observe(seconds)
        UNIT_MESSAGES.observe(max(1, len(rows)))
        log.info("unit.committed", kind=kind, messages=len(rows), events=len(work.events), ms=round(seconds * 1000, 1))
        for row in work.events:
            trace_id = trace_id_of(row.traceparent)
            log.info("event.emitted", type=row.type, event_id=row.id, correlation_id=row.correlation_id, trace_id=trace_id)
        if work.notes and (duty := current_duty()) is not None:
            duty.done = True
        for hook in work.hooks:
            hook()

    async def _write(self, ready: Sequence[_Ready], where: str) -> None:
        rows = [row for one in ready for row in one.rows]
        events = [event for one in ready for event in one.work.events]
        notes = [note for one in ready for note in one.work.notes]
        units = [one.work.unit for one in ready]

        async def flush(session: Session) -> tuple[LeasedRows | None, AuditRow | None]:
            handed = None
            if rows:
                await self.inbox.insert(rows, session)
                crash_point("in_tx_after_inbox", where)
            await ChangeTracker.flush_together(units, session)
            if events:
                handed = await self._outbox.insert(events, session, self._handoff.hold() if self._handoff else None)
            last = await self._audit.append(notes, session) if notes else None
            crash_point("before_commit", where)
            return handed, last

        crash_point("before_tx", where)
        handed, last = await self._mongo.transact(flush)
        crash_point("after_commit", where)
        if last is not None:  # what is kept outside of the database: `admin audit verify --known` holds the log against it
            log.info("audit.written", number=last.number, hash=last.hash)
        if self._handoff is None or not events:
            return
        if handed is not None:
            self._handoff.take(handed)
        else:
            self._handoff.wake()


def _row(collection: str, exchange: str, envelope: Envelope) -> OutboxRow:
    return OutboxRow(
        id=envelope.id,
        aggregate=f"{collection}/{envelope.subject}",
        sequence=envelope.sequence,
        type=envelope.type,
        exchange=exchange,
        body=encode(envelope),
        correlation_id=envelope.correlation_id,
        traceparent=envelope.traceparent,
        created_at=envelope.occurred_at,
    )


async def pause(attempt: int) -> None:
    """Let the winner of a race finish: longer with each try, jittered."""
    await asyncio.sleep(_RACES.seconds(attempt + 1, random.random()))  # noqa: S311 - jitter, not cryptography
