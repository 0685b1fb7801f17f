"""A verifier who decides at the desk by keys, in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Page, expect

from deploy.local.stack import Stack
from tests.support.eventually import eventually


@dataclass(frozen=True)
class AtWork:
    """Somebody who is signed in, with the list of work open."""

    stack: Stack
    page: Page

    async def take(self, receipt: str) -> None:
        """Wait until the request with this receipt is in the list, open it, take it."""
        row = self.page.get_by_role("row").filter(has_text=receipt)

        async def is_listed() -> bool:
            await self.page.goto(f"{self.stack.desk_page}/pekerjaan?tampil=berikutnya")  # the list of all shows the first of each kind
            return await row.count() == 1

        await eventually(is_listed)
        await row.get_by_role("link").click()
        await self.ready("Ambil pekerjaan ini")
        await self.page.keyboard.press("a")
        await self.ready(re.compile("^Kirim, "))

    async def approve(self, receipt: str) -> None:
        """Take and approve it; where the sender's face is asked about, it is the person's."""
        await self.take(receipt)
        if await self.page.get_by_role("heading", name="Orang yang sama?").count():
            await self.page.keyboard.press("y")
        await self.page.keyboard.press("s")
        await expect(self.page.get_by_role("radio", name="Setujui")).to_be_checked()
        await self.sent()

    async def give_back(self, receipt: str, reason: str) -> None:
        """Take and return it, for the reason with these words."""
        await self.take(receipt)
        await self.page.keyboard.press("k")
        await self.page.get_by_role("checkbox", name=reason).check()
        await self.sent()

    async def sent(self) -> None:
        """Send the decision; wait for what comes next."""
        await self.page.keyboard.press("Control+Enter")
        await expect(self.page).to_have_url(re.compile(r"/desk/pekerjaan\b.*terakhir="))

    async def ready(self, button: str | re.Pattern[str]) -> None:
        """Wait for a page with this button, and for its keys."""
        await expect(self.page.get_by_role("button", name=button)).to_be_visible()
        await self.page.locator("body[data-ready]").wait_for()
