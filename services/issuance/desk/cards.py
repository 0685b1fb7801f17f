"""`/desk/kartu`: the board of cards from their order to their owner, one card with its history, and what a slip leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.issuance.desk import card_words as words
from services.issuance.desk import register_words
from services.issuance.desk.room import IssuanceRoom
from services.issuance.domain.card_order import CardState
from services.issuance.domain.cards import has_old_card, pickup_code
from services.issuance.domain.document import Document
from services.issuance.ports import CardPage, CardQuery
from shared.errors import NotFound
from shared.web.desk import Lookout, Since, StaffMember, signed_in
from shared.web.desk.navigation import WaitingCount

PATH: Final = "/desk/kartu"
ONE: Final = f"{PATH}/{{document_id}}"
PERMISSION: Final = "cards:work"
_SHOWN: Final = 20  # cards of a column on the board
_ROWS: Final = 50  # of a column by itself
_MOST_NEW: Final = 99  # what is beyond is said as 99+
_TOKEN: Final = re.compile(r"/v/([0-9A-Za-z_-]{8,64})$")
_NUMBER: Final = re.compile(r"[0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4,6}")

Clerk = Annotated[StaffMember, signed_in(PERMISSION)]


class BoardFilter(BaseModel):
    """What the address says. `kolom`: one column by itself; `selesai`, `jumlah`, `gagal`, `menipis`: what was just done."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    jenis: Annotated[str, Field(max_length=40)] = ""
    kolom: Annotated[str, Field(max_length=20)] = ""
    setelah: Annotated[str | None, Field(max_length=200)] = None
    selesai: Annotated[str, Field(max_length=20)] = ""
    jumlah: Annotated[int, Field(ge=0)] = 0
    gagal: Annotated[int, Field(ge=0)] = 0
    menipis: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True, slots=True)
class LanePage:
    """A column with its cards."""

    lane: words.BoardLane
    page: CardPage


@dataclass(frozen=True, slots=True)
class Stock:
    """The blanks of a product."""

    name: str
    product: str
    left: int
    is_low: bool


class CardPages:
    """Draws the board and single cards; also for what was just done to them."""

    def __init__(self, room: IssuanceRoom) -> None:
        self.room = room

    async def board(self, request: Request, member: StaffMember, asked: BoardFilter) -> Response:
        """Return the board, or one of its columns; whose cards were seen is written down."""
        deps = self.room.deps
        newest = await deps.cards.newest()
        alone = [lane for lane in words.LANES if lane.word == asked.kolom]
        lanes = [LanePage(lane, await deps.cards.page(self.query(lane, asked, alone=bool(alone)))) for lane in alone or words.LANES]
        shown = [card for lane in lanes for card in lane.page.cards]
        await self.room.units.note(self.room.entry(member, "card.listed", "cards", shown, cards=str(len(shown))))
        values: dict[str, Any] = {"lanes": lanes, "alone": bool(alone), "stocks": await self.stocks(), "newest": newest}
        values |= {"kinds": words.kinds(), "low": deps.blanks_low, "old_card": words.old_card}
        return self.room.pages.show(request, "cards.html", member, asked=asked, **values)

    def query(self, lane: words.BoardLane, asked: BoardFilter, *, alone: bool) -> CardQuery:
        """Return what a column shows; `alone`: by itself, from where the address says."""
        handed_over = lane.state is CardState.HANDED_OVER
        return CardQuery(
            state=lane.state,
            product=asked.jenis if asked.jenis in words.kinds() else "",
            since=register_words.since("hari-ini", self.room.deps.clock()) if handed_over else None,
            after=asked.setelah if alone else None,
            limit=_ROWS if alone else _SHOWN,
        )

    async def stocks(self) -> list[Stock]:
        """Return the blanks of every kind of card."""
        left, low = await self.room.deps.cards.blanks(), self.room.deps.blanks_low
        return [Stock(name, product, left.get(product, 0), left.get(product, 0) < low) for product, name in words.kinds().items()]

    async def one(
        self,
        request: Request,
        member: StaffMember,
        document: Document,
        *,
        code: str = "",
        wrong_code: bool = False,
        done: str = "",
    ) -> Response:
        """Return one card; that it was seen is written down. `code`: of a slip that was scanned."""
        if document.card is None:
            raise NotFound("documents_not_found")
        await self.room.units.note(self.room.entry(member, "card.seen", f"document/{document.document_id}", [document]))
        return self.room.pages.show(
            request,
            "card.html",
            member,
            status=HTTPStatus.CONFLICT if wrong_code else HTTPStatus.OK,
            document=document,
            card=document.card,
            lane=next(lane for lane in words.LANES if lane.state is document.card.state),
            kind=words.kinds().get(document.product, document.product),
            slip=register_words.STATES[document.state],
            moves=[(move, words.step(move)) for move in reversed(document.card.moves)],
            spoiled=list(words.SPOILED.items()),
            receivers=[(str(value), word) for value, word in words.RECEIVERS.items()],
            old_card=list(words.OLD_CARD.items()) if has_old_card(document) else [],
            code=code,
            wrong_code=wrong_code,
            done=done,
        )


def router(room: IssuanceRoom) -> APIRouter:
    """Return the routes that look."""
    routes = APIRouter(include_in_schema=False)
    pages = CardPages(room)
    _listing(routes, pages)
    _listening(routes, pages)  # before the address of one card, which would take their words for an id
    _opening(routes, pages)
    return routes


def _listing(routes: APIRouter, pages: CardPages) -> None:
    deps = pages.room.deps

    @routes.get(PATH)
    async def board(request: Request, member: Clerk, asked: Annotated[BoardFilter, Query()]) -> Response:
        return await pages.board(request, member, asked)

    @routes.get(f"{PATH}/jumlah")
    async def waiting(_member: Clerk) -> WaitingCount:
        to_print = await deps.cards.page(CardQuery(CardState.TO_PRINT, limit=1))
        return WaitingCount(waiting=to_print.count, urgent=any(stock.is_low for stock in await pages.stocks()))

    @routes.post(f"{PATH}/pindai")
    async def scan(request: Request, member: Clerk, q: Annotated[str, Form(max_length=300)] = "") -> Response:
        """Open what a slip leads to: its QR code proves it, so its code is filled in; a receipt or a number only finds the card."""
        text = q.strip()
        token = found[1] if (found := _TOKEN.search(text)) else ""
        number = text.upper() if not token and _NUMBER.fullmatch(text.upper()) else ""
        receipt = "" if token or number else text.upper()
        cards = await deps.cards.find(token=token, number=number, receipt=receipt)
        if len(cards) == 1:
            return await pages.one(request, member, cards[0], code=pickup_code(token) if token else "")
        shown = [register_words.STATES[each.state] for each in cards]
        await pages.room.units.note(pages.room.entry(member, "card.searched", "cards", cards, found=str(len(cards))))
        values: dict[str, Any] = {"cards": list(zip(cards, shown, strict=True)), "kinds": words.kinds(), "steps": words.LANES}
        return pages.room.pages.show(request, "cards_found.html", member, **values)


def _opening(routes: APIRouter, pages: CardPages) -> None:
    @routes.get(ONE)
    async def one(request: Request, document_id: str, member: Clerk, selesai: Annotated[str, Query(max_length=20)] = "") -> Response:
        return await pages.one(request, member, await pages.room.deps.document_reader.get(document_id), done=selesai)


def _listening(routes: APIRouter, pages: CardPages) -> None:
    cards = pages.room.deps.cards
    lookout = Lookout(cards.newest)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, _member: Clerk, sejak: Since) -> Response:
        async def count() -> tuple[int, bool]:
            found = await cards.count_newer(sejak, _MOST_NEW + 1)
            return min(found, _MOST_NEW), found > _MOST_NEW

        return lookout.answer(request, count)


def back_to(path: str, **values: str | int) -> RedirectResponse:
    """Lead to the page that says what was done."""
    query = "&".join(f"{name}={value}" for name, value in values.items() if value not in ("", 0))
    return RedirectResponse(f"{path}?{query}" if query else path, HTTPStatus.SEE_OTHER)
