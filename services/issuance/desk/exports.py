"""The register as files, read page by page while they are sent: CSV, and a workbook with the numbers and their gaps beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from services.issuance.desk import register_words as words
from services.issuance.domain.document import Document
from services.issuance.domain.number_book import NumberBook, NumberRow
from services.issuance.ports import Deps, RegisterQuery, RegisterReader
from shared.reference.catalogue import catalogue
from shared.web.desk.csv import csv_lines
from shared.web.desk.words import moment, short_moment
from shared.web.desk.xlsx import WorkbookSheet

_ROWS: Final = 500  # read at a time while a file is sent
_HEAD: Final = ("Nomor", "Jenis", "Nama", "Resi", "Nomor diberikan", "Terbit", "Keadaan", "Berakhir")
_WIDTHS: Final = (26, 30, 34, 16, 18, 32, 16, 32)  # characters
_NUMBERS_HEAD: Final = ("Kode", "Hari", "Dari", "Sampai", "Diberikan", "Terbit", "Tidak terbit", "Penjelasan")
_NUMBERS_WIDTHS: Final = (8, 12, 8, 8, 12, 10, 14, 90)


Seen = Callable[[Sequence[Document]], Awaitable[None]]
"""Writes down whose names are in a part of a file."""


def headers(name: str) -> dict[str, str]:
    """Return the headers of a file."""
    return {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}


async def csv_of(deps: Deps, query: RegisterQuery, seen: Seen) -> AsyncIterator[str]:
    """Return the documents of a filter as lines."""
    yield csv_lines([_HEAD], begin=True)
    async for documents in pages_of(deps.register, query):
        await seen(documents)
        yield csv_lines(_rows(deps, documents))


def sheets_of(deps: Deps, query: RegisterQuery, seen: Seen) -> tuple[WorkbookSheet, ...]:
    """Return the sheets of the workbook. Who looks for single documents gets no numbers: the others would seem to be gaps."""
    documents = WorkbookSheet("Dokumen", _HEAD, _WIDTHS, _document_rows(deps, query, seen))
    if query.number or query.receipt or query.holder or query.product:
        return (documents,)
    return documents, WorkbookSheet("Nomor", _NUMBERS_HEAD, _NUMBERS_WIDTHS, _number_rows(deps, replace(query, states=())))


async def pages_of(register: RegisterReader, query: RegisterQuery) -> AsyncIterator[Sequence[Document]]:
    """Return every document of a filter, page by page."""
    query = replace(query, after=None, limit=_ROWS)
    while True:
        page = await register.page(query)
        yield page.documents
        if page.next is None:
            return
        query = replace(query, after=page.next)


async def book_of(register: RegisterReader, query: RegisterQuery) -> list[NumberRow]:
    """Return the numbers of a filter by kind and day."""
    book = NumberBook()
    async for documents in pages_of(register, query):
        book.add(documents)
    return book.rows(await register.counters([row.counter for row in book.rows()]))


def explained(row: NumberRow) -> str:
    """Return what became of the numbers of a row that carry no document."""
    said = [f"{gap.number.rpartition('-')[2]} {words.gap(gap)}" for gap in row.gaps]
    if row.skipped:
        said.append(f"{row.skipped} nomor dilewati ketika cadangan dipulihkan")
    if row.lost:
        said.append(f"{row.lost} nomor tidak ada dokumennya: laporkan ke admin")
    return "; ".join(said)


def day_of(row: NumberRow) -> str:
    """Return the day of a row as `2026-11-24`."""
    return f"{row.day[4:]}-{row.day[2:4]}-{row.day[:2]}"


async def _document_rows(deps: Deps, query: RegisterQuery, seen: Seen) -> AsyncIterator[list[list[str]]]:
    async for documents in pages_of(deps.register, query):
        await seen(documents)
        yield _rows(deps, documents)


async def _number_rows(deps: Deps, query: RegisterQuery) -> AsyncIterator[list[list[str | int]]]:
    rows = await book_of(deps.register, query)
    yield [[row.kind, day_of(row), row.first, row.last, row.given, row.issued, len(row.gaps), explained(row)] for row in rows]


def _rows(deps: Deps, documents: Sequence[Document]) -> list[list[str]]:
    names = {product.id: product.name for product in catalogue().products.values()}
    now = deps.clock()
    rows = []
    for document in documents:
        ended = document.superseded_at or document.revoked_at or (document.reason_at if document.issued_at is None else None)
        rows.append(
            [
                document.number,
                names.get(document.product, document.product) + (f" (ke-{document.extract})" if document.extract > 1 else ""),
                document.holder_name,
                document.receipt,
                short_moment(document.claimed_at, now),
                moment(document.issued_at) if document.issued_at else "",
                words.STATES[document.state].word,
                moment(ended) if ended else "",
            ]
        )
    return rows
