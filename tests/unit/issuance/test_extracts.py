"""A further extract of an akta: the akta's number, a count of its own, its own day (ADR 38)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.issuance.domain.claim import WantedNumber, claim, wanted_numbers
from services.issuance.domain.document import Document
from services.issuance.domain.number_book import NumberBook
from services.issuance.domain.products import PRODUCTS
from services.issuance.store.schema import DOCUMENTS
from tests.support.approvals import AT, BIRTH, CONTENTS, approval, order, origin

AKTA = "3519-LU-28112012-0018"
DAY = date(2026, 11, 24)
AGAIN: Any = {**BIRTH, "certificate_number": AKTA}


def extract(count: int) -> Document:
    asked = approval(order("akta_kelahiran", content=AGAIN))
    [document] = claim(asked, PRODUCTS, [AKTA], extracts={AKTA: count}, new_token=lambda: "t", origin=origin(), at=AT)
    return document


@pytest.mark.parametrize(("product", "akta"), [("akta_kelahiran", AKTA), ("akta_kematian", "3519-KM-29072024-0001")])
def test_an_akta_that_exists_keeps_its_number(product: str, akta: str) -> None:
    content = {**CONTENTS[product][1], "certificate_number": akta}
    [wanted] = wanted_numbers(approval(order(product, content=content)), PRODUCTS)
    assert wanted.existing == akta
    assert wanted.counter(DAY) == f"extracts-{akta}"


def test_a_new_akta_takes_the_next_number_of_its_kind_and_day() -> None:
    [wanted] = wanted_numbers(approval("akta_kelahiran"), PRODUCTS)
    assert wanted == WantedNumber("LU")
    assert wanted.counter(DAY) == "LU-24112026"


def test_extracts_of_one_number_are_told_apart_in_the_database() -> None:
    rows = [DOCUMENTS.to_doc(extract(count)) for count in (1, 2, 3)]
    assert {row["number"] for row in rows} == {AKTA}
    assert [row.get("extract") for row in rows] == [None, 2, 3]
    assert [DOCUMENTS.from_doc({**row, "_id": "x"}).extract for row in rows] == [1, 2, 3]


def test_the_book_of_numbers_passes_over_further_extracts() -> None:
    book = NumberBook()
    book.add([extract(2), extract(3)])
    assert book.rows() == []
    book.add([extract(1)])
    [row] = book.rows()
    assert (row.given, row.lost) == (1, 17), "the serial is the 18th of its day, whatever extracts there are"
