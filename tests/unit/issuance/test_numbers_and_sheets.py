from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from pydantic import TypeAdapter

from services.issuance.domain import numbers
from services.issuance.domain.claim import Approval, claim
from services.issuance.domain.numbers import NumberSequence
from services.issuance.domain.office import Office, Officer, Pickup
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import RenderInput
from services.issuance.domain.render_input import compose
from shared.contracts.contents import CONTENTS as WIRE
from shared.contracts.parts import DocumentNumber
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from tests.support.approvals import AT, CARD, CONTENTS, HEAD, HOLDER_NIK, approval, order, origin

DAY = date(2026, 11, 24)
OFFICE = Office("Pemerintah", "Dinas", "Madiun", Officer("Kepala", "Pejabat", ""), Pickup("MPP", "Jalan", "08.00-15.00"))
NUMBER = TypeAdapter[str](DocumentNumber)


@pytest.mark.parametrize(
    ("serial", "printed"),
    [(7, "0007"), (9_999, "9999"), (10_000, "10000"), (99_999, "99999"), (100_000, "100000"), (999_999, "999999")],
)
def test_numbers_have_the_printed_form_and_grow_where_a_day_needs_it(serial: int, printed: str) -> None:
    number = numbers.document_number("KK", DAY, serial)
    assert number == f"3519-KK-24112026-{printed}"
    assert NUMBER.validate_python(number) == number


@pytest.mark.parametrize(
    ("kind", "printed"), [("KK", "3519-KK-24112026-10000"), ("SP", "SKPWNI/3519/24112026/10000"), ("SL", "SKPLN/3519/24112026/10000")]
)
def test_a_letter_that_other_offices_take_is_numbered_as_theirs_are(kind: str, printed: str) -> None:
    number = numbers.document_number(kind, DAY, 10_000)
    assert number == printed
    assert NUMBER.validate_python(number) == number
    assert numbers.parts_of(number) == (kind, "24112026", 10_000)


def test_counters_differ_by_kind_and_day() -> None:
    keys = {numbers.document_counter(kind, day) for kind in ("KK", "LU", "LT") for day in (DAY, date(2026, 11, 25))}
    assert len(keys) == 6


def test_counter_goes_past_four_digits_and_ends_where_the_contract_ends() -> None:
    assert numbers.advance(NumberSequence("k", 9_999)).last == 10_000
    assert numbers.advance(NumberSequence("k", 999_998)).last == 999_999
    with pytest.raises(DomainError, match="numbers_exhausted"):
        numbers.advance(NumberSequence("k", 999_999))


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_is_whole(product: str) -> None:
    """A product has a content type that travels, a kind of number, and the form that the catalogue promises."""
    spec = PRODUCTS[product]
    content_type, content, _ = CONTENTS[product]
    assert content_type == spec.content_type
    assert spec.content_type in WIRE
    assert re.fullmatch("[A-Z]{2}", spec.number_kind(content))
    assert spec.form.value == catalogue().products[product].form.value


def sheet_of(asked: Approval) -> RenderInput:
    [document] = claim(asked, PRODUCTS, ["3519-KK-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT)
    return compose(document, PRODUCTS[document.product], office=OFFICE, check_url="https://x/v/t", issued_on=DAY)


def test_the_number_of_the_card_and_its_rows_are_those_of_the_content() -> None:
    sheet = sheet_of(approval(order("kk", content={**CARD, "kk_number": "3519082411260001"})))
    assert sheet["kk_number"] == "3519082411260001"
    assert sheet["members"] == CARD["members"]
    assert sheet["address"]["rt_rw"] == "003/002"


def test_slip_tells_nothing_of_the_rest_of_the_family() -> None:
    slip = sheet_of(approval("ktp"))
    assert slip["holder"]["nik"] == HOLDER_NIK
    assert slip["pickup"]["place"] == "MPP"
    for other in (HEAD["name"], HEAD["nik"], CARD["kk_number"]):
        assert other not in str(slip)


@pytest.mark.parametrize("product", PRODUCTS)
def test_document_that_has_forgotten_what_it_says_can_not_be_composed(product: str) -> None:
    [document] = claim(approval(product), PRODUCTS, ["n"], new_token=lambda: "t", origin=origin(), at=AT)
    with pytest.raises(DomainError, match="content_gone"):
        compose(replace(document, content=None), PRODUCTS[product], office=OFFICE, check_url="x", issued_on=DAY)
