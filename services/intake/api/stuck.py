"""Parked chat messages and delivery statuses, under `/v1/stuck`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter

from services.intake.handlers import discard_item, replay_item
from services.intake.ports import Deps, ParkedItem, StoredItem, Tx
from shared.errors import NotFound
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import stuck
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage

PERSONAL: Final = frozenset({"key", "sender", "content"})
"""Names of fields of a content that tell of persons."""


class ParkedItems:
    """The parked items of the webhook log."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], wake: Callable[[], None]) -> None:
        self._deps = deps
        self._units = units
        self._wake = wake

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return a page of parked items, sorted by id."""
        found = await self._deps.webhook_log.parked(after, limit + 1)
        entries = [StuckEntry(**_fields(parked)) for parked in found[:limit]]
        return StuckPage(stuck=entries, next=entries[-1].id if len(found) > limit else None)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return a parked item with its content; None where there is none."""
        try:
            parked = await self._units.run(lambda tx: tx.parked_item(stuck_id))
        except NotFound:
            return None
        item = parked.item
        content = {"key": item.key, "sender": item.sender, "received_at": item.received_at, "content": _content(item)}
        return StuckDetail(**_fields(parked), content=content)

    async def replay(self, stuck_id: str) -> None:
        """Release a parked item to be handled again."""
        await self._units.run(lambda tx: replay_item(tx, stuck_id))
        self._wake()

    async def discard(self, stuck_id: str, note: str) -> None:
        """Discard a parked item."""
        await self._units.run(lambda tx: discard_item(tx, stuck_id, note))


def routes(deps: Deps, units: UnitOfWorkRunner[Tx], wake: Callable[[], None]) -> APIRouter:
    """Return the routes of parked items."""
    return stuck.routes(ParkedItems(deps, units, wake), PERSONAL)


def _fields(parked: ParkedItem) -> dict[str, Any]:
    return {"id": parked.stuck_id, "kind": parked.kind, "code": parked.reason, "since": parked.parked_at, "attempts": 1}


def _content(item: StoredItem) -> Any:
    """Return the item's content; as text where it is not valid JSON, which is why the item was parked."""
    try:
        return dict(item.content)
    except ValueError:
        return item.raw.decode(errors="backslashreplace")
