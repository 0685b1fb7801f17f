"""`/desk/konten/baru`: a piece is described and made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.source_form import find_typed_village
from services.intake.desk.studio import words
from services.intake.domain.studio.pieces import NAME_LONGEST, NOTE_LONGEST, Piece, PieceWish
from services.intake.handlers import make_piece, month_in_numbers
from services.intake.ports import Deps, Tx
from shared.errors import BadInput
from shared.reference.ideas import KINDS, ideas
from shared.reference.moments import MomentDates, find_moment, moments_of
from shared.reference.regions import village_name, villages
from shared.web.desk import StaffMember

_LONGEST: Final = 200  # characters that a field is read with: what is too long is said, not cut


class PieceFields(BaseModel):
    """What somebody typed, or what the address says of it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    bentuk: Annotated[str, Field(max_length=63)] = "poster"
    ide: Annotated[str, Field(max_length=63)] = ""
    layanan: Annotated[str, Field(max_length=63)] = ""
    desa: Annotated[str, Field(max_length=_LONGEST)] = ""
    kampanye: Annotated[str, Field(max_length=_LONGEST)] = ""
    saluran: Annotated[str, Field(max_length=63)] = ""
    akun: Annotated[str, Field(max_length=_LONGEST)] = ""
    momen: Annotated[str, Field(max_length=63)] = ""
    catatan: Annotated[str, Field(max_length=_LONGEST)] = ""


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(words.NEW)
    async def new(request: Request, asked: Annotated[PieceFields, Query()], member: words.Campaigner) -> Response:
        return await _form(room, request, member, _suggested(room.deps, asked), {})

    @routes.post(words.NEW)
    async def make(request: Request, typed: Annotated[PieceFields, Form()], member: words.Campaigner) -> Response:
        wish = await _with_numbers(room.deps, read_wish(room.deps, typed))
        try:
            piece = await order_piece(room, request, member, wish)
        except BadInput as refused:
            return await _form(room, request, member, typed, words.wrong_by_field(refused.problems))
        return RedirectResponse(f"{words.PIECES}/{piece.piece_id}?ok=dibuat", HTTPStatus.SEE_OTHER)

    return routes


async def order_piece(room: DeskRoom, request: Request, member: StaffMember, wish: PieceWish) -> Piece:
    """Make the piece of a wish, with its row of the audit log.

    Raises:
        BadInput: `piece_refused`.
        DomainError: `piece_ended`.
    """
    entry = room.entry(member, "piece.made", f"pieces/{wish.piece_id}", detail={"kind": wish.kind, "campaign": wish.campaign})
    return await room.act(request, entry, partial(_make, room=room, wish=wish, by=member.staff_id))


async def _make(tx: Tx, *, room: DeskRoom, wish: PieceWish, by: str) -> Piece:
    return await make_piece(tx, room.deps, wish, by)


async def _with_numbers(deps: Deps, wish: PieceWish) -> PieceWish:
    """Return a wish that tells the numbers of a month with these: whatever was typed in their place is passed over."""
    idea = ideas().get(wish.idea)
    if idea is None or not idea.is_figures:
        return wish
    found = await month_in_numbers(deps)
    return replace(wish, moment=found.month, note=found.said)


def read_wish(deps: Deps, typed: PieceFields) -> PieceWish:
    """Return what a form asks for; whether it makes a piece is not looked at."""
    kind = deps.studio.kinds.get(typed.bentuk)
    channel = typed.saluran or (kind.channels[0] if kind else "")
    village = find_typed_village(typed.desa)
    moment = _moment(deps, typed.momen)
    return PieceWish(
        kind=typed.bentuk,
        idea=typed.ide or ("syarat" if typed.layanan else "pembuka"),
        campaign=_tidy(typed.kampanye),
        channel=channel,
        account=_tidy(typed.akun) if kind is None or kind.has_account else "",
        service=typed.layanan,
        village=_tidy(typed.desa) if village is None else village,
        moment=_moment_words(moment) if moment else "",
        note=_tidy(typed.catatan),
    )


def _suggested(deps: Deps, asked: PieceFields) -> PieceFields:
    """Return the form with what follows from what is chosen: an idea, and a name for the campaign."""
    year = words.today_of(deps.clock()).year
    card, moment = deps.cards.of.get(asked.layanan), _moment(deps, asked.momen)
    named = moment.moment.name if moment else card.name if card else "Perkenalan layanan"
    campaign = asked.kampanye or f"{named} {moment.first.year if moment else year}"
    return asked.model_copy(update={"ide": asked.ide or ("syarat" if card else "pembuka"), "kampanye": campaign})


async def _form(room: DeskRoom, request: Request, member: StaffMember, typed: PieceFields, wrong: dict[str, str]) -> Response:
    deps = room.deps
    today = words.today_of(deps.clock())
    values: dict[str, Any] = words.lists(deps) | {
        "wish": typed,
        "wrong": wrong,
        "idea_groups": [(name, [idea for idea in ideas().values() if idea.kind == kind]) for kind, name in KINDS.items()],
        "village_names": sorted(village_name(code) for code in villages()),
        "accounts": await deps.pieces.accounts(),
        "moments": [(_code_of(dates), f"{dates.moment.name}, {words.days_of(dates)}") for dates in _coming(today)],
        "name_longest": NAME_LONGEST,
        "note_longest": NOTE_LONGEST,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return room.pages.show(request, "studio_new.html", member, status=status, **values)


def _coming(today: date) -> list[MomentDates]:
    """Return the days that a piece may name, from today on: those of a stretch of weeks are named by nobody."""
    found = [dates for year in (today.year, today.year + 1) for dates in moments_of(year) if dates.last >= today]
    return [dates for dates in found if dates.first == dates.last or "libur" in dates.moment.ideas]


def _code_of(dates: MomentDates) -> str:
    """Return how a form names a moment of one year."""
    return f"{dates.first.year}.{dates.moment.code}"


def _moment(deps: Deps, code: str) -> MomentDates | None:
    """Return the moment that a form or an address names, of this year where it names none."""
    year, _, name = code.rpartition(".")
    if year and not (year.isascii() and year.isdigit() and len(year) == len("2026")):
        return None
    return find_moment(name, int(year) if year else words.today_of(deps.clock()).year) if name else None


def _moment_words(dates: MomentDates) -> str:
    """Return a moment as a piece says it: of days on which the office is closed also when."""
    return f"{words.days_of(dates)} ({dates.moment.name})" if "libur" in dates.moment.ideas else dates.moment.name


def _tidy(text: str) -> str:
    return " ".join(text.split())
