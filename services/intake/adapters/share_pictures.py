"""Pictures of shared links, set by typst when the first one asks for them, and kept: some forty texts of our own, 20 to 40 kB each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import font_source_sans_pro
import typst

from services.intake.ports import ShareText

_TEMPLATE: Final = Path(__file__).parents[1] / "templates" / "share.typ"
_PPI: Final = 72.0  # the page is 1200 by 630 points


class TypstPictures:
    """Implements `ports.Pictures`. One at a time: a second one waits rather than take another core from whoever is in a chat."""

    def __init__(self) -> None:
        self._made: dict[ShareText, bytes] = {}
        self._turn = asyncio.Lock()

    async def share(self, text: ShareText) -> bytes:
        async with self._turn:
            if text not in self._made:
                self._made[text] = await asyncio.to_thread(_png, text)
            return self._made[text]


def _png(text: ShareText) -> bytes:
    inputs = {"headline": text.headline, "line": text.line, "foot": text.foot}
    made = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        format="png",
        ppi=_PPI,
        sys_inputs=inputs,
        font_paths=[str(font_source_sans_pro.font_directory)],
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single picture")
    return made
