"""`/desk/konten/desa`: a poster for one village with one click, for many in one file; and how far such a file is."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.studio import words
from services.intake.desk.studio.making import order_piece
from services.intake.domain.studio.bundles import BundleOrder, BundleState, PieceBundle
from services.intake.domain.studio.pieces import NAME_LONGEST, PieceWish
from services.intake.handlers import order_bundle
from services.intake.ports import Deps, PieceSearch, Tx
from shared.errors import BadInput, NotFound
from shared.reference.regions import Village, districts, villages
from shared.web.desk import StaffMember
from shared.web.desk.pages import HEADERS

_ZIP: Final = "application/zip"
_POSTER: Final = "poster"
Code = Annotated[str, Field(max_length=63)]


class VillageFields(BaseModel):
    """Which posters, and of which villages. `desa`: one alone; `ukuran`: the form that is put into a file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    layanan: Code = ""
    kampanye: Annotated[str, Field(max_length=200)] = ""
    kecamatan: Code = ""
    desa: Code = ""
    ukuran: Code = "a4"


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _choosing(routes, room)
    _bundles(routes, room)
    return routes


def _choosing(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(words.VILLAGES)
    async def listed(request: Request, asked: Annotated[VillageFields, Query()], member: words.Campaigner) -> Response:
        return await _page(room, request, member, _suggested(room.deps, asked), {})

    @routes.post(words.VILLAGES)
    async def make(request: Request, typed: Annotated[VillageFields, Form()], member: words.Campaigner) -> Response:
        """Make the poster of the village whose button was pressed."""
        try:
            piece = await order_piece(room, request, member, _wish(typed, typed.desa))
        except BadInput as refused:
            return await _page(room, request, member, typed, words.wrong_by_field(refused.problems))
        return RedirectResponse(f"{words.PIECES}/{piece.piece_id}?ok=dibuat", HTTPStatus.SEE_OTHER)

    @routes.post(words.BUNDLES)
    async def order(request: Request, typed: Annotated[VillageFields, Form()], member: words.Campaigner) -> Response:
        """Order the posters of all villages that are shown, as one file."""
        bundle = BundleOrder(_wish(typed, ""), typed.ukuran, tuple(village.code for village in _shown(typed)))
        entry = room.entry(member, "bundle.ordered", f"bundles/{bundle.bundle_id}", detail={"villages": str(len(bundle.villages))})
        try:
            await room.act(request, entry, partial(_order, room=room, order=bundle, by=member.staff_id))
        except BadInput as refused:
            return await _page(room, request, member, typed, words.wrong_by_field(refused.problems))
        return RedirectResponse(f"{words.BUNDLES}/{bundle.bundle_id}", HTTPStatus.SEE_OTHER)


async def _order(tx: Tx, *, room: DeskRoom, order: BundleOrder, by: str) -> PieceBundle:
    return await order_bundle(tx, room.deps, order, by)


def _bundles(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(f"{words.BUNDLES}/{{bundle_id}}")
    async def shown(
        request: Request, bundle_id: str, member: words.Campaigner, bagian: Annotated[Literal["", "kemajuan"], Query()] = ""
    ) -> Response:
        """Show how far a bundle is; the part of it that a script asks for again and again."""
        bundle = await _bundle(room.deps, bundle_id)
        values: dict[str, Any] = words.lists(room.deps) | {"bundle": bundle, "states": BundleState}
        return room.pages.show(request, "studio_bundle_part.html" if bagian else "studio_bundle.html", member, **values)

    @routes.get(f"{words.BUNDLES}/{{bundle_id}}/berkas")
    async def file(bundle_id: str, _member: words.Campaigner) -> Response:
        bundle = await _bundle(room.deps, bundle_id)
        if bundle.state is not BundleState.READY:
            raise NotFound("bundle_not_found")
        name = f"{bundle.order.wish.kind}-{bundle.order.wish.service or 'perkenalan'}-{bundle.order.form}.zip"
        headers = dict(HEADERS) | {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(bundle.size_bytes)}
        return StreamingResponse(await room.deps.bundle_files.open(bundle_id), media_type=_ZIP, headers=headers)


async def _bundle(deps: Deps, bundle_id: str) -> PieceBundle:
    bundle = await deps.bundles.find(bundle_id)
    if bundle is None:
        raise NotFound("bundle_not_found")
    return bundle


async def _page(room: DeskRoom, request: Request, member: StaffMember, asked: VillageFields, wrong: dict[str, str]) -> Response:
    deps, found = room.deps, _shown(asked)
    search = PieceSearch(_POSTER, asked.layanan, campaign=" ".join(asked.kampanye.split()))
    known = {piece.wish.village: piece for piece in await deps.pieces.made_for([village.code for village in found], search)}
    values: dict[str, Any] = words.lists(deps) | {
        "asked": asked,
        "wrong": wrong,
        "rows": found,
        "made": known,
        "districts": districts(),
        "forms": deps.studio.kinds[_POSTER].forms,
        "name_longest": NAME_LONGEST,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return room.pages.show(request, "studio_villages.html", member, status=status, **values)


def _shown(asked: VillageFields) -> list[Village]:
    """Return the villages of the district that is asked for, or all of them."""
    return [village for village in villages().values() if asked.kecamatan in ("", village.district.code)]


def _suggested(deps: Deps, asked: VillageFields) -> VillageFields:
    """Return what is asked for with a name for the campaign."""
    card, year = deps.cards.of.get(asked.layanan), words.today_of(deps.clock()).year
    named = card.name if card else "Perkenalan layanan"
    return asked.model_copy(update={"kampanye": asked.kampanye or f"{named} {year}"})


def _wish(typed: VillageFields, village: str) -> PieceWish:
    idea = "syarat" if typed.layanan else "pembuka"
    return PieceWish(_POSTER, idea, " ".join(typed.kampanye.split()), "print", service=typed.layanan, village=village)
