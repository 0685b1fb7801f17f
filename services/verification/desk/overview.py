"""`/desk/ringkasan`: the head's view, with verification's pictures in it; those of the other services come from them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from services.verification.desk.overview_pictures import OfficePictures
from services.verification.desk.work_room import WorkRoom
from shared.web.desk.overview import PATH, Gallery, Viewer, figures_file, number

ELSEWHERE: Final = (
    ("permohonan", "Permohonan dalam perjalanan", False),
    ("pesan", "Pesan keluar hari ini", False),
    ("dokumen", "Dokumen terbit hari ini", True),
    ("blangko", "Blangko kartu", True),
    ("masuk", "Permohonan masuk hari ini", True),
)
"""Pictures of the other services: their names, what stands there until they come, and whether they are wide."""


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pictures = OfficePictures(room)
    gallery = Gallery(
        {
            "layanan": pictures.services,
            "janji": pictures.promises,
            "petugas": pictures.officers,
            "umur": pictures.ages,
            "antrean": pictures.queue,
            "desa": pictures.villages,
        },
        room.deps.clock,
    )

    @routes.get(PATH)
    async def office(request: Request, member: Viewer) -> Response:
        return room.pages.show(
            request,
            "overview.html",
            member,
            tiles=await pictures.tiles(),
            pictures=await gallery.all(),
            elsewhere=ELSEWHERE,
            at=room.deps.clock(),
            number=number,
        )

    @routes.get(f"{PATH}/angka")
    async def tiles(request: Request, member: Viewer) -> Response:
        """Show the numbers of the day alone: the page asks for them each minute."""
        return room.pages.show(request, "overview_tiles.html", member, tiles=await pictures.tiles(), at=room.deps.clock())

    @routes.get(f"{PATH}/unduh")
    async def download(_member: Viewer) -> Response:
        """Send verification's figures of the day as a file."""
        return figures_file(await gallery.all(), "ringkasan", room.deps.clock())

    gallery.install(routes, room.pages)
    return routes
