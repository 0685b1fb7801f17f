"""Lists as workbooks: written to a file row by row, so that a million rows take no more memory than fifty, then sent."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576  # of a sheet, by the format; more go on to another sheet
_CHUNK_BYTES: Final = 256 * 1024
Cell: TypeAlias = str | int | Decimal


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """A sheet: its rows come in batches. `widths`: of the columns, in characters."""

    name: str
    head: Sequence[str]
    widths: Sequence[int]
    rows: AsyncIterator[Sequence[Sequence[Cell]]]


async def chunks(sheets: Iterable[WorkbookSheet]) -> AsyncIterator[bytes]:
    """Return the workbook as bytes. What is slow runs beside the event loop."""
    with tempfile.TemporaryDirectory(prefix="xlsx-") as folder:
        book = await asyncio.to_thread(_library().Workbook, write_only=True)
        for sheet in sheets:
            await _fill(book, sheet)
        path = Path(folder) / "book.xlsx"
        await asyncio.to_thread(book.save, path)
        with path.open("rb") as file:
            while part := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                yield part


async def _fill(book: Any, sheet: WorkbookSheet) -> None:
    number, place, left = 1, _begin(book, sheet.name, sheet), MOST_ROWS - 1
    async for batch in sheet.rows:
        if len(batch) > left:
            number += 1
            place, left = _begin(book, f"{sheet.name} {number}", sheet), MOST_ROWS - 1
        await asyncio.to_thread(_append, place, batch)
        left -= len(batch)


def _begin(book: Any, name: str, sheet: WorkbookSheet) -> Any:
    place = book.create_sheet(name)
    for column, width in enumerate(sheet.widths, 1):
        place.column_dimensions[_library().utils.get_column_letter(column)].width = width
    place.freeze_panes = "A2"
    bold = [_library().cell.WriteOnlyCell(place, word) for word in sheet.head]
    for cell in bold:
        cell.font = _library().styles.Font(bold=True)
    place.append(bold)
    return place


def _append(place: Any, batch: Sequence[Sequence[Cell]]) -> None:
    for row in batch:
        place.append([_cell(place, value) for value in row])


def _cell(place: Any, value: Cell) -> Any:
    """Return a text as text, whatever it begins with: nothing from a person is ever a formula. A decimal shows the digits that it has."""
    if isinstance(value, Decimal):
        cell = _library().cell.WriteOnlyCell(place, value)
        cell.number_format = f"{Decimal(0).scaleb(min(0, int(value.as_tuple().exponent))):f}"
        return cell
    if isinstance(value, int):
        return value
    text = _library().cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = _library().cell.WriteOnlyCell(place, text)
    cell.data_type = "s"
    return cell


def _library() -> Any:
    import openpyxl  # noqa: PLC0415 - an eighth of a second, which only a download costs

    return openpyxl
