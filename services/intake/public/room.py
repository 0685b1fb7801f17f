"""What the public pages of intake share: dependencies, the cards of the services, and the source that a visitor came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.domain.cards import CardGroup, ServiceCard
from services.intake.domain.outreach.codes import parse_code
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.ports import Deps
from shared.reference.outreach import outreach_lists
from shared.values import Malformed
from shared.web.public import PublicPages

_LONGEST: Final = 20  # characters of what may be a code, signs around it included


@dataclass(frozen=True, slots=True)
class PublicRoom:
    """What the pages need. `site`: where everybody reaches them, without a slash at the end."""

    deps: Deps
    pages: PublicPages
    cards: Mapping[str, ServiceCard]
    groups: tuple[CardGroup, ...]
    site: str

    async def find_source(self, text: str) -> OutreachSource | None:
        """Return the source of a code as it came in an address; None where there is none."""
        try:
            return await self.deps.sources.find(parse_code(text[:_LONGEST]))
        except Malformed:
            return None

    async def known_code(self, text: str) -> str:
        """Return the code in an address where it is a source's; else ""."""
        source = await self.find_source(text) if text else None
        return source.code if source else ""

    def with_code(self, sentence: str, code: str) -> str:
        """Return the first message of a link with the code of a source behind it."""
        return f"{sentence} (#{code})" if code else sentence

    def sentence_of(self, service: str) -> str | None:
        """Return the first message of the link of a service, or of any (""); None where the service is not open."""
        if not service:
            return outreach_lists().any_service
        card = self.cards.get(service)
        return card.sentence if card else None
