"""What every message on the broker looks like. Names follow CloudEvents 1.0 where they fit (id, source, type, subject, sequence)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

EVENT_TYPE_PATTERN: Final = r"^[a-z]+\.[a-z_]+\.v[1-9][0-9]*$"
SOURCE_PATTERN: Final = r"^(intake|verification|issuance|notifier)$"


class Contract(BaseModel):
    """A piece of a wire contract. Its parts may be given as the domain's own dataclasses: fields of the same names are read off them.

    Producing forbids unknown fields: a misspelt name fails in our own tests. Consuming goes through the registry, which ignores them, so
    that a newer publisher may add optional fields.
    """

    # `hide_input_in_errors`: a text of an error may reach a log.
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, hide_input_in_errors=True)


class Event(Contract):
    """The data of one event type, named after the fact. Every subclass with a `type` is registered (`shared.contracts.registry`)."""

    type: ClassVar[str]
    """`publisher.noun_verb_past.vN`: type = routing key = name of the golden sample."""

    consumers: ClassVar[tuple[str, ...]] = ()
    """The services whose queues are bound to it."""

    exchange: ClassVar[str] = "events"
    """`events` for the pipeline, `staff` for what staff consoles are told."""


class Envelope(Contract):
    """One message: who says what about whom, when, and because of what. No personal data outside `data.personal`."""

    id: Annotated[str, Field(description="UUIDv7 of this event; also the AMQP message id. The inbox key.", min_length=36, max_length=36)]
    type: Annotated[str, Field(description="publisher.noun_verb_past.vN", pattern=EVENT_TYPE_PATTERN)]
    version: Annotated[int, Field(description="The N of the type", ge=1)]
    source: Annotated[str, Field(description="The service that published it", pattern=SOURCE_PATTERN)]
    subject: Annotated[
        str, Field(description="Id of the aggregate it is about: a request, a case, a document, a job", min_length=1, max_length=200)
    ]
    sequence: Annotated[int, Field(description="1, 2, 3 … without gaps for one subject of one source", ge=1)]
    occurred_at: Annotated[AwareDatetime, Field(description="When it became true, UTC")]
    correlation_id: Annotated[
        str, Field(description="The request id all the way; the case id for a court decision", min_length=1, max_length=200)
    ]
    causation_id: Annotated[str | None, Field(description="Id of the message that caused this one", max_length=300)] = None
    traceparent: Annotated[str, Field(description="W3C Trace Context", pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
    data: Annotated[dict[str, Any], Field(description="The event; its schema goes by `type`")]


def split_type(event_type: str) -> tuple[str, str, int]:
    """Split `intake.request_submitted.v1` into its publisher, name and version."""
    publisher, name, version = event_type.split(".")
    return publisher, name, int(version[1:])


def publisher_of(event_type: str) -> str:
    """Return who may publish the type: the first part of its name. Of any text; a foreign type begins with no service's name."""
    return event_type.partition(".")[0]


__all__ = ["AwareDatetime", "Contract", "Envelope", "Event", "datetime", "publisher_of", "split_type"]
