"""The collections `figure_rows`, what counts and is not in the figures yet, and `figure_cells`, the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import DeleteMany, UpdateOne

from services.intake.domain.figures import Figure, FigureCell, FigureRow, fold
from shared.mongo import ChangeTracker, Collection, Doc, DocumentMapping, Mongo, fields_of, reachable

ROWS: Final = "figure_rows"
CELLS: Final = "figure_cells"
FOLDED_AT_ONCE: Final = 500  # rows: some 30 ms
_ONE: Final = "figures"


@dataclass(frozen=True, slots=True)
class FoldState:
    """How many rows were folded. It is written with each fold, so that two processes never fold the same."""

    folded: int = 0


STATE: Final[DocumentMapping[FoldState]] = DocumentMapping("figure_state", lambda _: _ONE, fields_of, lambda doc: FoldState(doc["folded"]))


class FiguresTx:
    """The part of a unit of work that is about figures. See `ports.Tx`."""

    _unit: ChangeTracker
    _figure_rows: Collection

    def add_figures(self, rows: Iterable[FigureRow]) -> None:
        for row in rows:
            self._unit.defer(ROWS, UpdateOne({"_id": row.key}, {"$setOnInsert": _row_to(row)}, upsert=True))

    async def fold_figures(self) -> int:
        # The state is read first: whoever folds in between makes this commit fail.
        state = await self._unit.find(STATE, _ONE)
        docs = await self._figure_rows.find({}).limit(FOLDED_AT_ONCE).to_list(None)
        if not docs:
            return 0
        for cell in fold(map(_row_from, docs)):
            self._unit.defer(CELLS, _cell_write(cell))
        self._unit.defer(ROWS, DeleteMany({"_id": {"$in": [doc["_id"] for doc in docs]}}))
        if state is None:
            self._unit.add(STATE, FoldState(len(docs)))
        else:
            self._unit.save(STATE, FoldState(state.folded + len(docs)))
        return len(docs)


class MongoFigureReader:
    """Implements `ports.FigureReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._cells: Collection = mongo.collection(database, CELLS)

    async def cells(self, first_month: str) -> Sequence[FigureCell]:
        with reachable():
            docs = await self._cells.find({"month": {"$gte": first_month}}).to_list(None)
        return [_cell_from(doc) for doc in docs]


def _row_to(row: FigureRow) -> Doc:
    return {name: value for name, value in fields_of(row).items() if name != "key"} | {"figure": row.figure.value}


def _row_from(doc: Doc) -> FigureRow:
    return FigureRow(doc["_id"], Figure(doc["figure"]), doc["month"], doc["about"], doc["hours"], doc["is_on_time"])


def _cell_write(cell: FigureCell) -> UpdateOne:
    """Return the write that adds a cell to the one that is there."""
    added = {"count": cell.count, "on_time": cell.on_time} | {f"hours.{hours}": count for hours, count in cell.hours.items()}
    place = {"figure": cell.figure.value, "month": cell.month, "about": cell.about}
    return UpdateOne({"_id": ".".join(place.values())}, {"$inc": added, "$setOnInsert": place}, upsert=True)


def _cell_from(doc: Doc) -> FigureCell:
    hours = {int(longest): count for longest, count in doc.get("hours", {}).items()}
    return FigureCell(Figure(doc["figure"]), doc["month"], doc["about"], doc["count"], doc["on_time"], hours)
