"""What the list and the sheet have in common."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from textual import work
from textual.screen import Screen

from services.verification.console.announcements import Announcement
from services.verification.console.office_app import OfficeApp
from services.verification.console.verification_api import Json
from shared.clock import now

CLOCKS_DIFFER: Final = timedelta(seconds=5)  # ours and the service's, at most; what is told again meanwhile changes nothing


class WorkScreen(Screen[None]):
    """A screen on which officers work. Acts come one after the other, in the order of the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = asyncio.Lock()
        self.read_at = now()

    @property
    def office(self) -> OfficeApp:
        """The application."""
        assert isinstance(self.app, OfficeApp)  # noqa: S101 - no other shows these screens
        return self.app

    def is_news(self, news: Announcement) -> bool:
        """Return whether it happened after what is shown was read: a queue keeps what was announced while nobody listened."""
        return news.at > self.read_at - CLOCKS_DIFFER

    def announced(self, news: Announcement) -> None:
        """Take an announcement."""
        raise NotImplementedError

    def show_head(self) -> None:
        """Show what the screen is about, and whether announcements arrive."""
        raise NotImplementedError

    async def open_sheet(self, task: Json) -> None:
        """Show a task."""
        raise NotImplementedError

    @work
    async def action_next(self) -> None:
        """Claim the best task and show it."""
        async with self.turn:
            task = await self.office.call("POST", "/v1/tasks/next")
            if task:
                await self.open_sheet(task)
            elif task is not None:
                self.office.tell("Tidak ada yang menunggu untuk Anda. Bagus.", good=True)

    @work
    async def action_undo(self) -> None:
        """Undo the last decision that was made here, while that is possible, and show its task."""
        async with self.turn:
            if not self.office.decided:
                self.office.tell("Belum ada putusan dari sini yang bisa dibatalkan.")
                return
            task = await self.office.call("POST", f"/v1/tasks/{self.office.decided}/undo")
            if task:
                await self.open_sheet(task)
                self.office.tell("Putusan dibatalkan; pekerjaan ini Anda pegang lagi.", good=True)
