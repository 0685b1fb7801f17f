"""Links between chats and people that ended because a number changed hands: what they vouch for and is not decided is unproven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.verification.store.schema import ENDED_LINKS
from shared.mongo import ChangeTracker, DocumentMapping


@dataclass(frozen=True, slots=True)
class EndedLink:
    """A link that ended, by its id."""

    link_id: str
    ended_at: datetime


ENDED_LINK: DocumentMapping[EndedLink] = DocumentMapping(
    collection=ENDED_LINKS,
    key=lambda link: link.link_id,
    to_doc=lambda link: {"ended_at": link.ended_at},
    from_doc=lambda doc: EndedLink(doc["_id"], doc["ended_at"]),
)


class MongoLinks:
    """Ended links in a unit of work; implements `ports.Links`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def ended(self, link_ids: Iterable[str]) -> frozenset[str]:
        """Return those that ended."""
        asked = frozenset(link_ids)
        await self._unit.prefetch(ENDED_LINK, asked)
        return frozenset([link_id for link_id in asked if await self._unit.find(ENDED_LINK, link_id) is not None])

    async def end(self, link_ids: Iterable[str], at: datetime) -> None:
        """Note that they ended; those that are known to have stay as they are."""
        asked = frozenset(link_ids)
        for link_id in asked - await self.ended(asked):
            self._unit.add(ENDED_LINK, EndedLink(link_id, at))
