"""What the register may know of a person's akta kelahiran: columns that a source may leave out, and cells that may be empty. Pure.

A register from before says nothing of them: then they are not known, which is not the same as that there is no akta. What our own
certificates say is written with the change that follows from them, and a load that says nothing leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from shared.reference.printing import LONGEST_OF_NOTE, is_printable

BIRTH_COLUMNS: Final = ("birth_certificate", "birth_certificate_on", "birth_kind", "birth_order")
BIRTH_SENTENCES: Final[Mapping[str, str]] = {
    "birth_kind_unknown": "jenis akta kelahiran adalah 1 sampai 4, atau dikosongkan",
    "birth_order_malformed": "angka dari 1 sampai 20, atau dikosongkan",
}
_KINDS: Final = frozenset("1234")
_ORDERS: Final = frozenset(map(str, range(1, 21)))  # as the form F-2.01A takes it


def check_birth(row: Mapping[str, str], *, today: date) -> Iterator[tuple[str, str]]:
    """Yield column and code of everything that is wrong in the columns of the akta kelahiran."""
    number, day, kind, order = (row.get(column, "") for column in BIRTH_COLUMNS)
    if not is_printable(number):
        yield "birth_certificate", "glyph_missing"
    elif len(number) > LONGEST_OF_NOTE["deed_number"]:
        yield "birth_certificate", "text_too_long"
    if day and (found := _day(day)) is None:
        yield "birth_certificate_on", "date_malformed"
    elif day and found is not None and found > today:
        yield "birth_certificate_on", "date_in_future"
    if kind and kind not in _KINDS:
        yield "birth_kind", "birth_kind_unknown"
    if order and order not in _ORDERS:
        yield "birth_order", "birth_order_malformed"


def birth_of(row: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a member of a row that was checked; None: not known."""
    number, day, kind, order = (row.get(column, "") for column in BIRTH_COLUMNS)
    if not (number or day or kind or order):
        return {}
    return {
        "birth_certificate": number or None,
        "birth_certificate_on": _day(day),
        "birth_kind": int(kind) if kind else None,
        "birth_order": int(order) if order else None,
    }


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None  # Python also reads 20110711
