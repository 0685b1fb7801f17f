"""Pictures of posts for the platforms that show them: they fetch what they publish ("we cURL media"), and only what was approved."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from services.notifier.ports import Deps
from shared.errors import NotFound
from shared.web import refuses

ROUTE: Final = "/kiriman/{file_id}.jpg"
FileId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{10,64}$")]


def router(deps: Deps) -> APIRouter:
    """Return the route."""
    api = APIRouter()

    @api.get(
        ROUTE,
        summary="A picture of a post that was approved",
        tags=["posts"],
        response_class=StreamingResponse,
        responses=refuses(404, "file_not_found"),
    )
    async def picture(file_id: FileId) -> StreamingResponse:
        if not await deps.posting.reader.is_public(file_id):
            raise NotFound("file_not_found")
        stored, content = await deps.posting.pictures.open(file_id)
        headers = {"Cache-Control": "public, max-age=86400", "Content-Length": str(stored.size_bytes)}
        return StreamingResponse(content, media_type=stored.media_type, headers=headers)

    return api
