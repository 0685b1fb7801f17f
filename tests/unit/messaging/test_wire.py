"""What a message looks like on the broker."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from hypothesis import given
from hypothesis import strategies as st
from pamqp import frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Undecodable
from shared.ids import new_id, new_traceparent
from shared.messaging.broker import wire
from shared.messaging.broker.frames import PERSISTENT, published
from shared.messaging.delivery import Delivery
from tests.support.amqp import properties

FRAME_MAX = 131_072
SHORT = st.from_regex(r"[a-zA-Z0-9._:-]{0,40}", fullmatch=True)  # the library refuses other names


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


def unframed(data: bytes) -> list[Any]:
    """The frames in `data`, read by the library."""
    found = []
    while data:
        size, channel, each = frame.unmarshal(data)
        assert channel == 1
        found.append(each)
        data = data[size:]
    return found


def over_the_wire(message: wire.Outgoing, **changes: Any) -> Delivery:
    """Marshal and unmarshal as the broker would."""
    header = unframed(published(message, "intake", 1, FRAME_MAX))[1]
    assert isinstance(header, ContentHeader)
    for name, value in changes.items():
        setattr(header.properties, name, value)
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
    _, header, _ = unframed(published(wire.encode(envelope(), "events"), "intake", 1, FRAME_MAX))
    properties = header.properties
    assert properties.delivery_mode == PERSISTENT
    assert (properties.content_type, properties.app_id, properties.correlation_id) == ("application/json", "intake", "case-1")
    assert properties.user_id == "intake"


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
    copy = wire.copy(replace(tired, publisher="intake"), "retry.issuance", "issuance.retry.5s", x_attempt=2, x_not_before=None)
    again = over_the_wire(copy, user_id="issuance")
    assert (again.body, again.message_id, again.type, again.attempt) == (received.body, received.message_id, received.type, 2)
    assert set(again.headers) == {wire.TRACEPARENT, wire.ATTEMPT, wire.PUBLISHER}


def test_a_message_without_an_id_goes_by_its_bytes() -> None:
    message = wire.encode(envelope(), "events")
    first, second = over_the_wire(message, message_id=None), over_the_wire(message, message_id=None)
    assert first.message_id == second.message_id
    assert first.message_id.startswith("unnamed-")


def test_a_type_that_is_not_the_envelope_s_is_undecodable() -> None:
    message = replace(wire.encode(envelope(), "events"), type="intake.reply_composed.v1")
    with pytest.raises(Undecodable, match="type_mismatch"):
        wire.decode(over_the_wire(message))


FIRST = {wire.PUBLISHER: "intake"}
REPLAYED = {wire.REPLAYED: True}


@pytest.mark.parametrize(
    ("user", "exchange", "headers", "publisher"),
    [
        ("intake", "events", {}, "intake"),
        ("intake", "staff", {}, "intake"),
        ("notifier", "events", {}, "notifier"),
        ("notifier", "events", FIRST, "notifier"),  # whoever writes to `events` can write any header
        ("notifier", "events", FIRST | REPLAYED, "notifier"),
        ("", "events", {}, ""),
        ("", "events", FIRST, ""),
        ("guest", "events", FIRST, "guest"),
        ("issuance", "retry.issuance", FIRST, "intake"),  # a copy of its own, on an exchange where nobody else writes
        ("issuance", "dead.issuance", FIRST, "intake"),
        ("issuance", "retry.issuance", {wire.PUBLISHER: ""}, ""),  # a copy of what nobody vouched for
        ("issuance", "retry.issuance", {wire.PUBLISHER: 1}, ""),
        ("issuance", "retry.verification", FIRST, "issuance"),
        ("issuance", "events", FIRST, "issuance"),
        ("issuance", "retry", FIRST, "issuance"),  # the older layout's, where everybody wrote
        ("", "retry.", FIRST, ""),
        ("notifier", "dead.issuance", FIRST, "notifier"),  # the broker moved it there: it is still the notifier's
        ("", "dead.issuance", FIRST, ""),
        ("operator", "retry.issuance", FIRST | REPLAYED, "intake"),
        ("operator", "events", FIRST | REPLAYED, "intake"),
        ("operator", "events", REPLAYED, "operator"),
        ("operator", "events", FIRST, "operator"),  # not marked as a replay
        ("operator", "retry.issuance", {}, "operator"),
    ],
)
def test_the_publisher_is_whom_the_broker_vouches_for(user: str, exchange: str, headers: dict[str, Any], publisher: str) -> None:
    message = wire.encode(envelope(), "events")
    received = over_the_wire(replace(message, exchange=exchange), user_id=user or None, headers=headers)
    assert received.publisher == publisher
    assert received.forged == (publisher != "intake")
    assert (received.message_id == message.message_id) == (not received.forged or exchange == "retry")


def test_what_is_forged_never_bears_the_id_of_the_message_whose_place_it_would_take() -> None:
    message = wire.encode(envelope(), "events")
    first, second = (over_the_wire(message, user_id="notifier") for _ in range(2))
    assert first.message_id == second.message_id == f"forged-{hashlib.sha256(message.body).hexdigest()}"


@pytest.mark.parametrize("attempt", [None, "2", -1, True, 1.5, {"a": 1}])
def test_an_attempt_that_is_no_count_is_none(attempt: object) -> None:
    message = wire.encode(envelope(), "events")
    received = over_the_wire(message, headers=None if attempt is None else {wire.ATTEMPT: attempt})
    assert received.attempt == 0


@given(moment=st.integers() | st.text() | st.booleans() | st.none() | st.floats())
def test_a_moment_that_makes_no_sense_is_none(moment: object) -> None:
    found = wire.not_before(Delivery(b"", "id", "type", headers={wire.NOT_BEFORE: moment}))
    assert found is None or 0 < found < 5e9


@given(
    exchange=SHORT,
    key=SHORT,
    event_id=st.text(min_size=1, max_size=60),
    correlation_id=st.none() | st.text(min_size=1, max_size=60),
    headers=st.dictionaries(st.text(min_size=1, max_size=20), st.text() | st.integers(-(2**63), 2**63 - 1), max_size=4),
    body=st.binary(max_size=400),
)
def test_our_frames_are_the_library_s(
    exchange: str, key: str, event_id: str, correlation_id: str | None, headers: dict[str, str | int], body: bytes
) -> None:
    message = wire.Outgoing(exchange, key, event_id, "intake.request_submitted.v1", body, correlation_id, headers)
    theirs: list[Any] = [
        Basic.Publish(exchange=exchange, routing_key=key, mandatory=True),
        ContentHeader(0, len(body), properties(message, "intake")),
    ]
    theirs += [ContentBody(body)] if body else []
    assert published(message, "intake", 1, FRAME_MAX) == b"".join(frame.marshal(each, 1) for each in theirs)


@given(st.integers(0, 500), st.integers(100, 200))
def test_a_long_body_goes_in_several_frames(size: int, most_bytes: int) -> None:
    body = bytes(number % 251 for number in range(size))
    message = wire.Outgoing("events", "a.b.v1", "1", "a.b.v1", body)
    data = published(message, "a", 1, most_bytes)
    method, header, *parts = unframed(data)
    assert (method.routing_key, header.body_size) == ("a.b.v1", size)
    assert b"".join(part.value for part in parts) == body
    assert all(len(part.value) + 8 <= most_bytes for part in parts)


def test_a_correlation_id_that_is_too_long_is_cut_between_characters() -> None:
    message = wire.Outgoing("events", "a.b.v1", "1", "foreign", b"", "a" + "é" * 200)
    header = unframed(published(message, "intake", 1, FRAME_MAX))[1]
    assert header.properties.correlation_id == "a" + "é" * 127
    assert header.properties.app_id is None
