"""What an operator can do with everything that was not handled: see it, replay it, or decide that it shall not be handled.

What is the messaging's own is read from the broker and the databases (`stuck_messages`). What a service gave up (a chat message, a
document, a notice) is the service's to show and to decide about, at its `/v1/stuck` (`service_api`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import BadInput, NotFound
from shared.messaging.operations.service_api import ServiceApi, ServiceUnreachable
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace
from shared.messaging.operations.stuck_messages import StuckMessages


@dataclass(frozen=True, slots=True)
class StuckList:
    """The items that wait, as far as they could be asked for."""

    items: tuple[StuckItem, ...]
    unreachable: tuple[ServiceUnreachable, ...] = ()


class StuckWork:
    """The stuck work of all services."""

    def __init__(self, messages: StuckMessages, services: ServiceApi, names: Sequence[str]) -> None:
        """Wire it; `names` are all services."""
        self._messages = messages
        self._services = services
        self._names = tuple(names)

    async def waiting(self, service: str | None = None) -> StuckList:
        """Return everything that waits, service by service, the oldest of each place first.

        Raises:
            NotFound: no such service.
            ConnectionLost: the broker is not there.
            DatabaseUnavailable: MongoDB is not there.
        """
        if service is not None and service not in self._names:
            raise NotFound("unknown_service", service)
        items: list[StuckItem] = []
        unreachable: list[ServiceUnreachable] = []
        for name in self._names if service is None else [service]:
            items += await self._messages.of_service(name)
            try:
                items += await self._services.waiting(name)
            except ServiceUnreachable as error:
                unreachable.append(error)
        items += [item for item in await self._messages.of_nobody() if service in (None, item.service)]
        return StuckList(tuple(items), tuple(unreachable))

    async def show(self, address: str, *, personal: bool = False) -> StuckItem:
        """Return one item with its body; personal data of a service's own only when asked for.

        Raises:
            BadInput: that is no address.
            NotFound: nothing waits there.
            ServiceUnreachable: the service does not answer.
        """
        place, service, item_id = self._parse(address)
        if place is StuckPlace.STUCK:
            found = await self._services.find(service, item_id, personal=personal)
        else:
            found = await self._messages.find(place, service, item_id)
        if found is None:
            raise NotFound("nothing_waits_there", address)
        return found

    async def replay(self, address: str, *, vouch: bool = False) -> None:
        """Have it handled again. Whoever handled it meanwhile calls it a duplicate; a second replay of what is on its way finds nothing.

        `vouch`: also a message of which nobody says who published it, as of the first release; it is sent as what it says it is.

        Raises:
            BadInput: that is no address, or it was published in another's name (`forged`).
            NotFound: nothing waits there.
            ServiceUnreachable: the service does not answer.
            Permanent: it can't be handled as things are, and goes on waiting.
            PublishRefused, BrokerUnavailable: not sent; it waits where it was.
        """
        place, service, item_id = self._parse(address)
        if place is StuckPlace.STUCK:
            done = await self._services.replay(service, item_id)
        else:
            done = await self._messages.replay(await self.show(address), vouch=vouch)
        if not done:
            raise NotFound("nothing_waits_there", address)

    async def discard(self, address: str, note: str) -> None:
        """Decide that it shall not be handled. It stays known, with the note (why, and who says so).

        Raises:
            BadInput: that is no address, or the note is empty.
            NotFound: nothing waits there.
            ServiceUnreachable: the service does not answer.
        """
        if not note.strip():
            raise BadInput("note_missing", "say why, and who decided")
        place, service, item_id = self._parse(address)
        if place is StuckPlace.STUCK:
            done = await self._services.discard(service, item_id, note)
        else:
            done = await self._messages.discard(await self.show(address), note)
        if not done:
            raise NotFound("nothing_waits_there", address)

    def _parse(self, address: str) -> tuple[StuckPlace, str, str]:
        service, _, rest = address.partition("/")
        place, _, item_id = rest.partition("/")
        if service not in self._names or place not in list(StuckPlace) or not item_id:
            raise BadInput("not_an_address", "service/place/id, as `list` shows it")
        return StuckPlace(place), service, item_id
