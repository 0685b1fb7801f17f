"""Changes of the register that wait for a person under `/v1/stuck`: the register changed while documents were made, or one is void."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter

from services.verification import handlers
from services.verification.domain.case import Case, CaseState
from services.verification.domain.case_documents import waits_for
from services.verification.domain.recording import CONFLICT, DOCUMENT_VOID
from services.verification.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import stuck
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage

PERSONAL: Final = frozenset({"change", "documents"})
"""Names of fields of a content that tell of persons."""
REFUSALS: Final = (CONFLICT, DOCUMENT_VOID)
"""Codes that say for what a change waits still."""


class UnrecordedChanges:
    """The cases whose change could not be applied, as a `StuckSource`."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._deps = deps
        self._units = units

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return cases by id."""
        found = await self._deps.case_reader.unrecorded(after, limit + 1)
        shown = found[:limit]
        following = shown[-1].id if len(found) > limit else None
        return StuckPage(stuck=[StuckEntry(**_fields(case)) for case in shown], next=following)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return one with the change that waits."""
        case = await self._units.run(lambda tx: tx.cases.find(stuck_id))
        if case is None or case.state is not CaseState.UNRECORDED or case.change is None:
            return None
        documents = [asdict(document) for document in case.documents]
        return StuckDetail(**_fields(case), content={"change": asdict(case.change), "documents": documents})

    async def replay(self, stuck_id: str) -> None:
        """Apply it to the register as it is now."""
        await self._units.run(lambda tx: handlers.apply_again(tx, self._deps, stuck_id))

    async def discard(self, stuck_id: str, note: str) -> None:
        """Leave the register as it is; its families wait no more, and its history keeps the note."""
        await self._units.run(lambda tx: handlers.give_up(tx, self._deps, stuck_id, note=note))


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the routes."""
    return stuck.routes(UnrecordedChanges(units, deps), PERSONAL, REFUSALS)


def _fields(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.first.service,
        "code": waits_for(case),
        "since": case.conflict_at,
        "attempts": 1,
        "reference": case.first.receipt,
    }
