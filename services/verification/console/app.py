"""The console: one officer, one queue of announcements, and the screens."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from services.verification.console.announcements import Announcement, Announcements
from services.verification.console.office_app import OfficeApp
from services.verification.console.settings import ConsoleSettings
from services.verification.console.sign_in import SignIn
from services.verification.console.task_list import TaskList
from services.verification.console.work_screen import WorkScreen
from shared.messaging.broker.channel import endpoint


class ConsoleApp(OfficeApp):
    """The application in the terminal."""

    CSS_PATH = "data/console.tcss"
    TITLE = "Konsol petugas"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave", priority=True)]

    def __init__(self, settings: ConsoleSettings) -> None:
        super().__init__(settings)
        where = endpoint(settings.console_url.get_secret_value(), settings.console_ca_file)
        self._announcements = Announcements(where, self._announced, self._connected)
        self._stop = asyncio.Event()

    def on_mount(self) -> None:
        """Begin to work and to listen."""
        self._begin()
        self._listen()

    async def on_unmount(self) -> None:
        """Close what is open."""
        self._stop.set()
        await self._client.aclose()

    async def leave(self) -> None:
        """Listen no more, give everything back, end."""
        self._stop.set()
        await super().leave()

    @work
    async def action_leave(self) -> None:
        """Leave from wherever one is."""
        await self.leave()

    @work
    async def _begin(self) -> None:
        if not self.api.signed_in:
            await self.push_screen_wait(SignIn(self.api))
        await self.learn_reasons()
        await self.push_screen(TaskList())

    @work
    async def _listen(self) -> None:
        await self._announcements.run(self._stop)

    async def _announced(self, news: Announcement) -> None:
        if self.api.signed_in:
            await self.know((news.data.get("officer_id"),))
        for screen in self._at_work():
            if screen.is_news(news):
                screen.announced(news)

    def _connected(self, *, listening: bool) -> None:
        self.listening = listening
        for screen in self._at_work():
            screen.show_head()

    def _at_work(self) -> list[WorkScreen]:
        if self._stop.is_set():  # screens are being taken down: nothing is to be shown on them
            return []
        return [screen for screen in self.screen_stack if isinstance(screen, WorkScreen) and screen.is_mounted]
