"""The register as a CSV file: one row per person, the rows of one family one after another."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from services.verification.domain.register import Family, Member
from shared.errors import BadInput, FieldProblem
from shared.reference.population import KkMarital, Relation
from shared.reference.regions import find_regency, find_village, is_home
from shared.values import KkNumber, Malformed, Nik, Sex

FAMILY_COLUMNS: Final = ("kk_number", "address", "rt", "rw", "village_code", "postal_code")
MEMBER_COLUMNS: Final = (
    "nik",
    "name",
    "sex",
    "birth_place",
    "born_on",
    "religion",
    "education",
    "occupation",
    "blood_type",
    "marital",
    "marital_on",
    "relation",
    "citizenship",
    "father",
    "mother",
    "passport",
    "kitap",
)
COLUMNS: Final = FAMILY_COLUMNS + MEMBER_COLUMNS
_MOST_PROBLEMS: Final = 20  # enough to see what is wrong with a file
_VILLAGE_DIGITS: Final = 10

_TERMS: Final = (
    ("marital", frozenset(term.value for term in KkMarital)),
    ("relation", frozenset(term.value for term in Relation)),
    ("sex", frozenset(term.value for term in Sex)),
)

Row: TypeAlias = dict[str, str]


def write_families(path: Path, families: Iterable[Family]) -> int:
    """Write a register; how many families there were. The same families give the same bytes."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        for family in families:
            count += 1
            shared = [getattr(family, name) for name in FAMILY_COLUMNS]
            writer.writerows([*shared, *_cells(member)] for member in family.members)
    return count


def read_families(path: Path) -> Iterator[Family]:
    """Read a register that `check_file` found right.

    Raises:
        Malformed, ValueError: It was not checked.
    """
    for _, rows in _groups(path):
        yield _family(rows)


def check_file(path: Path) -> int:
    """Look at every row; how many families there are.

    Raises:
        BadInput: `registry_malformed`; `problems` name the line and column of the first findings, never a value.
    """
    problems: list[FieldProblem] = []
    families = 0
    seen: set[str] = set()
    for line, rows in _groups(path):
        families += 1
        if rows[0]["kk_number"] in seen:
            problems.append(FieldProblem(f"line {line}", "family_scattered", "the rows of one family stand one after another"))
        seen.add(rows[0]["kk_number"])
        problems += _problems(line, rows)
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise BadInput("registry_malformed", f"{len(problems)} problems", problems[:_MOST_PROBLEMS])
    return families


def _groups(path: Path) -> Iterator[tuple[int, list[Row]]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise BadInput("registry_malformed", "columns are missing", [FieldProblem(name, "column_missing") for name in missing])
        line = 2  # after the header
        for _, group in groupby(reader, key=lambda row: row["kk_number"]):
            rows = list(group)
            yield line, rows
            line += len(rows)


def _problems(line: int, rows: list[Row]) -> Iterator[FieldProblem]:
    for offset, row in enumerate(rows):
        for column, code in _row_problems(row):
            yield FieldProblem(f"line {line + offset}, {column}", code)
    if sum(row["relation"] == Relation.HEAD.value for row in rows) != 1:
        yield FieldProblem(f"line {line}, relation", "one_head_needed")


def _row_problems(row: Row) -> Iterator[tuple[str, str]]:
    if None in row.values():
        yield "row", "cells_missing"
        return
    for column, parse in (("kk_number", KkNumber.parse), ("nik", Nik.parse)):
        try:
            if parse(row[column]).text != row[column]:
                yield column, "digits_only"
        except Malformed as malformed:
            yield column, malformed.code
    yield from _term_problems(row)
    for column in ("born_on", "marital_on"):
        if (row[column] or column == "born_on") and not _is_date(row[column]):
            yield column, "date_malformed"
    if not row["name"].strip():
        yield "name", "name_empty"


def _term_problems(row: Row) -> Iterator[tuple[str, str]]:
    code = row["village_code"]
    if len(code) != _VILLAGE_DIGITS or not code.isdigit() or find_regency(code) is None:
        yield "village_code", "village_code_malformed"
    elif is_home(code) and find_village(code) is None:
        yield "village_code", "village_unknown"
    for column, terms in _TERMS:
        if row[column] not in terms:
            yield column, "term_unknown"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _family(rows: list[Row]) -> Family:
    first = rows[0]
    return Family(
        kk_number=first["kk_number"],
        address=first["address"],
        rt=first["rt"],
        rw=first["rw"],
        village_code=first["village_code"],
        postal_code=first["postal_code"],
        members=tuple(map(_member, rows)),
    )


def _member(row: Row) -> Member:
    return Member(
        nik=row["nik"],
        name=row["name"],
        sex=row["sex"],
        birth_place=row["birth_place"],
        born_on=date.fromisoformat(row["born_on"]),
        religion=row["religion"],
        education=row["education"],
        occupation=row["occupation"],
        blood_type=row["blood_type"],
        marital=KkMarital(row["marital"]),
        marital_on=date.fromisoformat(row["marital_on"]) if row["marital_on"] else None,
        relation=Relation(row["relation"]),
        citizenship=row["citizenship"],
        father=row["father"],
        mother=row["mother"],
        passport=row["passport"] or "-",
        kitap=row["kitap"] or "-",
    )


def _cells(member: Member) -> list[str]:
    return [_cell(getattr(member, name)) for name in MEMBER_COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
