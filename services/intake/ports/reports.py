"""Reports as PDF, pictures, and pieces of the content studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class PrintedAs:
    """How a piece is printed: as PDF, JPEG or PNG. `pixels_per_inch` and `page`, from 0: of a picture."""

    media_type: str
    pixels_per_inch: float = 72.0
    page: int = 0


class ReportPrinter(Protocol):
    """Sets reports, pictures and pieces from templates."""

    async def pdf(self, template: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
        """Return the PDF of a sheet.

        Raises:
            Transient: it can't be made now.
        """

    async def png(self, template: str, sheet: Mapping[str, Any]) -> bytes:
        """Return the picture of a sheet; made once for each.

        Raises:
            Transient: it can't be made now.
        """

    async def piece(self, template: str, sheet: Mapping[str, Any], link: str, how: PrintedAs, made_at: datetime) -> bytes:
        """Return a piece with the QR code of a link. The same one gives the same bytes, as long as the templates are the same.

        Raises:
            Transient: it can't be made now.
        """
