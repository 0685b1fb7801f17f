"""What each product shows of a content: every one that this office makes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.issuance.domain.office import Office, Officer, Pickup
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import FillContext, RenderInput
from shared.contracts.contents import ContentInvalid, read_content
from tests.support.approvals import CONTENTS, HEAD, WIFE

OFFICE = Office("Pemerintah", "Dinas", "Madiun", Officer("Kepala", "Pejabat", ""), Pickup("MPP", "Jalan", "08.00-15.00"))
CONTEXT = FillContext(
    number="3519-LU-24112026-0001", receipt="MDN-2222-2222", issued_on=date(2026, 11, 24), office=OFFICE, pickup_code="2A3B4C"
)


def content_of(product: str, **changes: Any) -> dict[str, Any]:
    return CONTENTS[product][1] | changes


def filled(product: str, **changes: Any) -> RenderInput:
    """What the product makes of a content that came over the wire."""
    spec = PRODUCTS[product]
    return spec.fill(read_content(spec.content_type, content_of(product, **changes)).model_dump(mode="json"), CONTEXT)


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_makes_a_sheet_of_its_content(product: str) -> None:
    assert filled(product)


@pytest.mark.parametrize(
    ("kind", "father", "mother"),
    [(1, HEAD["name"], WIFE["name"]), (2, HEAD["name"], WIFE["name"]), (3, None, WIFE["name"]), (4, None, None)],
)
def test_an_akta_names_the_parents_of_its_kind(kind: int, father: str | None, mother: str | None) -> None:
    sheet = filled("akta_kelahiran", kind=kind)
    assert (sheet["kind"], sheet["father"], sheet["mother"]) == (kind, father, mother)
    assert (sheet["birth_order"] is None) == (mother is None)


@pytest.mark.parametrize(("kind", "missing"), [(1, "father"), (2, "mother"), (3, "mother")])
def test_a_birth_without_a_parent_that_its_kind_names_is_no_content(kind: int, missing: str) -> None:
    with pytest.raises(ContentInvalid, match=missing):
        filled("akta_kelahiran", kind=kind, **{missing: None})


@pytest.mark.parametrize(("late", "letters"), [(False, "LU"), (True, "LT")])
def test_the_number_says_whether_a_birth_was_reported_in_time(late: bool, letters: str) -> None:  # noqa: FBT001 - a case of the table
    assert PRODUCTS["akta_kelahiran"].number_kind(content_of("akta_kelahiran", late=late)) == letters


def test_an_akta_has_its_days_and_the_place_of_the_child_in_words() -> None:
    sheet = filled("akta_kelahiran", born_on="2026-11-05", birth_order=12)
    assert sheet["born_on_words"] == {"id": "lima November dua ribu dua puluh enam", "en": "the fifth of November twenty twenty-six"}
    assert sheet["birth_order"] == {"id": "kedua belas", "en": "twelfth"}
    assert sheet["issued_on_words"]["id"] == "dua puluh empat November dua ribu dua puluh enam"


def test_of_a_death_what_is_not_known_is_left_out() -> None:
    sheet = filled("akta_kematian", died_on="2025-12-28", nik=None, birth_order=None, father=None, mother=None)
    assert [sheet[name] for name in ("nik", "birth_order", "father", "mother")] == [None] * 4
    assert sheet["died_on_words"]["en"] == "the twenty-eighth of December twenty twenty-five"


@pytest.mark.parametrize(("born_on", "age"), [("1985-12-28", 40), ("1985-12-29", 39), ("1986-01-01", 39), ("2000-02-29", 25), (None, None)])
def test_age_is_counted_on_the_day_of_the_stillbirth(born_on: str | None, age: int | None) -> None:
    mother = content_of("lahir_mati")["mother"] | {"born_on": born_on}
    assert filled("lahir_mati", stillborn_on="2025-12-28", mother=mother)["mother"]["age"] == age


def test_a_stillbirth_may_have_no_father() -> None:
    assert filled("lahir_mati", father=None)["father"] is None
    assert filled("lahir_mati", father=content_of("lahir_mati")["mother"])["father"]["name"] == WIFE["name"]


@pytest.mark.parametrize("product", ["ktp", "kia"])
def test_a_slip_tells_nothing_of_the_rest_of_the_family(product: str) -> None:
    sheet = filled(product)
    assert "members" not in sheet
    assert sheet["holder"]["nik"] == content_of(product)["nik"]
    assert sheet["pickup"]["place"] == "MPP"


def test_a_new_card_of_a_child_takes_the_number_of_the_akta_made_with_it() -> None:
    shown = PRODUCTS["kia"].number_of
    assert shown is not None
    assert {shown.key, shown.into} <= content_of("kia").keys()
    assert filled("kia", **{shown.into: "3519-LU-24112026-0001"})["birth_certificate_number"] == "3519-LU-24112026-0001"
