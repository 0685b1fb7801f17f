"""`/desk/pantauan`: the alarms that ring, and four dashboards. Of whichever service is up: it asks Prometheus and no database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from fastapi import FastAPI, Request, Response
from markupsafe import Markup, escape

from shared.clock import Clock
from shared.errors import NotFound
from shared.web.desk.boards import PATH, SILENT, Board, Drawer, boards
from shared.web.desk.navigation import WaitingCount, may_follow
from shared.web.desk.overview import number
from shared.web.desk.pages import Pages
from shared.web.desk.prometheus import Alarm, NotAnsweredError, Prometheus, Sample
from shared.web.desk.session import StaffMember, signed_in
from shared.web.desk.words import State, Tone
from shared.web.latest import Latest

PERMISSION: Final = "watch:read"
Viewer = Annotated[StaffMember, signed_in(PERMISSION)]
_FRESH_SECONDS: Final = 10.0  # every page of the desk counts alarms at its side: all share one question
_PAGE: Final = re.compile(r"/desk/[a-z\-]+")
SEVERITIES: Final = {
    "critical": State("Penting", Tone.BAD, "alert-triangle"),
    "warning": State("Peringatan", Tone.WAIT, "alert-circle"),
    "info": State("Diketahui", Tone.INFO, "info-circle"),
}
"""From the worst on."""


class Watching:
    """What the pages show."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.prometheus = Prometheus(url)
        self._clock = clock
        self._alarms = Latest(self._ask, _FRESH_SECONDS)

    async def alarms(self) -> tuple[Sequence[Alarm], str]:
        """Return those that ring, the worst first, then the oldest; and why nobody knows, where nobody does."""
        return await self._alarms.get()

    async def _ask(self) -> tuple[Sequence[Alarm], str]:
        try:
            found = [alarm for alarm in await self.prometheus.alarms() if alarm.is_ringing]
        except NotAnsweredError as error:
            return (), error.code
        ranks = list(SEVERITIES)
        return sorted(found, key=lambda each: (ranks.index(each.severity) if each.severity in ranks else 1, each.activeAt)), ""

    async def asked(self) -> tuple[int, int]:
        """Return how many processes are asked, and how many of them do not answer."""
        try:
            found: Sequence[Sample] = await self.prometheus.now("up")
        except NotAnsweredError:
            return 0, 0
        return len(found), sum(1 for each in found if each.value == 0)

    @property
    def at(self) -> datetime:
        """Now."""
        return self._clock()


def install(app: FastAPI, url: str, pages: Pages, clock: Clock) -> None:
    """Add the pages to an app with the shell."""
    watching = Watching(url, clock)

    @app.get(PATH, include_in_schema=False)
    async def alarms(request: Request, member: Viewer) -> Response:
        (ringing, why), (asked, silent) = await asyncio.gather(watching.alarms(), watching.asked())
        return pages.show(
            request,
            "watch.html",
            member,
            alarms=ringing,
            why=why,
            sentence=SILENT.get(why, ""),
            asked=asked,
            silent=silent,
            boards=boards(),
            board="",
            severities=SEVERITIES,
            linked=partial(linked, member),
            at=watching.at,
            base=PATH,
        )

    @app.get(f"{PATH}/jumlah", include_in_schema=False)
    async def waiting(_member: Viewer) -> WaitingCount:
        ringing, _ = await watching.alarms()
        loud = [each for each in ringing if each.severity != "info"]
        return WaitingCount(waiting=len(loud), urgent=any(each.severity == "critical" for each in loud))

    @app.get(f"{PATH}/{{board}}", include_in_schema=False)
    async def drawn(request: Request, board: str, member: Viewer) -> Response:
        found, drawer = _board(board), Drawer(watching.prometheus, board)
        pictures = await asyncio.gather(*(drawer.draw(panel.seen_by(member), watching.at) for panel in found.panel))
        return pages.show(
            request,
            "watch_board.html",
            member,
            boards=boards(),
            board=board,
            shown=found,
            pictures=pictures,
            at=watching.at,
            base=PATH,
            number=number,
        )

    @app.get(f"{PATH}/{{board}}/{{panel}}", include_in_schema=False)
    async def picture(request: Request, board: str, panel: str, member: Viewer) -> Response:
        shown = _board(board).find(panel)
        if shown is None:
            raise NotFound("not_found", "No such picture.")
        found = await Drawer(watching.prometheus, board).draw(shown.seen_by(member), watching.at)
        template = "picture.html" if "hx-request" in request.headers else "watch_one.html"
        return pages.show(request, template, member, picture=found, number=number, board=board, base=PATH)


def _board(name: str) -> Board:
    """Return a dashboard.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in boards():
        raise NotFound("not_found", "No such dashboard.")
    return boards()[name]


def linked(member: StaffMember, text: str) -> Markup:
    """Return a sentence in which the pages that it names are links, where this person may go there."""
    found, last = Markup(), 0
    for match in _PAGE.finditer(text):
        page = Markup('<a href="{0}">{0}</a>').format(match[0]) if may_follow(member, match[0]) else escape(match[0])
        found += escape(text[last : match.start()]) + page
        last = match.end()
    return found + escape(text[last:])
