"""Whole and right answers to any form, made up by Hypothesis: what an adapter would send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from shared.reference.forms import Field, Form
from shared.reference.forms.conditions import holds
from shared.reference.lists import code_list
from shared.reference.regions import regencies, villages

_DISTRICT: Final = "351901"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DAYS_OF_A_YEAR: Final = 365
_MOST_YEARS: Final = 4  # ago; short of any limit of a form


def _sixteen(days: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    parts = (days, st.integers(1, 12), st.integers(0, 26), st.integers(1, 9999))
    return st.builds(lambda day, month, year, serial: f"{_DISTRICT}{day:02}{month:02}{year:02}{serial:04}", *parts)


def _days(field: Field, today: date) -> st.SearchStrategy[str]:
    if field.limits.coming:
        return st.integers(0, _DAYS_OF_A_YEAR).map(lambda ahead: (today + timedelta(days=ahead)).isoformat())
    years = min(_MOST_YEARS, field.limits.within_years or _MOST_YEARS)
    return st.integers(0, years * _DAYS_OF_A_YEAR).map(lambda ago: (today - timedelta(days=ago)).isoformat())


def _numbers(field: Field) -> st.SearchStrategy[int]:
    return st.integers(field.limits.min or 0, field.limits.max or 10**6)


_WORDS: Final = st.lists(st.text(_LETTERS, min_size=2, max_size=12), min_size=2, max_size=4).map(" ".join)
_MADE: Final[Mapping[str, Callable[[Field, date], st.SearchStrategy[Any]]]] = {
    "nik": lambda _field, _today: _sixteen(st.integers(1, 28) | st.integers(41, 68)),
    "kk_number": lambda _field, _today: _sixteen(st.integers(1, 28)),
    "person_name": lambda _field, _today: _WORDS.map(str.upper),
    "text": lambda field, _today: st.text(_LETTERS, min_size=1, max_size=min(20, field.limits.max_length)),
    "date": _days,
    "time": lambda _field, _today: st.times().map(lambda time: f"{time:%H:%M}"),
    "choice": lambda field, today: st.sampled_from(list(field.codes(today).rows)),
    "yes_no": lambda _field, _today: st.booleans(),
    "number": lambda field, _today: _numbers(field),
    "village": lambda _field, _today: st.sampled_from(sorted(villages())),
    "regency": lambda _field, _today: st.sampled_from(sorted(regencies())),
    "country": lambda _field, _today: st.sampled_from(sorted(code_list("country").rows)),
    "moving_letter": lambda field, today: _days(field, today).map(lambda day: f"SKPWNI/3577/{day[8:]}{day[5:7]}{day[:4]}/0001"),
    "office_day": lambda field, today: st.sampled_from([day.isoformat() for day in field.offered(today)]),
    "phone": lambda _field, _today: st.integers(10**9, 10**10 - 1).map(lambda number: f"628{number}"),
}


@st.composite
def bodies(draw: st.DrawFn, fields: tuple[Field, ...], today: date) -> dict[str, Any]:
    """Draw `answers` that a form with these fields takes: those that apply, and no others."""
    body: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for field in fields:
        if not holds(field.when, known, today) or (field.may_be_left_out and draw(st.booleans())):
            continue
        body[field.name] = draw(_answer(field, today))
        if not field.is_group and not field.is_document:
            known[field.name] = field.kind.read(body[field.name], field.setup(today))
    return body


def _answer(field: Field, today: date) -> st.SearchStrategy[Any]:
    if field.is_group:
        least, most = field.count
        return st.lists(bodies(field.fields, today), min_size=least, max_size=min(most, least + 2))
    if field.is_document:
        return st.builds(lambda kind: {"file_id": f"file_{field.name}", "kind": kind}, st.sampled_from(field.any_of))
    barred = {value for value, _ in field.limits.barred}
    return _MADE[field.type](field, today).filter(lambda value: ("no" if value is False else str(value)) not in barred)


def types_made() -> frozenset[str]:
    """Return the types of fields that this module can answer."""
    return frozenset(_MADE)


def answers_to(form: Form, today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Return whole and right answers to a form."""
    return bodies(form.fields, today)
