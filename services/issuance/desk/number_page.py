"""`/desk/dokumen/nomor`: the numbers of a day by kind, and why those that carry no document do not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.issuance.desk import exports
from services.issuance.desk import register_words as words
from services.issuance.desk.documents import PATH
from services.issuance.desk.room import IssuanceRoom
from services.issuance.ports import RegisterQuery
from shared.clock import WIB
from shared.web.desk import StaffMember, signed_in

_SHOWN: Final = 200  # gaps of one kind on the page; the workbook has all
_OLDEST: Final = date(2000, 1, 1)  # no number is older, and a calendar has an end
Reader = Annotated[StaffMember, signed_in("documents:read")]


class NumberDay(BaseModel):
    """The day that the address names; none: today."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    hari: Annotated[str, Field(max_length=10)] = ""

    def on(self, today: date) -> date:
        """Return the day; what is none is today."""
        try:
            return max(_OLDEST, min(date.fromisoformat(self.hari), today)) if self.hari else today
        except ValueError:
            return today


def router(room: IssuanceRoom) -> APIRouter:
    """Return the route. It comes before that of one document, which would take its word for an id."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/nomor")
    async def numbers(request: Request, asked: Annotated[NumberDay, Query()], member: Reader) -> Response:
        today = room.deps.clock().astimezone(WIB).date()
        day = asked.on(today)
        since = datetime.combine(day, time(), WIB)
        rows = await exports.book_of(room.deps.register, RegisterQuery(since=since, until=since + timedelta(days=1)))
        return room.pages.show(
            request,
            "numbers.html",
            member,
            day=day,
            today=today,
            before=(day - timedelta(days=1)).isoformat(),
            after=(day + timedelta(days=1)).isoformat() if day < today else None,
            rows=[(row, [(gap, words.gap(gap)) for gap in row.gaps[:_SHOWN]]) for row in rows],
            most=_SHOWN,
        )

    return routes
