"""The part of the notifier's unit of work that is about broadcasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pymongo import UpdateOne

from services.notifier.domain.broadcast import Broadcast, BroadcastState
from services.notifier.domain.news import NewsContact, NewsRecipient, NumberHealth
from services.notifier.store.broadcasts import (
    BROADCASTS,
    NEWS_CONTACTS,
    NUMBER,
    NUMBER_HEALTH,
    RECIPIENTS,
    recipient_to,
)
from services.notifier.store.schema import RECIPIENT_ROWS
from shared.messaging.transaction.runner import UnitOfWork
from shared.mongo import reachable


class BroadcastTx:
    """See `ports.Tx`."""

    def __init__(self, work: UnitOfWork) -> None:
        self._unit = work.unit

    async def find_broadcast(self, broadcast_id: str) -> Broadcast | None:
        return await self._unit.find(BROADCASTS, broadcast_id)

    async def get_broadcast(self, broadcast_id: str) -> Broadcast:
        """Return a broadcast.

        Raises:
            NotFound: `broadcasts_not_found`.
        """
        return await self._unit.get(BROADCASTS, broadcast_id)

    async def running_broadcasts(self) -> tuple[Broadcast, ...]:
        found = await self._unit.find_many(BROADCASTS, {"state": BroadcastState.RUNNING.value})
        return tuple(broadcast for broadcast in found if broadcast.is_running)

    def add_broadcast(self, broadcast: Broadcast) -> None:
        self._unit.add(BROADCASTS, broadcast)

    def save_broadcast(self, broadcast: Broadcast) -> None:
        self._unit.save(BROADCASTS, broadcast)

    def add_recipients(self, recipients: Sequence[NewsRecipient]) -> None:
        for recipient in recipients:
            born = {"$setOnInsert": {**recipient_to(recipient), "version": 1, "seq": 0}}
            self._unit.defer(RECIPIENT_ROWS, UpdateOne({"_id": recipient.key}, born, upsert=True))

    async def recipients(self, keys: Sequence[str]) -> tuple[NewsRecipient, ...]:
        with reachable():
            await self._unit.prefetch(RECIPIENTS, keys)
        people: list[NewsRecipient] = []
        for key in keys:
            recipient = await self._unit.find(RECIPIENTS, key)
            people += [recipient] if recipient is not None else []
        return tuple(people)

    def save_recipient(self, recipient: NewsRecipient) -> None:
        self._unit.save(RECIPIENTS, recipient)

    async def news_contacts(self, contact_ids: Sequence[str]) -> Mapping[str, NewsContact]:
        with reachable():
            await self._unit.prefetch(NEWS_CONTACTS, contact_ids)
        known: dict[str, NewsContact] = {}
        for contact_id in contact_ids:
            known[contact_id] = await self._unit.find(NEWS_CONTACTS, contact_id) or NewsContact(contact_id)
        return known

    def keep_news_contact(self, contact: NewsContact) -> None:
        if self._unit.version(NEWS_CONTACTS, contact.contact_id):
            self._unit.save(NEWS_CONTACTS, contact)
        else:
            self._unit.add(NEWS_CONTACTS, contact)

    async def number_health(self) -> NumberHealth:
        return await self._unit.find(NUMBER_HEALTH, NUMBER) or NumberHealth()

    def keep_number_health(self, health: NumberHealth) -> None:
        if self._unit.version(NUMBER_HEALTH, NUMBER):
            self._unit.save(NUMBER_HEALTH, health)
        else:
            self._unit.add(NUMBER_HEALTH, health)
