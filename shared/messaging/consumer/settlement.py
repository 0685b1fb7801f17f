"""What becomes of each message: asks the units of work, applies the retry policy, and shapes the copy that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

from shared import logs
from shared.clock import Clock
from shared.errors import Transient
from shared.messaging.broker import wire
from shared.messaging.broker.wire import MAX_BODY_BYTES, Outgoing
from shared.messaging.consumer import retry
from shared.messaging.delivery import Dead, Delivery, Outcome, Retry, Unavailable
from shared.messaging.layout.model import RetryDelay, dead_exchange, retry_exchange, retry_queue
from shared.metrics import FORGED

FORGED_CODE: Final = "forged"
_WAITING: Final = "waiting"  # reason of a message whose moment has not come: it goes round without counting as an attempt


_log = logs.get("consumer")


class Handle(Protocol):
    """`UnitOfWorkRunner.run_batch` with the service's routes."""

    async def __call__(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Handle deliveries; return one outcome each, in order."""


class Park(Protocol):
    """`UnitOfWorkRunner.park`."""

    async def __call__(self, delivery: Delivery, code: str, detail: str = "") -> None:
        """Record what is given up."""


class Settlement:
    """The judgement over deliveries of one service."""

    def __init__(self, service: str, *, handle: Handle, park: Park, clock: Clock, policy: retry.RetryPolicy) -> None:
        self._service = service
        self._handle = handle
        self._park = park
        self._clock = clock
        self._policy = policy

    async def judge(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Return outcomes in order: from the units of work, but for what must still wait and what is too big to be looked at."""
        outcomes: dict[int, Outcome] = {}
        for index, delivery in enumerate(deliveries):
            if delivery.forged:  # first: a copy of it in our name, to any but the dead letters, would hide whose it is
                outcomes[index] = await self._refuse(delivery)
            elif self._waits(delivery) is not None:
                outcomes[index] = Retry(_WAITING)
            elif len(delivery.body) > MAX_BODY_BYTES:
                outcomes[index] = await self._give_up(delivery, "too_large", f"{len(delivery.body)} bytes")
        rest = [index for index in range(len(deliveries)) if index not in outcomes]
        if rest:
            outcomes.update(zip(rest, await self._handle([deliveries[index] for index in rest]), strict=True))
        for index, outcome in outcomes.items():
            outcomes[index] = await self._exhausted(deliveries[index], outcome)
        return [outcomes[index] for index in range(len(deliveries))]

    async def _refuse(self, delivery: Delivery) -> Outcome:
        """Refuse what is said in another's name: a dead letter, and an alarm."""
        FORGED.labels(delivery.publisher).inc()
        _log.error("message.forged", type=delivery.type, publisher=delivery.publisher, message_id=delivery.message_id)
        return await self._give_up(delivery, FORGED_CODE, f"published by {delivery.publisher or 'nobody'}")

    async def _exhausted(self, delivery: Delivery, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Retry) and outcome.reason != _WAITING and not outcome.endless:
            decision = retry.decide(delivery.attempt, outcome.after_seconds, self._clock(), self._policy)
            if isinstance(decision, retry.GiveUp):
                return await self._give_up(delivery, decision.code, outcome.reason)
        return outcome

    async def _give_up(self, delivery: Delivery, code: str, detail: str) -> Outcome:
        kept = delivery if len(delivery.body) <= MAX_BODY_BYTES else replace(delivery, body=b"")  # the dead letter keeps the bytes
        try:
            await self._park(kept, code, detail)
        except Transient as error:
            return Unavailable(error.code)
        return Dead(code, detail)

    def _waits(self, delivery: Delivery) -> RetryDelay | None:
        until = wire.not_before(delivery)
        if until is None:
            return None
        return retry.still_waiting(datetime.fromtimestamp(until, UTC), self._clock(), self._policy)

    def copy(self, delivery: Delivery, outcome: Outcome) -> Outgoing | None:
        """Return the copy that an outcome asks for: to the dead letters, to a rung of the ladder, or none."""
        if isinstance(outcome, Dead):
            return wire.copy(delivery, dead_exchange(self._service), self._service, x_reason=outcome.code, x_not_before=None)
        if not isinstance(outcome, Retry):
            return None
        if outcome.reason == _WAITING:
            step = self._waits(delivery) or self._policy.ladder[0]  # its moment may have come since it was judged
            return wire.copy(delivery, retry_exchange(self._service), retry_queue(self._service, step))
        attempt = 0 if outcome.endless else delivery.attempt
        decision = retry.decide(attempt, outcome.after_seconds, self._clock(), self._policy)
        assert isinstance(decision, retry.Wait)  # noqa: S101 - giving up became Dead before
        until = decision.not_before
        return wire.copy(
            delivery,
            retry_exchange(self._service),
            retry_queue(self._service, decision.step),
            x_attempt=max(1, delivery.attempt) if outcome.endless else delivery.attempt + 1,
            x_reason=outcome.reason,
            x_not_before=None if until is None else round(until.timestamp() * 1000),
        )
