"""The register as a CSV file: one row per person, the rows of one family one after another."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

from services.verification.adapters.registry_file import rows_of
from services.verification.domain.register import Family
from services.verification.domain.register_rules import COLUMNS, SENTENCES, Flaw, Row, check_row, check_rows, family_from, normal, rows_from
from shared.errors import FieldProblem


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
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
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
    seen: set[str] = set()
    owners: dict[str, tuple[str, int]] = {}  # NIK -> whose family, which line
    torn = False
    for placed in _groups(path, encoding):
        first = placed[0]
        problems = list(_problems(placed, today))
        if torn:  # nobody can tell whose row that was: one of two families would lose a person
            problems.append(FieldProblem(f"line {first.line}", "row_before_torn", "the row before can't be read and may be of this family"))
        torn = placed[-1].row is None
        if first.kk_number in seen:
            problems.append(_problem(first.line, Flaw("kk_number", "family_scattered")))
        else:
            report.families += 1
        seen.add(first.kk_number)
        for nik, other, (kk_number, line) in _again(placed, owners):
            problems.append(_problem(other, Flaw("nik", "nik_twice"), f": line {line}"))
            report.wrong.setdefault(kk_number, line)
            owners.setdefault(nik, (kk_number, line))
        if problems:
            report.wrong.setdefault(first.kk_number, first.line)
            report.problems += problems
    return report


def _groups(path: Path, encoding: str | None) -> Iterator[list[Placed]]:
    for _, group in groupby(_placed(path, encoding), key=lambda placed: placed.kk_number):
        yield list(group)


def _placed(path: Path, encoding: str | None) -> Iterator[Placed]:
    kk_number = ""
    for line, cells in rows_of(path, COLUMNS, encoding):
        row = None if cells is None else {column: normal(column, cell) for column, cell in zip(COLUMNS, cells, strict=True)}
        kk_number = kk_number if row is None else row["kk_number"]  # a torn row belongs to the family before it, as far as anybody knows
        yield Placed(line, kk_number, row)


def _again(placed: list[Placed], owners: dict[str, tuple[str, int]]) -> Iterator[tuple[str, int, tuple[str, int]]]:
    for each in placed:
        if each.row is None:
            continue
        owner = owners.setdefault(each.row["nik"], (each.kk_number, each.line))
        if owner[0] != each.kk_number:
            yield each.row["nik"], each.line, owner


def _problems(placed: list[Placed], today: date) -> Iterator[FieldProblem]:
    rows: list[Row] = []
    lines: list[int] = []
    for each in placed:
        if each.row is None:
            yield FieldProblem(f"line {each.line}", "cells_differ", "this row has more or fewer cells than the header")
            continue
        rows.append(each.row)
        lines.append(each.line)
        for flaw in check_row(each.row, today=today):
            yield _problem(each.line, flaw)
    if rows:
        for index, flaw in check_rows(rows):
            yield _problem(lines[index], flaw)


def _problem(line: int, flaw: Flaw, more: str = "") -> FieldProblem:
    return FieldProblem(f"line {line}, {flaw.column}", flaw.code, SENTENCES[flaw.code] + more)
