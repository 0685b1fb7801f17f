"""`/desk/kartu/unduh`: the cards of the board as a file, column by column, read page by page while it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from services.issuance.desk import card_words as words
from services.issuance.desk import exports
from services.issuance.desk.cards import PATH, BoardFilter, CardPages, Clerk
from services.issuance.desk.room import IssuanceRoom
from services.issuance.domain.document import Document
from services.issuance.ports import CardPage
from shared.web.desk import StaffMember
from shared.web.desk.csv import csv_lines
from shared.web.desk.words import moment

_ROWS: Final = 500  # read at a time while a file is sent
_HEAD: Final = ("Kolom", "Nama", "Jenis", "Resi", "Nomor bukti", "Sejak", "Dicetak", "Langkah terakhir", "Oleh", "Kartu lama")


def router(room: IssuanceRoom) -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)
    pages = CardPages(room)

    @routes.get(f"{PATH}/unduh")
    async def download(member: Clerk, asked: Annotated[BoardFilter, Query()]) -> Response:
        """Send the cards that the board has, names in full as there; whose names are in it is written down, part by part."""
        first, *others = [lane for lane in words.LANES if lane.word == asked.kolom] or words.LANES
        page = await _page(pages, member, first, asked, None)  # before the answer begins: one that can't be written down is not sent
        return StreamingResponse(
            _lines(pages, member, asked, (first, *others), page),
            media_type="text/csv; charset=utf-8",
            headers=exports.headers("kartu.csv"),
        )

    return routes


async def _lines(
    pages: CardPages, member: StaffMember, asked: BoardFilter, lanes: Sequence[words.BoardLane], first: CardPage
) -> AsyncIterator[str]:
    yield csv_lines([_HEAD], begin=True)
    for number, lane in enumerate(lanes):
        page = first if number == 0 else await _page(pages, member, lane, asked, None)
        while True:
            yield csv_lines(_row(lane, document) for document in page.cards)
            if page.next is None:
                break
            page = await _page(pages, member, lane, asked, page.next)


async def _page(pages: CardPages, member: StaffMember, lane: words.BoardLane, asked: BoardFilter, after: str | None) -> CardPage:
    query = replace(pages.query(lane, asked, alone=False), after=after, limit=_ROWS)
    page = await pages.room.deps.cards.page(query)
    detail: dict[str, Any] = {"column": lane.word, "cards": str(len(page.cards))}
    await pages.room.units.note(pages.room.entry(member, "card.exported", "cards", page.cards, **detail))
    return page


def _row(lane: words.BoardLane, document: Document) -> list[str]:
    card = document.card
    moved = card.moves[-1] if card and card.moves else None
    return [
        lane.name,
        document.holder_name,
        words.kinds().get(document.product, document.product),
        document.receipt,
        document.number,
        moment(card.since) if card else "",
        str(card.prints) if card else "",
        words.step(moved) if moved else "",
        moved.by_name if moved else "",
        words.old_card(moved) if moved else "",
    ]
