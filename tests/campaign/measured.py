"""What the product says: the desk's report by source, village, service and day; and the database, against which its totals are held."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import MongoClient

from deploy.local.commands import command
from services.intake.store.steps import STEPS as STEP_ROWS
from shared.mongo import Doc
from tests.bench.system import System
from tests.campaign.office import OutreachDesk
from tests.support.eventually import eventually

FACETS: Final = ("sumber", "desa", "layanan", "hari", "umur", "jenis-kelamin", "saluran", "kampanye")
SEEN, VISITED, CHATTED, BEGAN, SUBMITTED, FINISHED = (
    "Dilihat",
    "Membuka halaman",
    "Memulai percakapan",
    "Mulai mengisi",
    "Mengajukan",
    "Selesai",
)
SERVED, RATE = "Dilayani", "Per 1.000 warga"
COLUMNS: Final[Mapping[str, str]] = {
    SEEN: "seen",
    VISITED: "visited",
    CHATTED: "chatted",
    BEGAN: "began",
    SUBMITTED: "submitted",
    FINISHED: "finished",
}
"""Columns of the report, and the step of a row in the database."""
_FOLD_SECONDS: Final = 60.0

Table = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Measured:
    """The report by facet, the same after a rebuild, the source of each request by receipt, and counts of the database by step."""

    report: Mapping[str, Table]
    rebuilt: Mapping[str, Table]
    attributed: Mapping[str, str]
    stored: Mapping[str, int]

    def column(self, facet: str, name: str) -> dict[str, float]:
        """Return a column of a table by the rows' codes."""
        return {row["Kode"]: float(row[name].replace(",", ".")) for row in self.report[facet] if row.get(name)}


async def measure(system: System) -> Measured:
    """Read all of it, once everything that was counted is in the report."""
    with MongoClient[Doc](system.mongo_url) as client:
        database = client[system.database("intake")]

        await eventually(lambda: database[STEP_ROWS].count_documents({"is_new": True}) == 0, _FOLD_SECONDS)
        requests = await asyncio.to_thread(lambda: list(database["requests"].find({}, {"receipt": 1, "outreach_source": 1})))
        rows = await asyncio.to_thread(lambda: list(database[STEP_ROWS].find({"series": "funnel"}, {"step": 1, "count": 1})))
    stored = Counter[str]()
    for row in rows:
        stored[row["step"]] += row["count"]
    report = await _read(system)
    await asyncio.to_thread(command, "services.intake", "funnel", "rebuild", environment=system.stack.part("intake").environment)
    return Measured(report, await _read(system), {row["receipt"]: row["outreach_source"] or "" for row in requests}, stored)


async def _read(system: System) -> Mapping[str, Table]:
    async with OutreachDesk.of(system) as desk:
        return {facet: await desk.report(facet) for facet in FACETS}
