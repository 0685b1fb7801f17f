"""An approval is followed whole or refused whole, before any number is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.issuance.domain.claim import Approval, claim, subject_key, wanted_numbers
from services.issuance.domain.document import DocumentState
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import DocumentForm
from shared.errors import DomainError
from tests.support.approvals import AT, BIRTH, CARD, CHILD_CARD, CONTACT, approval, birth, order, origin


def claimed(asked: Approval, *numbers: str) -> list[Any]:
    return claim(asked, PRODUCTS, numbers, new_token=lambda: "t", origin=origin(), at=AT)


def test_every_document_has_its_kind_of_number() -> None:
    late = order("akta_kelahiran", key="akta_kelahiran.2", content={**BIRTH, "late": True})
    asked = approval("akta_kelahiran", late, "kk", "ktp", "kia", "akta_kematian", "lahir_mati", "skpwni")
    wanted = wanted_numbers(asked, PRODUCTS)
    assert [each.kind for each in wanted] == ["LU", "LT", "KK", "KT", "KI", "KM", "LM", "SP"]
    assert {each.existing for each in wanted} == {None}


def test_the_documents_of_a_request_know_how_many_they_are_and_what_each_is() -> None:
    asked = birth()
    akta, kk, kia = claimed(asked, "3519-LU-24112026-0001", "3519-KK-24112026-0001", "3519-KI-24112026-0001")
    assert [each.document_id for each in (akta, kk, kia)] == [f"{asked.request_id}.{key}" for key in ("akta_kelahiran", "kk", "kia")]
    assert {each.documents for each in (akta, kk, kia)} == {3}
    assert [each.form for each in (akta, kk, kia)] == [DocumentForm.PDF, DocumentForm.PDF, DocumentForm.CARD]
    assert {each.state for each in (akta, kk, kia)} == {DocumentState.CLAIMED}
    assert {each.contact for each in (akta, kk, kia)} == {CONTACT}
    assert kk.about == subject_key(asked.orders[1].about)


@pytest.mark.parametrize("first", ["akta_kelahiran", "kia"])
def test_the_order_of_a_child_s_card_shows_the_number_of_the_certificate_of_the_same_request(first: str) -> None:
    orders = {each.key: each for each in birth().orders}
    other = "kia" if first == "akta_kelahiran" else "akta_kelahiran"
    asked = approval(orders[first], orders[other])
    numbers = {"akta_kelahiran": "3519-LU-24112026-0042", "kia": "3519-KI-24112026-0001"}
    by_product = {each.product: each for each in claimed(asked, numbers[first], numbers[other])}
    assert by_product["kia"].content["birth_certificate_number"] == "3519-LU-24112026-0042"
    assert by_product["akta_kelahiran"].content == BIRTH


def test_a_number_that_the_register_knows_is_left_alone() -> None:
    [kia] = claimed(approval("kia"), "3519-KI-24112026-0001")
    assert kia.content == CHILD_CARD


def _without(asked: Approval, *keys: str) -> Approval:
    return replace(asked, announced=tuple(key for key in asked.announced if key not in keys))


REFUSED = {
    "a product that is new to us": (approval("kk", replace(order(), key="surat_baru", product="surat_baru")), "product_unknown"),
    "the content of another product": (approval(order("ktp", content=CARD, content_type="family_card.v1")), "content_type_wrong"),
    "the number of a document that is not ordered": (approval("kk", birth().orders[2]), "number_unknown"),
    "one key twice": (approval("kk", "kk"), "documents_contradict"),
    "more than was announced": (_without(birth(), "kia"), "documents_contradict"),
    "a key of another product": (approval(order("kk", key="ktp")), "documents_contradict"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_followed_whole_is_refused_by_a_code(case: str) -> None:
    asked, code = REFUSED[case]
    with pytest.raises(DomainError) as caught:
        wanted_numbers(asked, PRODUCTS)
    assert caught.value.code == code
    assert "CONTOH" not in str(caught.value)
