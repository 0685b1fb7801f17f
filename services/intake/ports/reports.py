"""Reports as PDF, and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class ReportPrinter(Protocol):
    """Sets reports and pictures from templates."""

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
