"""Two versions at a time, as in an upgrade: each reads what the other publishes, where the newer one has a field more."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from pydantic import create_model

from shared.contracts.envelope import Event
from shared.contracts.registry import EVENTS, REGISTRY, UPCASTERS, EventRegistry, decode, encode
from tests.support.compatibility import breaks

GOLDEN = Path(__file__).parent / "golden"
SAID = "by the newer version"


def newer(event: type[Event]) -> type[Event]:
    """The event as a later version has it: with an optional field, as CONTRIBUTING allows in place."""
    return create_model(event.__name__, __base__=event, added_later=(str, ""))


NEWER = EventRegistry([newer(event) for event in EVENTS], UPCASTERS)


@pytest.mark.parametrize("event_type", REGISTRY.types())
def test_the_newer_version_reads_what_the_older_publishes(event_type: str) -> None:
    envelope = decode((GOLDEN / f"{event_type}.json").read_bytes())
    read = NEWER.read(envelope.type, envelope.data)
    assert read.model_dump(mode="json", exclude={"added_later"}) == REGISTRY.read(envelope.type, envelope.data).model_dump(mode="json")


@pytest.mark.parametrize("event_type", REGISTRY.types())
def test_the_older_version_reads_what_the_newer_publishes(event_type: str) -> None:
    envelope = decode((GOLDEN / f"{event_type}.json").read_bytes())
    read = NEWER.read(envelope.type, {**envelope.data, "added_later": SAID})
    published = encode(envelope.model_copy(update={"data": read.model_dump(mode="json")}))
    assert orjson.loads(published)["data"]["added_later"] == SAID
    received = decode(published)
    assert REGISTRY.read(received.type, received.data) == REGISTRY.read(envelope.type, envelope.data)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_such_a_field_breaks_no_promise(event: type[Event]) -> None:
    assert breaks(event.model_json_schema(), newer(event).model_json_schema()) == []
