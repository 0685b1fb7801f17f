"""The removal of abandoned drafts with their files: personal data is not kept without need (UU 27/2022 article 16)."""

from __future__ import annotations

from typing import Final

from services.intake.domain.drafts import DRAFT_LIFETIME
from services.intake.handlers import drop_stale_draft
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

_AT_A_TIME: Final = 100  # drafts in one page


class StaleDrafts:
    """The drafts of chats that people began and did not finish."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def sweep(self) -> int:
        """Drop every stale draft with its files; return how many there were."""
        swept = 0
        while contacts := await self._deps.webhook_log.stale_drafts(self._deps.clock() - DRAFT_LIFETIME, _AT_A_TIME):
            for contact_id in contacts:
                await self._drop(contact_id)
            swept += len(contacts)
        return swept

    async def _drop(self, contact_id: str) -> None:
        for file_id in await self._units.run(lambda tx: drop_stale_draft(tx, self._deps, contact_id)):
            await self._deps.files.delete(file_id)
