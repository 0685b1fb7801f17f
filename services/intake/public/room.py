"""What the public pages of intake share: dependencies, the cards of the services, pictures of codes, and the source a visitor came by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import zxingcpp
from markupsafe import Markup

from services.intake.domain.outreach.codes import parse_code
from services.intake.domain.outreach.sources import Source
from services.intake.ports import Deps, Pictures
from services.intake.public.cards import Card, CardGroup
from shared.values import Malformed
from shared.web.public import PublicPages

_LONGEST: Final = 20  # characters of what may be a code, signs around it included


@dataclass(frozen=True, slots=True)
class PublicRoom:
    """What the pages need. `site`: where everybody reaches them, without a slash at the end."""

    deps: Deps
    pages: PublicPages
    cards: Mapping[str, Card]
    groups: tuple[CardGroup, ...]
    site: str
    pictures: Pictures

    async def find_source(self, text: str) -> Source | None:
        """Return the source of a code as it came in an address; None where there is none."""
        try:
            return await self.deps.sources.find(parse_code(text[:_LONGEST]))
        except Malformed:
            return None

    async def known_code(self, text: str) -> str:
        """Return the code in an address where it is a source's; else ""."""
        source = await self.find_source(text) if text else None
        return source.code if source else ""

    def with_code(self, sentence: str, code: str) -> str:
        """Return the first message of a link with the code of a source behind it."""
        return f"{sentence} (#{code})" if code else sentence

    def qr(self, sentence: str) -> Markup:
        """Return the picture of a code that opens the chat with this sentence; "" where no number is told."""
        link = self.pages.wa_link(sentence)
        return qr_picture(link) if link else Markup("")


def qr_picture(text: str) -> Markup:
    """Return the picture of a QR code, as a part of a page: its rows as one path."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    rows = memoryview(code.to_image(scale=1, add_quiet_zones=False)).tolist()
    path = "".join(_row(number, row) for number, row in enumerate(rows))
    size = len(rows) + 2
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="Kode QR"><path stroke="#000" d="{}"/></svg>').format(size, size, path)


def _row(number: int, row: Sequence[int]) -> str:
    """Return the dark runs of a row: a move to each, and a line along it."""
    runs: list[str] = []
    start = None
    for place, value in enumerate((*row, 255)):
        if value == 0 and start is None:
            start = place
        elif value and start is not None:
            runs.append(f"M{start + 1} {number + 1}.5h{place - start}")
            start = None
    return "".join(runs)
