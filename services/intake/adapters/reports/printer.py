"""The printer of reports and pictures as the service sees it: a child process that is started when the first one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from services.intake.ports import PrintedAs
from shared.child.process import ChildLimits, ChildProcess
from shared.errors import Transient
from shared.web.public import icon_shapes
from shared.web.qr import qr_svg

CHILD_MODULE: Final = "services.intake.adapters.reports.child"
NAME: Final = "reports"


class TypstReports:
    """Implements `ports.ReportPrinter`; one at a time, further ones wait."""

    def __init__(self, limits: ChildLimits) -> None:
        self._child = ChildProcess(NAME, CHILD_MODULE, {}, limits)
        self._pictures: dict[bytes, bytes] = {}

    @property
    def process_id(self) -> int | None:
        """The id of the child, where one lives."""
        return self._child.process_id

    async def pdf(self, template: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
        """Set one report.

        Raises:
            Transient: `reports_overran`, `reports_died`, `reports_start_failed`, `report_unprintable`.
        """
        return await self._set(template, sheet, PrintedAs("application/pdf"), made_at)

    async def png(self, template: str, sheet: Mapping[str, Any]) -> bytes:
        """Set one picture, and keep it: they are few, and the same for everybody.

        Raises:
            Transient: as `pdf`.
        """
        key = orjson.dumps((template, sheet), option=orjson.OPT_SORT_KEYS)
        if key not in self._pictures:
            self._pictures[key] = await self._set(template, sheet, PrintedAs("image/png"), None)
        return self._pictures[key]

    async def piece(self, template: str, sheet: Mapping[str, Any], link: str, how: PrintedAs, made_at: datetime) -> bytes:
        """Set one piece; it is not kept.

        Raises:
            Transient: as `pdf`.
        """
        drawn = {**sheet, "qr": qr_svg(link), "icons": dict(icon_shapes())}
        return await self._set(template, drawn, how, made_at)

    async def _set(self, template: str, sheet: Mapping[str, Any], how: PrintedAs, made_at: datetime | None) -> bytes:
        reply, made = await self._child.do(
            {
                "template": template,
                "sheet": dict(sheet),
                "media_type": how.media_type,
                "pixels_per_inch": how.pixels_per_inch,
                "page": how.page,
                "made_at": made_at.isoformat() if made_at else None,
            }
        )
        if "error" in reply:
            raise Transient(reply["error"], reply.get("detail", ""))
        return made

    async def close(self) -> None:
        """Stop the child, after the report in work."""
        await self._child.close()
