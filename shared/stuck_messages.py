"""A service's stuck work with its messages: what it gave up itself, what its consumer parked, what the broker refused or gave up.

The page of stuck work shows both as one list (`shared.web.stuck.pages`). Under `/v1/stuck` stands the service's own alone: an operator's
command reads messages where they lie. A service decides about its own messages; what no queue took is nobody's, and the command's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson

from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import BadInput, DomainError, NotFound
from shared.messaging.broker.errors import BrokerUnavailable, ConnectionLost, PublishRefused
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage, StuckSource
from shared.web.stuck.pages import MESSAGE, UNREAD

_PLACES: Final = frozenset({StuckPlace.PARKED, StuckPlace.REFUSED, StuckPlace.DEAD})
_APART: Final = "~"  # between the place and the id of a message; ids of a service's own have none
_FRESH_SECONDS: Final = 15.0  # every open page counts what waits: the broker is asked for its dead letters once in so long, not for each

_log = logs.get("stuck")


class StuckWithMessages:
    """A `StuckSource` over another one and the service's own messages."""

    def __init__(self, own: StuckSource, messages: StuckMessages, service: str) -> None:
        self._own = own
        self._messages = messages
        self._service = service
        self._dead: list[StuckItem] = []
        self._dead_at = float("-inf")

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return messages first, all of them, and then the service's own, page by page."""
        page = await self._own.page(after, limit)
        if after is not None:
            return page
        return StuckPage(stuck=[*map(_entry, await self._waiting()), *page.stuck], next=page.next)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return one with what it holds."""
        place, message_id = _address(stuck_id)
        if place is None:
            return await self._own.find(stuck_id)
        item = await self._messages.find(place, self._service, message_id)
        return None if item is None else StuckDetail(**_entry(item).model_dump(), content=_content(item))

    async def replay(self, stuck_id: str) -> None:
        """Send a message again to this service alone, or have the service's own worked on again.

        Raises:
            DomainError: one of `MESSAGE_REFUSALS`: it goes on waiting.
            NotFound: nothing waits there.
        """
        if _address(stuck_id)[0] is None:
            await self._own.replay(stuck_id)
        else:
            await self._decide(stuck_id, lambda item: self._messages.replay(item, vouch=False))

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it unhandled and keep the note.

        Raises:
            DomainError: `broker_unreachable`: it goes on waiting.
            NotFound: nothing waits there.
        """
        if _address(stuck_id)[0] is None:
            await self._own.discard(stuck_id, note)
        else:
            await self._decide(stuck_id, lambda item: self._messages.discard(item, note))

    async def _decide(self, stuck_id: str, act: Callable[[StuckItem], Awaitable[bool]]) -> None:
        place, message_id = _address(stuck_id)
        self._dead_at = float("-inf")
        try:
            item = await self._messages.find(place, self._service, message_id) if place else None
            is_done = item is not None and await act(item)
        except BadInput as error:  # forged: nobody's word makes it true
            raise DomainError(error.code, error.detail) from error
        except (ConnectionLost, BrokerUnavailable, PublishRefused) as error:
            raise DomainError("broker_unreachable", type(error).__name__) from error
        if not is_done:
            raise NotFound("stuck_not_found")

    async def _waiting(self) -> list[StuckItem]:
        """Return the messages that wait; without the dead letters where the broker does not answer, and the log says so."""
        at = monotonic_seconds()
        if at - self._dead_at > _FRESH_SECONDS:
            try:
                self._dead = await self._messages.of_broker(self._service)
            except ConnectionLost as error:
                _log.warning("stuck.dead_letters_unread", reason=error.reason)
                self._dead = []
            self._dead_at = at
        return [*await self._messages.of_database(self._service), *self._dead]


def _address(stuck_id: str) -> tuple[StuckPlace | None, str]:
    """Return the place and the id of a message; no place: it is the service's own."""
    place, apart, message_id = stuck_id.partition(_APART)
    return (StuckPlace(place), message_id) if apart and place in _PLACES else (None, stuck_id)


def _entry(item: StuckItem) -> StuckEntry:
    return StuckEntry(
        id=f"{item.place}{_APART}{item.id}", kind=MESSAGE, code=item.code, since=item.at, attempts=item.times, reference=item.type
    )


def _content(item: StuckItem) -> dict[str, Any]:
    """Return the message with where it lies; what is no JSON is personal as a whole."""
    found: dict[str, Any] = {"place": item.place.value, "type": item.type, "detail": item.detail, "publisher": item.publisher or ""}
    try:
        return found | {"message": orjson.loads(item.body)}
    except orjson.JSONDecodeError:
        return found | {UNREAD: item.body.decode(errors="backslashreplace")}
