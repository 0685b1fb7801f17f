"""The trace of a message goes on in what it causes, and an act of a person goes on in the trace of what it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared import tracing
from shared.contracts.registry import decode
from shared.ids import child_traceparent, new_traceparent, trace_id_of
from shared.messaging.delivery import Context
from tests.integration.data.toy import TALLIES, Tally, Toy, Tx, closed, message
from tests.support.spans import KeptRecords, recorded

SAMPLED = "01"
KIND = "verification.task_closed.v1"


@pytest.fixture
def kept() -> Iterator[KeptRecords]:
    with recorded() as found:
        yield found


async def emitted(toy: Toy) -> str:
    row = await toy.mongo.collection(toy.database, "outbox").find_one()
    assert row is not None
    assert row["traceparent"] == decode(bytes(row["body"])).traceparent
    return str(row["traceparent"])


async def test_what_a_message_causes_hangs_on_handling_it(toy: Toy, kept: KeptRecords) -> None:
    cause = new_traceparent()[:-2] + SAMPLED
    await toy.batch(message("a", traceparent=cause))
    span = kept.named(f"process {KIND}")
    assert (span.parent, span.kind, span.failed) == (cause, tracing.SpanKind.CONSUMER, "")
    assert await emitted(toy) == span.own
    assert span.attributes["messaging.message.conversation_id"] == "corr"
    assert span.attributes["adminduk.outcome"] == "done"


async def test_a_message_that_is_not_sampled_leaves_no_span_and_keeps_its_trace(toy: Toy, kept: KeptRecords) -> None:
    cause = new_traceparent()
    await toy.batch(message("a", traceparent=cause))
    assert kept.spans == []
    assert trace_id_of(await emitted(toy)) == trace_id_of(cause)


async def test_a_refused_message_says_so_by_its_code(toy: Toy, kept: KeptRecords) -> None:
    await toy.batch(message("a", "rule", traceparent=new_traceparent()[:-2] + SAMPLED))
    assert kept.named(f"process {KIND}").failed == "rule_says_no"


async def act(toy: Toy, trace: str, because: Context | None) -> None:
    async def body(tx: Tx) -> None:
        tx.work.unit.add(TALLIES, Tally("a", 1))
        tx.work.emit(TALLIES, "a", closed("a"), trace=trace)

    await toy.units.run(body, context=because)


async def test_an_act_days_later_goes_on_in_the_trace_of_what_it_is_about(toy: Toy, kept: KeptRecords) -> None:
    begun, call = (new_traceparent()[:-2] + SAMPLED for _ in range(2))
    await act(toy, begun, Context("task", None, call))
    span = kept.named(f"go on {KIND}")
    assert (span.parent, span.links) == (begun, (call,))
    assert await emitted(toy) == span.own
    assert trace_id_of(span.own) == trace_id_of(begun)


async def test_a_clock_goes_on_in_it_too_and_is_linked_to_nothing(toy: Toy, kept: KeptRecords) -> None:
    begun = new_traceparent()[:-2] + SAMPLED
    await act(toy, begun, None)
    assert kept.named(f"go on {KIND}").links == ()
    assert trace_id_of(await emitted(toy)) == trace_id_of(begun)


async def test_within_its_own_trace_it_hangs_on_its_cause(toy: Toy, kept: KeptRecords) -> None:
    begun = new_traceparent()[:-2] + SAMPLED
    cause = child_traceparent(begun)
    await act(toy, begun, Context("task", None, cause))
    assert kept.spans == []
    assert await emitted(toy) == cause


@pytest.mark.parametrize("kept_of_old", ["", "nonsense"])
async def test_without_a_trace_that_can_be_read_a_new_one_begins(toy: Toy, kept_of_old: str) -> None:
    await act(toy, kept_of_old, Context("task", None, kept_of_old))
    assert (await emitted(toy)).endswith("-00")
