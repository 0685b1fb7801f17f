"""Visits to pages of sources, by people whom nobody knows: each counts once a day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from services.intake.domain.outreach.funnel import WhoAndWhere, mark_of, visit_step
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.ports import Deps
from shared.clock import WIB

_PROGRAMS: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|telegram|curl|wget|python|headless", re.IGNORECASE
)
"""Whoever looks at a link to show a picture of it where it was posted, or to list it: nobody has come yet."""


@dataclass(frozen=True, slots=True)
class PageVisitor:
    """Who opened a page: their address and what their browser calls itself. Neither is stored."""

    address: str = field(repr=False)
    agent: str = field(repr=False)

    @property
    def is_person(self) -> bool:
        """Whether it is no program that reads links."""
        return bool(self.agent) and _PROGRAMS.search(self.agent) is None


async def note_visit(deps: Deps, source: OutreachSource, visitor: PageVisitor) -> bool:
    """Count that somebody opened the page of a source; return whether it was a person. The same one counts once a day.

    From one address so many count in a stretch of time, whatever browsers they name: nobody makes a village look visited. What stands for
    the visitor is a hash with a salt that is gone two days later: nobody is known again.
    """
    if not visitor.is_person:
        return False
    today = deps.clock().astimezone(WIB).date()
    salt = await deps.steps.salt(today.isoformat())
    mark = mark_of(salt, f"{visitor.address}|{visitor.agent}")
    what = WhoAndWhere(source=source.code, service=source.what.service, village=source.what.village)
    counter = mark_of(salt, f"visits|{visitor.address}|{source.code}")
    if await deps.tries.take(counter, deps.visits_an_address) is None and not await deps.steps.note([visit_step(mark, today, what)]):
        await deps.tries.give_back(counter)
    return True
