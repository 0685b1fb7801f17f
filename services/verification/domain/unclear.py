"""An answer of the register that makes no sense: what it said, and what of it can't be understood. Pure.

Such a family is no `Family`: nothing is judged, approved or printed by it. What it said is kept with the case and shown to an officer. An
answer has the fields of a family and its rows under `members`, those of former members with a day in `closed_on`. Texts that are only too
long or have odd letters make sense: `printing` says that they can't be printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from services.verification.domain.answers import AnswerLine, UnclearAnswer
from services.verification.domain.finding import Finding, failure
from services.verification.domain.register_rules import (
    EARLIEST_BIRTH,
    FAMILY_COLUMNS,
    MEMBER_COLUMNS,
    TERMS,
    date_of,
    number_problem,
    village_problem,
)
from shared.reference.population import Relation

UNCLEAR: Final = "registry_answer_unclear"
MOST_TOLD: Final = 5  # findings of one answer: an officer sees where to look; the answer itself marks every place

_MOST_LINES: Final = 1_000  # values that are kept of one answer: a family of thirty with as many former members has fewer
_LONGEST: Final = 500  # characters that are kept of a value: twice the longest text of a card
_OPTIONAL_TEXTS: Final = (
    "passport",
    "kitap",
    "birth_certificate",
    "reason",
    "death_certificate",
    "death_place",
    "moving_letter",
    "disability",
)
_NULLABLE: Final = frozenset(("disability", "birth_certificate", "death_certificate", "death_place", "moving_letter", "pending"))
"""Of these no value is a value."""
_OPTIONAL_DATES: Final = ("marital_on", "closed_on", "died_on", "birth_certificate_on")
_TEXTS: Final = tuple(column for column in MEMBER_COLUMNS if column not in (*_OPTIONAL_TEXTS, *_OPTIONAL_DATES))
_NUMBERS: Final = ("birth_order", "birth_kind")
_LISTS: Final = ("former_names", "annulled")
_OF_FORMER: Final = frozenset(("closed_on", "reason", "died_on", "death_certificate", "death_place", "moving_letter"))
_ROW: Final = frozenset((*_TEXTS, *_OPTIONAL_TEXTS, *_OPTIONAL_DATES, *_NUMBERS, *_LISTS)) - _OF_FORMER

Answer: TypeAlias = Mapping[str, Any]
"""A family as the register gives it, its number under `kk_number`."""


def unclear_of(answer: Answer, *, on: date) -> UnclearAnswer | None:
    """Return what is unclear in an answer; None: all of it makes sense."""
    found = dict(flaws(answer, on=on))
    return _kept(answer, found) if found else None


def check_clear(answers: Sequence[UnclearAnswer]) -> Iterator[Finding]:
    """Yield a failure for each place that can't be understood, up to a number: `unclear[0].members[1].born_on`, never a value."""
    for index, answer in enumerate(answers):
        for line in answer.flawed[:MOST_TOLD]:
            yield failure(UNCLEAR, f"unclear[{index}].{line.place}" if line.place else f"unclear[{index}]")


def flaws(answer: Answer, *, on: date) -> Iterator[tuple[str, str]]:
    """Yield every place of an answer that can't be understood, with the code of the reason."""
    for column in FAMILY_COLUMNS:
        if not isinstance(answer.get(column), str):
            yield column, _no_text(answer.get(column))
        elif code := _family_problem(column, answer[column]):
            yield column, code
    yield from _optional(answer, "", ("pending",), ("closed_on",))
    if not _is_whole(answer.get("version")):
        yield "version", "value_not_number"
    rows = answer.get("members")
    if not isinstance(rows, list):
        yield "members", "members_missing"
        return
    told = False
    for index, row in enumerate(rows):
        for place, code in _row_flaws(row, f"members[{index}]", on):
            told = True
            yield place, code
    if not told:
        yield from _family_flaws(answer, rows)


def _family_flaws(answer: Answer, rows: Sequence[Answer]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with rows that make sense each by itself."""
    here = {index: row for index, row in enumerate(rows) if not row.get("closed_on")}
    seen: set[str] = set()
    for index, row in here.items():
        if row["nik"] in seen:
            yield f"members[{index}].nik", "nik_twice"
        seen.add(row["nik"])
    if answer.get("closed_on"):  # nobody is asked for by it; it may have ended with nobody left
        return
    if not here:
        yield "members", "members_missing"
    elif sum(row["relation"] == Relation.HEAD.value for row in here.values()) != 1:
        yield "members", "one_head_needed"


def _row_flaws(row: Any, place: str, on: date) -> Iterator[tuple[str, str]]:
    if not isinstance(row, Mapping):
        yield place, "row_malformed"
        return
    for column in _TEXTS:
        value = row.get(column)
        if not isinstance(value, str):
            yield f"{place}.{column}", _no_text(value)
        elif code := _problem(column, value):
            yield f"{place}.{column}", code
    yield from _optional(row, f"{place}.", _OPTIONAL_TEXTS, _OPTIONAL_DATES)
    yield from _day_flaws(row, place, on)
    for column in _NUMBERS:
        if row.get(column) is not None and not _is_whole(row[column]):
            yield f"{place}.{column}", "value_not_number"
    for column in _LISTS:
        if not _are_names(row.get(column)):
            yield f"{place}.{column}", "value_not_text"
    if not row.keys() - _ROW <= (_OF_FORMER if row.get("closed_on") else frozenset()):
        yield place, "column_unknown"


def _optional(values: Answer, place: str, texts: Sequence[str], days: Sequence[str]) -> Iterator[tuple[str, str]]:
    for column in texts:
        value = values.get(column, "")
        if not isinstance(value, str) and not (value is None and column in _NULLABLE):
            yield f"{place}{column}", _no_text(value)
    for column in days:
        value = values.get(column)
        if value and (not isinstance(value, str) or date_of(value) is None):
            yield f"{place}{column}", "date_malformed"


def _day_flaws(row: Answer, place: str, on: date) -> Iterator[tuple[str, str]]:
    for column in ("born_on", "marital_on"):
        text = row.get(column)
        day = date_of(text) if isinstance(text, str) else None
        if day is not None and not EARLIEST_BIRTH <= day <= on:
            yield f"{place}.{column}", "date_in_future" if day > on else "date_too_early"


def _family_problem(column: str, text: str) -> str | None:
    if column == "kk_number":
        return number_problem(column, text)
    code = village_problem(text) if column == "village_code" else None
    return None if code == "village_unknown" else code  # that makes sense: villages come and go, and `checks` says it


def _problem(column: str, text: str) -> str | None:
    if column == "nik":
        return number_problem(column, text)
    if column == "born_on":
        return None if date_of(text) else "date_malformed"
    return "term_unknown" if column in TERMS and text not in TERMS[column] else None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_names(value: object) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(isinstance(name, str) and name for name in value))


def _no_text(value: object) -> str:
    return "value_missing" if value is None else "value_not_text"


def _kept(answer: Answer, found: Mapping[str, str]) -> UnclearAnswer:
    said = dict(_leaves(answer, ""))
    lines = [AnswerLine(place, text[:_LONGEST], found.get(place)) for place, text in said.items()]
    lines += [AnswerLine(place, "", code) for place, code in found.items() if place not in said]
    lines.sort(key=lambda line: line.code is None)  # what can't be understood is kept whatever there is beside it
    rows = [row for row in answer["members"] if isinstance(row, Mapping)] if isinstance(answer.get("members"), list) else []
    return UnclearAnswer(
        lines=tuple(lines[:_MOST_LINES]),
        numbers=frozenset(_text(value) for value in (answer.get("kk_number"), *(row.get("nik") for row in rows)) if value is not None),
        village_code=answer.get("village_code") if "village_code" not in found else None,
        names=MappingProxyType({row["nik"]: row["name"] for row in rows if _is_named(row)}),
    )


def _is_named(row: Answer) -> bool:
    return all(isinstance(row.get(column), str) for column in ("nik", "name")) and number_problem("nik", row["nik"]) is None


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every value with its place, of whatever shape the answer is."""
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _leaves(each, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            yield from _leaves(each, f"{place}[{index}]")
    else:
        yield place, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
