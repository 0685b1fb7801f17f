"""`/desk/konten/karya`: the pieces that were made; one with its preview, its texts and its files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.studio import words
from services.intake.domain.studio.pieces import PieceForm, PieceMedium
from services.intake.handlers import PieceView, alt_of_piece, file_name_of, preview_piece, print_piece, text_of_piece, view_piece
from services.intake.ports import PieceSearch
from shared.errors import DomainError, NotFound
from shared.web.desk.pages import HEADERS

_ROWS: Final = 50
_MOST_PAGES: Final = 10
_POST: Final = "post"  # place of what a post can be made of: stories and all that is printed go other ways
PLAN: Final = "/desk/posting/baru"
"""Where a post is planned: the notifier's page."""

Code = Annotated[str, Field(max_length=63)]


class PieceFilter(BaseModel):
    """What the address says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    bentuk: Code = ""
    layanan: Code = ""
    setelah: Annotated[str, Field(max_length=80)] = ""
    baris: Annotated[int, Field(ge=1, le=1_000_000)] = 1


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _listing(routes, room)
    _one(routes, room)
    _files(routes, room)
    return routes


def _listing(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(words.PIECES)
    async def listed(request: Request, asked: Annotated[PieceFilter, Query()], member: words.Campaigner) -> Response:
        search = PieceSearch(asked.bentuk, asked.layanan, after=asked.setelah or None, limit=_ROWS)
        found = await room.deps.pieces.search(search)
        values = words.lists(room.deps) | {"asked": asked, "rows": found.pieces, "matching": found.count, "following": found.next}
        return room.pages.show(request, "studio_pieces.html", member, **values)


def _one(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(f"{words.PIECES}/{{piece_id}}")
    async def shown(
        request: Request, piece_id: str, member: words.Campaigner, ok: Annotated[Literal["", "dibuat"], Query()] = ""
    ) -> Response:
        deps = room.deps
        view = await view_piece(deps, piece_id)
        texts = [(form, text_of_piece(deps, view, form)) for form in view.kind.forms if form.medium is PieceMedium.TEXT]
        values: dict[str, Any] = words.lists(deps) | {
            "view": view,
            "ok": ok,
            "texts": texts,
            "caption": text_of_piece(deps, view) if view.kind.medium is PieceMedium.PICTURE else "",
            "alt": alt_of_piece(deps, view) if view.kind.medium is not PieceMedium.TEXT else "",
            "plan": f"{PLAN}?karya={view.piece.piece_id}" if view.kind.place == _POST else "",
            "pictures": PieceMedium.PICTURE,
        }
        return room.pages.show(request, "studio_piece.html", member, **values)


def _files(routes: APIRouter, room: DeskRoom) -> None:
    @routes.get(f"{words.PIECES}/{{piece_id}}/{{form_code}}")
    async def file(piece_id: str, form_code: str, _member: words.Campaigner) -> Response:
        """Send a form of a piece; none of one whose source has ended, for nobody is to hang it up."""
        view, form = await _form(room, piece_id, form_code)
        if not view.is_running:
            raise DomainError("piece_ended", about={"source": view.source.code})
        named = {"Content-Disposition": f'attachment; filename="{file_name_of(view, form)}"'}
        if form.medium is PieceMedium.TEXT:
            return Response(text_of_piece(room.deps, view, form), media_type="text/plain; charset=utf-8", headers=dict(HEADERS) | named)
        made, media_type = await print_piece(room.deps, view, form)
        return Response(made, media_type=media_type, headers=dict(HEADERS) | named)

    @routes.get(f"{words.PIECES}/{{piece_id}}/{{form_code}}/pratinjau")
    async def preview(
        piece_id: str, form_code: str, _member: words.Campaigner, halaman: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1
    ) -> Response:
        view, form = await _form(room, piece_id, form_code)
        if form.medium is PieceMedium.TEXT or halaman > form.pages:
            raise NotFound("piece_not_found")
        made, media_type = await preview_piece(room.deps, view, form, halaman - 1)
        return Response(made, HTTPStatus.OK, media_type=media_type, headers=dict(HEADERS))


async def _form(room: DeskRoom, piece_id: str, form_code: str) -> tuple[PieceView, PieceForm]:
    view = await view_piece(room.deps, piece_id)
    form = view.kind.form(form_code)
    if form is None:
        raise NotFound("piece_not_found")
    return view, form
