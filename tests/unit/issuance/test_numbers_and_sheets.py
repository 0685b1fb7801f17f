from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from services.issuance.domain import document as documents
from services.issuance.domain import numbers, render_input
from services.issuance.domain.numbers import NumberSequence
from services.issuance.domain.render_input import Office, Officer, Pickup
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.values import KkNumber
from tests.support.approvals import AT, CARD, approval, origin

DAY = date(2026, 11, 24)
OFFICE = Office("Pemerintah", "Dinas", "Madiun", Officer("Kepala", "Pejabat", ""), Pickup("MPP", "Jalan", "08.00-15.00"))


def test_numbers_have_the_printed_form() -> None:
    assert numbers.document_number("KK", DAY, 7) == "3519-KK-24112026-0007"
    assert numbers.card_number("351908", DAY, 12) == "3519082411260012"
    assert KkNumber.parse(numbers.card_number("351908", DAY, 12)).region == "351908"


def test_counters_differ_by_kind_day_and_district() -> None:
    keys = {
        numbers.document_counter("KK", DAY),
        numbers.document_counter("KT", DAY),
        numbers.document_counter("KK", date(2026, 11, 25)),
        numbers.card_counter("351908", DAY),
        numbers.card_counter("351909", DAY),
    }
    assert len(keys) == 5


def test_counter_ends_where_the_format_ends() -> None:
    assert numbers.advance(NumberSequence("k", 9998)).last == 9999
    with pytest.raises(DomainError, match="numbers_exhausted"):
        numbers.advance(NumberSequence("k", 9999))


@pytest.mark.parametrize("product", render_input.PRODUCTS)
def test_every_product_has_a_kind_of_number(product: str) -> None:
    assert re.fullmatch("[A-Z]{2}", catalogue().products[product].code)


def compose(product: str, allocated_kk: str | None = None) -> render_input.RenderInput:
    claimed = documents.claim(
        approval(product), number="3519-KK-24112026-0001", allocated_kk=allocated_kk, token="t", origin=origin(), at=AT
    )
    return render_input.compose(claimed, office=OFFICE, check_url="https://x/v/t", issued_on=DAY)


def test_new_card_number_is_the_printed_one() -> None:
    assert compose("kk")["kk_number"] == CARD.kk_number
    assert compose("kk", "3519082411260001")["kk_number"] == "3519082411260001"


@pytest.mark.parametrize(
    ("on_kk", "on_ktp"),
    [
        ("KAWIN TERCATAT", "KAWIN"),
        ("KAWIN BELUM TERCATAT", "KAWIN"),
        ("CERAI HIDUP TERCATAT", "CERAI HIDUP"),
        ("CERAI MATI", "CERAI MATI"),
        ("BELUM KAWIN", "BELUM KAWIN"),
        ("SOMETHING ELSE", "SOMETHING ELSE"),
    ],
)
def test_ktp_knows_four_words_for_marriage(on_kk: str, on_ktp: str) -> None:
    assert render_input.marital_on_ktp(on_kk) == on_ktp


def test_slip_tells_nothing_of_the_rest_of_the_family() -> None:
    slip = compose("ktp")
    assert "members" not in slip
    assert "kk_number" not in slip
    assert slip["holder"]["nik"] == CARD.members[1].nik


def test_document_without_material_or_of_unknown_product_can_not_be_composed() -> None:
    claimed = documents.claim(approval("kk"), number="n", allocated_kk=None, token="t", origin=origin(), at=AT)
    with pytest.raises(DomainError, match="product_unknown"):
        render_input.compose(replace(claimed, product="kia"), office=OFFICE, check_url="x", issued_on=DAY)
    with pytest.raises(DomainError, match="material_gone"):
        render_input.compose(replace(claimed, material=None), office=OFFICE, check_url="x", issued_on=DAY)
