"""The printer of reports and pictures as the service sees it: a child process that is started when the first one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from shared.child import ChildLimits, ChildProcess
from shared.errors import Transient

CHILD_MODULE: Final = "services.intake.adapters.reports.child"
NAME: Final = "reports"


class TypstReports:
    """Implements `ports.ReportPrinter`; one at a time, further ones wait."""

    def __init__(self, limits: ChildLimits) -> None:
        self._child = ChildProcess(NAME, CHILD_MODULE, {}, limits)
        self._pictures: dict[bytes, bytes] = {}

    async def pdf(self, template: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
        """Set one report.

        Raises:
            Transient: `reports_overran`, `reports_died`, `reports_start_failed`, `report_unprintable`.
        """
        reply, pdf = await self._child.do({"template": template, "sheet": dict(sheet), "made_at": made_at.isoformat()})
        if "error" in reply:
            raise Transient(reply["error"], reply.get("detail", ""))
        return pdf

    async def png(self, template: str, sheet: Mapping[str, Any]) -> bytes:
        """Set one picture, and keep it: they are few, and the same for everybody.

        Raises:
            Transient: as `pdf`.
        """
        order = {"template": template, "sheet": dict(sheet), "made_at": None}
        key = orjson.dumps(order, option=orjson.OPT_SORT_KEYS)
        if key not in self._pictures:
            reply, picture = await self._child.do(order)
            if "error" in reply:
                raise Transient(reply["error"], reply.get("detail", ""))
            self._pictures[key] = picture
        return self._pictures[key]

    async def close(self) -> None:
        """Stop the child, after the report in work."""
        await self._child.close()
