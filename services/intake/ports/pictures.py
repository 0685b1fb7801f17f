"""Pictures that links show where they are shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShareText:
    """What such a picture says: a headline, a line below it, and at its foot the number that people write to ("": the office's name)."""

    headline: str
    line: str
    foot: str


class Pictures(Protocol):
    """Makes pictures from templates."""

    async def share(self, text: ShareText) -> bytes:
        """Return the PNG, 1200 by 630 pixels. Made once for each text."""
