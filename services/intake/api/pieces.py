"""Pieces of the content studio, for the service that publishes them: what one says, and its picture."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.intake.domain.studio.pieces import PieceMedium
from services.intake.handlers import JPEG, PieceView, alt_of_piece, print_piece, text_of_piece, view_piece
from services.intake.ports import Deps
from shared.errors import NotFound
from shared.reference.ideas import ideas
from shared.web import Client, refuses, require

PATH: Final = "/v1/pieces"
_SCOPE: Final = "pieces:read"


class PiecePicture(BaseModel):
    """A picture of a piece, as it may be published."""

    media_type: str
    width: Annotated[int, Field(description="Pixels")]
    height: int
    path: Annotated[str, Field(description="Where it is fetched")]


class PieceDetail(BaseModel):
    """A piece as it is published. It never changes, but a later release may draw it otherwise: whoever plans a post keeps a copy."""

    piece_id: str
    kind: str
    title: Annotated[str, Field(description="For lists, Indonesian")]
    campaign: str
    channel: Annotated[str, Field(description="Code of the channel that it was made for")]
    account: str
    service: Annotated[str, Field(description="Empty: about none")]
    village: Annotated[str, Field(description="Code of Kemendagri; empty: of the whole regency")]
    source: Annotated[str, Field(description="Code of its source, under which people who come by it are counted")]
    link: Annotated[str, Field(description="Opens a chat with the code in its first sentence")]
    page: Annotated[str, Field(description="The same without WhatsApp")]
    text: Annotated[str, Field(description="What is written beside the picture; empty where it has none")]
    alt: Annotated[str, Field(description="What the picture shows, for those who do not see it")]
    is_running: Annotated[bool, Field(description="False: its source has ended, it is not to be published")]
    pictures: list[PiecePicture]


def routes(deps: Deps) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Pieces"])

    @router.get(
        f"{PATH}/{{piece_id}}",
        summary="What a piece says",
        response_model=PieceDetail,
        responses=refuses(404, "piece_not_found") | refuses(409, "piece_service_closed"),
    )
    async def show(piece_id: str, _client: Annotated[Client, require(_SCOPE)]) -> PieceDetail:
        return _detail(deps, await view_piece(deps, piece_id))

    @router.get(
        f"{PATH}/{{piece_id}}/picture",
        summary="Its picture",
        description="JPEG, 1080 pixels wide; the ETag is the SHA-256 of the bytes.",
        response_class=Response,
        responses={200: {"content": {JPEG: {}}}}
        | refuses(404, "piece_not_found", "piece_without_picture")
        | refuses(409, "piece_service_closed")
        | refuses(503, "reports_overran", "reports_died", "reports_start_failed", "report_unprintable"),
    )
    async def picture(piece_id: str, _client: Annotated[Client, require(_SCOPE)]) -> Response:
        view = await view_piece(deps, piece_id)
        if view.kind.medium is not PieceMedium.PICTURE:
            raise NotFound("piece_without_picture")
        made, media_type = await print_piece(deps, view, view.kind.forms[0])
        return Response(made, media_type=media_type, headers={"ETag": f'"{hashlib.sha256(made).hexdigest()}"', "Cache-Control": "no-store"})

    return router


def _detail(deps: Deps, view: PieceView) -> PieceDetail:
    wish, subject = view.piece.wish, view.subject
    about = subject.card.name if subject.card else ideas()[wish.idea].name
    path = f"{PATH}/{view.piece.piece_id}/picture"
    pictures = [form for form in view.kind.forms if form.medium is PieceMedium.PICTURE]
    return PieceDetail(
        piece_id=view.piece.piece_id,
        kind=wish.kind,
        title=f"{subject.idea.name}: {about}" if subject.card else about,
        campaign=wish.campaign,
        channel=wish.channel,
        account=wish.account,
        service=wish.service,
        village=wish.village,
        source=view.source.code,
        link=subject.link,
        page=subject.page,
        text=text_of_piece(deps, view),
        alt=alt_of_piece(deps, view),
        is_running=view.is_running,
        pictures=[PiecePicture(media_type=JPEG, width=form.width, height=form.height, path=path) for form in pictures],
    )
