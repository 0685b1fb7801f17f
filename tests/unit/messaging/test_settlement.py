"""What becomes of a message that waits for somebody to do something first."""

from collections.abc import Sequence

from shared.clock import now
from shared.errors import Transient
from shared.messaging.consumer.retry import RetryPolicy
from shared.messaging.consumer.settlement import Settlement
from shared.messaging.delivery import Delivery, Outcome, Retry
from shared.messaging.layout.model import LADDER, retry_queue
from shared.messaging.transaction.incoming import judge

TYPE = "verification.request_approved.v1"


async def nobody(delivery: Delivery, code: str, detail: str = "") -> None:
    raise AssertionError(f"{delivery.type} was given up: {code} {detail}")


async def test_it_goes_round_the_longest_rung_for_as_long_as_it_takes() -> None:
    async def handle(deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        return [judge(Transient("certificate_expired", after_seconds=600, endless=True)) for _ in deliveries]

    settlement = Settlement("issuance", handle=handle, park=nobody, clock=now, policy=RetryPolicy())
    attempts = []
    for attempt in (0, 1, 49, 50, 500):
        delivery = Delivery(b"{}", "1", TYPE, attempt, publisher="verification")
        [outcome] = await settlement.judge([delivery])
        assert outcome == Retry("certificate_expired", 600, endless=True)
        copy = settlement.copy(delivery, outcome)
        assert copy is not None
        assert copy.routing_key == retry_queue("issuance", LADDER[-1])
        attempts.append(copy.headers["x-attempt"])
    assert attempts == [1, 1, 49, 50, 500], "it was seen before, and nothing of its patience is used up"
