"""`/desk/konten`, the content studio: the calendar and its ideas, pieces made of them, posters for many villages."""

from fastapi import APIRouter

from services.intake.desk.room import DeskRoom
from services.intake.desk.studio import calendar, making, pieces, villages


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    for part in (calendar, making, villages, pieces):  # what is made stands before the address of one piece
        routes.include_router(part.router(room))
    return routes
