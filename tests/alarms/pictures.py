"""Pictures of the page of what runs, as it is while some alarms ring: the alarms and the four dashboards, at both sizes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.alarms.office import Office
from tests.support.at_the_desk import at_the_desk, look
from tests.support.browser import DESK, NARROW, chromium
from tests.support.stack_sessions import StackSessions

PAGES: Final = ("", "/kepala", "/operator", "/layanan", "/partisipasi")
_SIZES: Final = {"1280": DESK, "360": NARROW}
_DRAWN: Final = "main .chart svg, main .pic-empty, main .alarm"


async def take(running: Office, docs: Path) -> None:
    """Look at each page as the head does, and leave its picture in `docs`/desk.

    Raises:
        AssertionError: a page is not what every page must be (`at_the_desk.look`).
    """
    sessions = StackSessions.of(running.stack)
    try:
        with _pictures_in(docs):
            async with chromium() as browser:
                for path in PAGES:
                    for name, size in _SIZES.items():
                        async with at_the_desk(
                            browser, running.stack, sessions, f"/pantauan{path}", "head", size=size, refused=None
                        ) as page:
                            await look(page, f"pantauan{path.replace('/', '-')}-{name}", shows=_DRAWN)
    finally:
        sessions.close()


@contextmanager
def _pictures_in(docs: Path) -> Iterator[None]:
    """Have `look` leave its pictures there."""
    before = os.environ.get("SCREENSHOTS")
    os.environ["SCREENSHOTS"] = str(docs)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SCREENSHOTS"]
        else:
            os.environ["SCREENSHOTS"] = before
