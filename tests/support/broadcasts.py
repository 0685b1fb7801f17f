"""A broadcast that runs, with people who agreed to it, written into the notifier's database: for tests of what comes after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any, Final

from services.notifier.domain.broadcast import Broadcast, BroadcastState, Category, Hand, Hours, ListPages, Segment
from services.notifier.domain.message import Template
from services.notifier.domain.news import NewsContact, NewsRecipient
from services.notifier.store.broadcasts import BROADCASTS, NEWS_CONTACTS, RECIPIENTS
from shared.mongo import Doc, DocumentMapping

SITI: Final = Hand("staff-siti", "Siti")
_AT_A_TIME: Final = 1000


def phones(count: int, prefix: str = "62815") -> list[str]:
    """Numbers that nobody has."""
    return [f"{prefix}{number:08d}" for number in range(count)]


async def begin(
    rows: Callable[[str], Any], broadcast_id: str, addresses: Sequence[str], *, at: datetime, per_second: float = 40.0
) -> Broadcast:
    """Have a broadcast run to these numbers. `rows`: a collection of the notifier's database by its name."""
    broadcast = Broadcast(
        broadcast_id=broadcast_id,
        name="KIA lewat chat",
        template=Template("kabar_layanan", "id", ("{desa}", "KIA kini bisa diurus lewat chat ini.")),
        category=Category.MARKETING,
        segment=Segment(),
        hours=Hours(time(0), time(23, 59, 59)),
        per_second=per_second,
        made_by=SITI,
        made_at=at,
        state=BroadcastState.RUNNING,
        pages=ListPages(frozenset({1}), 1, len(addresses)),
        started_by=Hand("staff-budi", "Budi"),
        started_at=at,
    )
    contacts = [NewsContact(f"{broadcast_id}-{number}", address, agreed=True, changed_at=at) for number, address in enumerate(addresses)]
    people = [NewsRecipient(broadcast_id, contact.contact_id, contact.address, at, at, "3519012001") for contact in contacts]
    for first in range(0, len(people), _AT_A_TIME):
        await rows(NEWS_CONTACTS.collection).insert_many([_doc(NEWS_CONTACTS, each) for each in contacts[first : first + _AT_A_TIME]])
        await rows(RECIPIENTS.collection).insert_many([_doc(RECIPIENTS, each) for each in people[first : first + _AT_A_TIME]])
    await rows(BROADCASTS.collection).insert_one(_doc(BROADCASTS, broadcast))
    return broadcast


def _doc(mapping: DocumentMapping[Any], thing: Any) -> Doc:
    return {"_id": mapping.key(thing), "version": 1, "seq": 0, **mapping.to_doc(thing)}
