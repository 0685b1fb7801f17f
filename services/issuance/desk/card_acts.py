"""What clerks do to cards: many printed or ready at once, one spoiled or handed over, blanks that came in."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.issuance import handlers
from services.issuance.desk import card_words as words
from services.issuance.desk.cards import ONE, PATH, CardPages, Clerk, back_to
from services.issuance.desk.room import IssuanceRoom
from services.issuance.domain.cards import BlankStock, CardClerk, Receiver
from services.issuance.domain.document import Document
from services.issuance.ports import Tx
from shared.errors import BadInput, DomainError
from shared.web.desk import StaffMember

_MOST_AT_ONCE: Final = 50  # cards of one column by itself


class Move(Protocol):
    """One of the moves that many cards make at once."""

    def __call__(self, tx: Tx, /, *, document_id: str, seen: int, by: CardClerk) -> Awaitable[BlankStock | None]:
        """Move a card; return the blanks that have run low with it."""


class ChosenCards(BaseModel):
    """The cards that were ticked: each its id, a colon, and the steps that the page knew of."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kartu: Annotated[tuple[Annotated[str, Field(max_length=120, pattern=r"^[0-9A-Za-z._-]+:[0-9]{1,4}$")], ...], Field()] = ()
    jenis: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")] = ""


class OneCard(BaseModel):
    """A form about one card. `langkah`: the steps that the page knew of."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    langkah: Annotated[int, Field(ge=0)]
    alasan: Annotated[str, Field(max_length=20)] = ""
    kode: Annotated[str, Field(max_length=20)] = ""
    penerima: Annotated[str, Field(max_length=20)] = ""
    kartu_lama: Annotated[str, Field(max_length=20)] = ""


def router(room: IssuanceRoom) -> APIRouter:
    """Return the routes that change something."""
    routes = APIRouter(include_in_schema=False)
    pages = CardPages(room)
    _many(routes, room)
    _one(routes, pages)
    _blanks(routes, room)
    return routes


def _many(routes: APIRouter, room: IssuanceRoom) -> None:
    async def printed(tx: Tx, /, *, document_id: str, seen: int, by: CardClerk) -> BlankStock | None:
        return await handlers.mark_card_printed(tx, room.deps, document_id, seen=seen, by=by)

    async def ready(tx: Tx, /, *, document_id: str, seen: int, by: CardClerk) -> None:
        await handlers.mark_card_ready(tx, room.deps, document_id, seen=seen, by=by)

    @routes.post(f"{PATH}/cetak")
    async def mark_printed(request: Request, member: Clerk, chosen: Annotated[ChosenCards, Form()]) -> Response:
        return await _each(room, request, member, chosen, "card.printed", printed)

    @routes.post(f"{PATH}/siap")
    async def mark_ready(request: Request, member: Clerk, chosen: Annotated[ChosenCards, Form()]) -> Response:
        return await _each(room, request, member, chosen, "card.ready", ready)


async def _each(room: IssuanceRoom, request: Request, member: StaffMember, chosen: ChosenCards, act: str, move: Move) -> Response:
    """Move the chosen cards one by one: what somebody else moved meanwhile keeps nobody else's card back.

    Raises:
        DomainError: `blanks_none`, where nothing was done for want of blanks.
    """
    moved = refused = 0
    low = ""
    for row in chosen.kartu[:_MOST_AT_ONCE]:
        document_id, _, seen = row.partition(":")
        document = await room.deps.document_reader.get(document_id)
        entry = room.entry(member, act, f"document/{document_id}", [document])
        try:
            stock = await room.act(request, entry, partial(move, document_id=document_id, seen=int(seen), by=_clerk(member)))
            moved, low = moved + 1, stock.product if stock else low
        except DomainError as error:
            if error.code == "blanks_none" and not moved:
                raise
            refused += 1
    return back_to(PATH, selesai=act.partition(".")[2], jumlah=moved, gagal=refused, menipis=low, jenis=chosen.jenis)


def _one(routes: APIRouter, pages: CardPages) -> None:
    room = pages.room
    deps = room.deps

    @routes.post(f"{ONE}/rusak")
    async def spoil(request: Request, document_id: str, member: Clerk, asked: Annotated[OneCard, Form()]) -> Response:
        if asked.alasan not in words.SPOILED:
            raise BadInput("spoil_reason_missing", "Why it is no good must be one of the list.")
        document = await deps.document_reader.get(document_id)
        entry = room.entry(member, "card.spoiled", f"document/{document_id}", [document], reason=asked.alasan)
        clerk, reason = _clerk(member), asked.alasan
        await room.act(request, entry, lambda tx: handlers.spoil_card(tx, deps, document_id, reason=reason, seen=asked.langkah, by=clerk))
        return back_to(f"{PATH}/{document_id}", selesai="rusak")

    @routes.post(f"{ONE}/serah")
    async def hand_over(request: Request, document_id: str, member: Clerk, asked: Annotated[OneCard, Form()]) -> Response:
        """Hand the card over; a wrong code is answered by the page with what was typed."""
        document = await deps.document_reader.get(document_id)
        entry = room.entry(member, "card.handed_over", f"document/{document_id}", [document])
        receiver = Receiver(asked.penerima) if asked.penerima in words.RECEIVERS else Receiver.HOLDER
        old_card = asked.kartu_lama == "ditarik" if asked.kartu_lama in words.OLD_CARD else None
        seen, clerk = asked.langkah, _clerk(member)

        async def body(tx: Tx) -> Document:
            return await handlers.hand_over_card(
                tx, deps, document_id, code=asked.kode, receiver=receiver, old_card=old_card, seen=seen, by=clerk
            )

        try:
            await room.act(request, entry, body)
        except DomainError as error:
            if error.code != "pickup_code_wrong":
                raise
            return await pages.one(request, member, document, code=asked.kode, wrong_code=True)
        return back_to(f"{PATH}/{document_id}", selesai="serah")


def _blanks(routes: APIRouter, room: IssuanceRoom) -> None:
    @routes.post(f"{PATH}/blangko")
    async def receive(
        request: Request,
        member: Clerk,
        jenis: Annotated[str, Form(max_length=40)],
        banyak: Annotated[int, Form(ge=-100_000, le=100_000)],
    ) -> Response:
        if jenis not in words.kinds():
            raise BadInput("card_kind_unknown", "There is no such card.")
        entry = room.entry(member, "blanks.received", f"blanks/{jenis}", count=str(banyak))
        await room.act(request, entry, lambda tx: handlers.receive_blanks(tx, jenis, banyak))
        return back_to(PATH, selesai="blangko", jumlah=abs(banyak))


def _clerk(member: StaffMember) -> CardClerk:
    return CardClerk(member.staff_id, member.name)
