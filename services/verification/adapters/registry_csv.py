"""The register as a CSV file: one row per person, the rows of one family one after another."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final

from services.verification.adapters.registry_file import rows_of
from services.verification.domain.register import Family
from services.verification.domain.register_rules import (
    COLUMNS,
    MORE_COLUMNS,
    SENTENCES,
    Flaw,
    Row,
    check_row,
    check_rows,
    family_from,
    normal,
    rows_from,
)
from shared.errors import FieldProblem

_ALL: Final = COLUMNS + MORE_COLUMNS
_DIGITS: Final = 16  # of a NIK and of a KK number


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and the line on which it begins. `row` is None if its number of cells differs from the header's."""

    line: int
    kk_number: str
    row: Row | None


@dataclass(slots=True)
class LoadReport:
    """The result of checking a file. `wrong`: KK numbers of families that can't be loaded, each with its first line; `problems`: why."""

    families: int = 0
    wrong: dict[str, int] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)


def write_families(path: Path, families: Iterable[Family]) -> int:
    """Write a register; return the number of families. The same families give the same bytes."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, _ALL, lineterminator="\n")
        writer.writeheader()
        for family in families:
            count += 1
            writer.writerows(rows_from(family))
    return count


def read_families(path: Path, *, encoding: str | None = None, without: Collection[str] = ()) -> Iterator[Family]:
    """Yield the families of a file that `check_file` checked, without those of these KK numbers.

    Raises:
        BadInput: `registry_malformed`: the file can't be read.
        ValueError: the file was not checked.
    """
    for placed in _groups(path, encoding):
        if placed[0].kk_number not in without:
            yield family_from([each.row for each in placed if each.row is not None])


def check_file(path: Path, *, today: date, encoding: str | None = None) -> LoadReport:
    """Check every row of a file.

    Raises:
        BadInput: `registry_malformed`: the file can't be read as a table at all.
    """
    report = LoadReport()
    seen = _Seen()
    torn = False
    for placed in _groups(path, encoding):
        first = placed[0]
        problems = list(_problems(placed, today))
        if torn:  # nobody can tell whose row that was: one of two families would lose a person
            problems.append(
                FieldProblem(f"baris {first.line}", "row_before_torn", "baris sebelumnya tidak terbaca; mungkin dari keluarga ini")
            )
        torn = placed[-1].row is None
        if seen.family(first):
            problems.append(_problem(first.line, Flaw("kk_number", "family_scattered")))
        else:
            report.families += 1
        for other, kk_number, line in seen.again(placed):
            problems.append(_problem(other, Flaw("nik", "nik_twice"), f": baris {line}"))
            report.wrong.setdefault(kk_number, line)
        if problems:
            report.wrong.setdefault(first.kk_number, first.line)
            report.problems += problems
    return report


def _groups(path: Path, encoding: str | None) -> Iterator[list[Placed]]:
    for _, group in groupby(_placed(path, encoding), key=lambda placed: placed.kk_number):
        yield list(group)


def _placed(path: Path, encoding: str | None) -> Iterator[Placed]:
    kk_number = ""
    for line, cells in rows_of(path, COLUMNS, encoding, may_lack=MORE_COLUMNS):
        row = None if cells is None else {column: normal(column, cell) for column, cell in zip(_ALL, cells, strict=True)}
        kk_number = kk_number if row is None else row["kk_number"]  # a torn row belongs to the family before it, as far as anybody knows
        yield Placed(line, kk_number, row)


class _Seen:
    """The families and persons of the file so far, as bare numbers: of 737,875 people there are 240,000 families, and both must fit."""

    def __init__(self) -> None:
        self._cards: set[int | str] = set()
        self._lines: dict[int | str, int] = {}  # NIK -> its first line
        self._begins: list[int] = []  # first line of each group of rows of one family
        self._numbers: list[str] = []  # and the number of its card

    def family(self, first: Placed) -> bool:
        """Note the family whose rows begin here; return whether rows of it came before."""
        self._begins.append(first.line)
        self._numbers.append(first.kk_number)
        number, before = _number(first.kk_number), len(self._cards)
        self._cards.add(number)
        return len(self._cards) == before

    def again(self, placed: list[Placed]) -> Iterator[tuple[int, str, int]]:
        """Note the persons of these rows; yield for each who stands in another family: line, that family's number, line there."""
        for each in placed:
            if each.row is None:
                continue
            line = self._lines.setdefault(_number(each.row["nik"]), each.line)
            kk_number = self._numbers[bisect_right(self._begins, line) - 1]
            if kk_number != each.kk_number:
                yield each.line, kk_number, line


def _number(text: str) -> int | str:
    """Return a number of sixteen digits as one, which takes half the memory; what is none stays text."""
    return int(text) if len(text) == _DIGITS and text.isascii() and text.isdigit() else text


def _problems(placed: list[Placed], today: date) -> Iterator[FieldProblem]:
    rows: list[Row] = []
    lines: list[int] = []
    for each in placed:
        if each.row is None:
            yield FieldProblem(f"baris {each.line}", "cells_differ", "jumlah sel baris ini berbeda dari judulnya")
            continue
        rows.append(each.row)
        lines.append(each.line)
        for flaw in check_row(each.row, today=today):
            yield _problem(each.line, flaw)
    if rows:
        for index, flaw in check_rows(rows):
            yield _problem(lines[index], flaw)


def _problem(line: int, flaw: Flaw, more: str = "") -> FieldProblem:
    return FieldProblem(f"baris {line}, {flaw.column}", flaw.code, SENTENCES[flaw.code] + more)
