"""What the list and the sheet have in common."""

from __future__ import annotations

from textual import work
from textual.screen import Screen

from services.verification.console.announcements import Announcement
from services.verification.console.office_app import OfficeApp
from services.verification.console.verification_api import Json


class WorkScreen(Screen[None]):
    """A screen on which officers work."""

    @property
    def office(self) -> OfficeApp:
        """The application."""
        assert isinstance(self.app, OfficeApp)  # noqa: S101 - no other shows these screens
        return self.app

    def announced(self, news: Announcement) -> None:
        """Take an announcement."""
        raise NotImplementedError

    async def open_sheet(self, task: Json) -> None:
        """Show a task."""
        raise NotImplementedError

    @work(exclusive=True)
    async def action_next(self) -> None:
        """Claim the best task and show it."""
        task = await self.office.call("POST", "/v1/tasks/next")
        if task:
            await self.open_sheet(task)
        elif task is not None:
            self.office.tell("Tidak ada yang menunggu untuk Anda. Bagus.", good=True)

    @work(exclusive=True)
    async def action_undo(self) -> None:
        """Undo the last decision that was made here, while that is possible, and show its task."""
        if not self.office.decided:
            self.office.tell("Belum ada putusan dari sini yang bisa dibatalkan.")
            return
        task = await self.office.call("POST", f"/v1/tasks/{self.office.decided}/undo")
        if task:
            await self.open_sheet(task)
            self.office.tell("Putusan dibatalkan; pekerjaan ini Anda pegang lagi.", good=True)
