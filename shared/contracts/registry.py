"""Every event there is, who consumes it, and how an old version becomes the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
from pydantic import ValidationError

from shared.contracts import intake, intake_news, issuance, notifier, verification, verification_tasks
from shared.contracts.envelope import Envelope, Event, split_type

SERVICES: Final = ("intake", "verification", "issuance", "notifier")

EVENTS: Final[tuple[type[Event], ...]] = tuple(
    thing
    for contracts in (intake, intake_news, verification, verification_tasks, issuance, notifier)
    for thing in vars(contracts).values()
    if isinstance(thing, type) and issubclass(thing, Event) and "type" in vars(thing)
)
"""Every class with a type, in the order in which the contracts are written."""

CONSUMERS: Final[Mapping[str, tuple[type[Event], ...]]] = MappingProxyType(
    {service: tuple(event for event in EVENTS if service in event.consumers) for service in SERVICES}
)
"""Which service's queue is bound to which event; each `consumers.py` must handle exactly these."""

CONSOLES: Final[Mapping[str, tuple[type[Event], ...]]] = MappingProxyType(
    {"main": tuple(event for event in EVENTS if event.exchange == "staff")}
)
"""Staff consoles: queue `console.<name>` on the staff exchange."""

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]

UPCASTERS: Final[Mapping[str, tuple[str, Upcaster]]] = MappingProxyType({})
"""Old type -> (the next version's type, how its data becomes that). A chain leads to the version that the code knows."""


class Undecodable(Exception):  # noqa: N818 - the finding, not an accident
    """Bytes that are no message of ours. `code` is stable; `detail` names fields, never values."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class EventRegistry:
    """Types by name. Refuses two events of one type, a type that breaks the naming rule, and an upcaster that leads nowhere."""

    def __init__(self, events: Iterable[type[Event]], upcasters: Mapping[str, tuple[str, Upcaster]]) -> None:
        self._events: dict[str, type[Event]] = {}
        for event in events:
            publisher, _, _ = split_type(event.type)
            if publisher not in SERVICES:
                raise ValueError(f"{event.type}: no service of that name")
            if event.type in self._events:
                raise ValueError(f"{event.type}: registered twice")
            self._events[event.type] = event
        self._upcasters = dict(upcasters)
        for old, (new, _) in self._upcasters.items():
            if old in self._events:
                raise ValueError(f"{old}: both a present version and an old one")
            if new not in self._events and new not in self._upcasters:
                raise ValueError(f"{old}: its upcaster leads to {new}, which is not registered")

    def find(self, event_type: str) -> type[Event] | None:
        """Return the class of a present version."""
        return self._events.get(event_type)

    def read(self, event_type: str, data: Data) -> Event:
        """Validate data of any version we know, old ones upcast; unknown fields are ignored.

        Raises:
            Undecodable: `unknown_type` or `data_invalid`.
        """
        while event_type in self._upcasters:
            event_type, upcast = self._upcasters[event_type]
            data = upcast(data)
        event = self._events.get(event_type)
        if event is None:
            raise Undecodable("unknown_type", event_type)
        try:
            return event.model_validate(data, extra="ignore")
        except ValidationError as error:
            raise Undecodable("data_invalid", _fields(error)) from None

    def types(self) -> tuple[str, ...]:
        """Return every present type, in order of registration."""
        return tuple(self._events)


def _fields(error: ValidationError) -> str:
    return ", ".join(
        f"{'.'.join(map(str, problem['loc']))} {problem['type']}" for problem in error.errors(include_input=False, include_url=False)
    )


def decode(body: bytes) -> Envelope:
    """Read an envelope from the wire; unknown fields are ignored.

    Raises:
        Undecodable: `not_json` or `envelope_invalid`.
    """
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Undecodable("not_json") from None
    try:
        return Envelope.model_validate(raw, extra="ignore")
    except ValidationError as error:
        raise Undecodable("envelope_invalid", _fields(error)) from None


def encode(envelope: Envelope) -> bytes:
    """Return the bytes that are stored in the outbox and published: frozen, never encoded twice."""
    return orjson.dumps(dict(envelope), option=orjson.OPT_UTC_Z)  # `data` is plain already; a third of what pydantic's own dump costs


REGISTRY: Final = EventRegistry(EVENTS, UPCASTERS)
