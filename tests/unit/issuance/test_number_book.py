"""Numbers by kind and day: counted in any order, and every one without a document is named with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.issuance.desk.exports import day_of, explained
from services.issuance.domain import document as documents
from services.issuance.domain.claim import claim
from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.number_book import NumberBook, NumberRow
from services.issuance.domain.numbers import NumberFloor, NumberSequence, begin
from services.issuance.domain.products import PRODUCTS
from tests.support.approvals import AT, approval, origin

[CLAIMED] = claim(approval(), PRODUCTS, ["3519-KK-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT)


def numbered(serial: int, kind: str = "KK", day: str = "24112026", **changes: Any) -> Document:
    values: dict[str, Any] = {"issued_at": AT, "state": DocumentState.ISSUED, **changes}
    return replace(CLAIMED, number=f"3519-{kind}-{day}-{serial:04d}", **values)


def void(serial: int, reason: str) -> Document:
    ended, _ = documents.void(CLAIMED, reason=reason, at=AT)
    return replace(ended, number=f"3519-KK-24112026-{serial:04d}")


def book(*of: Document, counters: Sequence[NumberSequence] = ()) -> list[NumberRow]:
    made = NumberBook()
    made.add(of)
    return made.rows(counters)


@given(st.permutations(range(1, 8)))
def test_whatever_the_order_the_row_is_the_same(order: list[int]) -> None:
    [row] = book(*(void(serial, "wrong_data") if serial % 3 == 0 else numbered(serial) for serial in order))
    assert (row.first, row.last, row.given, row.issued, row.lost) == (1, 7, 7, 5, 0)
    assert explained(row) == "0003 hangus: Data yang disetujui ternyata salah; 0006 hangus: Data yang disetujui ternyata salah"


def test_days_and_kinds_have_rows_of_their_own_the_newest_first() -> None:
    rows = book(numbered(1, day="01122026"), numbered(1), numbered(2), numbered(1, kind="KT", day="30112026"))
    assert [(row.kind, day_of(row), row.given) for row in rows] == [
        ("KK", "2026-12-01", 1),
        ("KT", "2026-11-30", 1),
        ("KK", "2026-11-24", 2),
    ]


def test_what_waits_and_what_is_made_is_said_and_a_number_without_a_document_is_alarming() -> None:
    begun = documents.begin(CLAIMED, lease=timedelta(seconds=60), at=AT)
    held = documents.fail(begun, attempt=1, reason="sheet_unprintable", final=True, most_attempts=1, at=AT)
    [row] = book(numbered(5), replace(held, number="3519-KK-24112026-0002"), CLAIMED)
    assert row.lost == 2
    assert explained(row).startswith("0001 sedang dibuat; 0002 tertahan: isinya tidak muat")
    assert explained(row).endswith("2 nomor tidak ada dokumennya: laporkan ke admin")


def test_what_a_restore_left_out_is_said_and_is_not_lost() -> None:
    counters = [NumberSequence("KK-24112026", 104, skipped=100), NumberSequence("KT-24112026", 7, skipped=3)]
    [row] = book(numbered(1), numbered(2), numbered(103), numbered(104), counters=counters)
    assert (row.skipped, row.lost, explained(row)) == (100, 0, "100 nomor dilewati ketika cadangan dipulihkan")
    [row] = book(numbered(1), numbered(2), counters=counters[:1])
    assert (row.skipped, row.lost) == (0, 0), "nothing was given past them yet"


@pytest.mark.parametrize(
    ("key", "last"),
    [("KK-24112026", 50), ("KK-25112026", 50), ("KK-26112026", 0), ("extracts-3519-LT-24112026-0001", 0)],
)
def test_where_a_counter_begins_that_a_restore_may_have_lost(key: str, last: int) -> None:
    floor = NumberFloor("floor", 50, date(2026, 11, 25))
    assert begin(key, floor) == NumberSequence(key, last, skipped=last)
    assert begin(key, None) == NumberSequence(key)
