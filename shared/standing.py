"""What every service tells of what stands in it now: unfinished work by its state, what waits for a person, the age of its outbox.

The states are those of its accounts (`shared.messaging.operations.accounting`): there is one way of counting. Only what is not finished
is counted, which stays few; finished work grows for ever, and counters tell how fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import Gauge

from shared import metrics
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.operations.accounting import AccountSpec
from shared.web.measuring import Found, StateCount


def state_counts(host: MessagingHost, accounts: Sequence[AccountSpec]) -> tuple[StateCount, ...]:
    """Return the counts of a service with these accounts."""

    async def work() -> Mapping[Gauge, Found]:
        standing: dict[tuple[str, ...], float] = {}
        parked: dict[tuple[str, ...], float] = {}
        for account in accounts:
            found = await accounting.unfinished(host.mongo, host.database, account)
            standing |= {(account.name, state): float(count) for state, count in found.in_flight.items()}
            parked[(account.name,)] = float(sum(found.parked.values()))
        return {metrics.WORK_STANDING: standing, metrics.PARKED_NOW: {**parked, **await _messages(host)}}

    async def outbox() -> Mapping[Gauge, Found]:
        return {metrics.OUTBOX_OLDEST_SECONDS: {(): await host.outbox.oldest_unsent_seconds()}}

    return (
        StateCount("work", work, (metrics.WORK_STANDING, metrics.PARKED_NOW)),
        StateCount("outbox", outbox, (metrics.OUTBOX_OLDEST_SECONDS,)),
    )


async def _messages(host: MessagingHost) -> dict[tuple[str, ...], float]:
    messages = await host.stuck_messages().count(host.service)
    return {(kind,): float(count) for kind, count in messages.items()}
