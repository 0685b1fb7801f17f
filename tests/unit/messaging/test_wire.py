"""What a message looks like on the broker."""

from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from hypothesis import given
from hypothesis import strategies as st
from pamqp import frame
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Undecodable
from shared.ids import new_id, new_traceparent
from shared.messaging import wire
from shared.messaging.delivery import Delivery


def envelope() -> Envelope:
    return Envelope(
        id=new_id(),
        type="intake.request_submitted.v1",
        version=1,
        source="intake",
        subject="request-1",
        sequence=1,
        occurred_at=now(),
        correlation_id="case-1",
        traceparent=new_traceparent(),
        data={"a": 1},
    )


def over_the_wire(message: wire.Outgoing, **changes: Any) -> Delivery:
    """Marshal and unmarshal as the broker would."""
    properties = wire.properties(message)
    for name, value in changes.items():
        setattr(properties, name, value)
    _, _, header = frame.unmarshal(frame.marshal(ContentHeader(body_size=len(message.body), properties=properties), 1))
    assert isinstance(header, ContentHeader)
    delivered = Basic.Deliver("tag", 1, redelivered=False, exchange=message.exchange, routing_key=message.routing_key)
    return wire.receive(DeliveredMessage(delivery=delivered, header=header, body=message.body, channel=None))  # type: ignore[arg-type]


def test_an_envelope_comes_back_as_it_was() -> None:
    sent = envelope()
    message = wire.encode(sent, "events")
    assert (message.routing_key, message.message_id) == (sent.type, sent.id)
    received = over_the_wire(message)
    assert wire.decode(received) == sent
    assert (received.type, received.attempt, received.replayed, received.redelivered) == (sent.type, 0, False, False)
    assert received.headers[wire.TRACEPARENT] == sent.traceparent


def test_messages_are_persistent_json_of_a_named_publisher() -> None:
    properties = wire.properties(wire.encode(envelope(), "events"))
    assert properties.delivery_mode == wire.PERSISTENT
    assert (properties.content_type, properties.app_id, properties.correlation_id) == ("application/json", "intake", "case-1")


def test_frozen_bytes_are_published_as_they_are() -> None:
    assert wire.encode(envelope(), "events", b"frozen").body == b"frozen"


def test_an_id_that_is_not_the_envelope_s_is_undecodable() -> None:
    message = wire.encode(envelope(), "events")
    with pytest.raises(Undecodable, match="id_mismatch"):
        wire.decode(over_the_wire(message, message_id=new_id()))


def test_a_copy_keeps_the_message_and_leaves_the_broker_s_headers_behind() -> None:
    received = over_the_wire(wire.encode(envelope(), "events"))
    foreign = {"x-death": [{"count": 3}], wire.REASON: b"\xff"}  # bytes can be received, but the library can't send them
    tired = Delivery(received.body, received.message_id, received.type, headers={**received.headers, **foreign})
    copy = wire.copy(tired, "retry", "intake.retry.5s", x_attempt=2, x_not_before=None)
    again = over_the_wire(copy)
    assert (again.body, again.message_id, again.type, again.attempt) == (received.body, received.message_id, received.type, 2)
    assert set(again.headers) == {wire.TRACEPARENT, wire.ATTEMPT}


def test_a_message_without_an_id_goes_by_its_bytes() -> None:
    message = wire.encode(envelope(), "events")
    first, second = over_the_wire(message, message_id=None), over_the_wire(message, message_id=None)
    assert first.message_id == second.message_id
    assert first.message_id.startswith("unnamed-")


@pytest.mark.parametrize("attempt", [None, "2", -1, True, 1.5, {"a": 1}])
def test_an_attempt_that_is_no_count_is_none(attempt: object) -> None:
    message = wire.encode(envelope(), "events")
    received = over_the_wire(message, headers=None if attempt is None else {wire.ATTEMPT: attempt})
    assert received.attempt == 0


@given(moment=st.integers() | st.text() | st.booleans() | st.none() | st.floats())
def test_a_moment_that_makes_no_sense_is_none(moment: object) -> None:
    found = wire.not_before(Delivery(b"", "id", "type", headers={wire.NOT_BEFORE: moment}))
    assert found is None or 0 < found < 5e9
