"""What the catalogue says is ready is implemented by every part: rules, contents, templates, numbers, sentences (ADR 25).

A service that something does not implement would fail only after a citizen confirmed; it must not be ready.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from services.issuance.domain.products import PRODUCTS
from services.verification.domain.services import RULES
from shared.contracts.contents import CONTENTS
from shared.reference.catalogue import CivilService, Offer, ProductForm, catalogue
from shared.reference.forms import Field
from shared.reference.labels import field_label
from shared.reference.reasons import reasons
from tests.architecture.source import ROOT

READY = [service for service in catalogue().services.values() if service.ready]
ONLINE = [service for service in READY if service.offer is not Offer.COURT]
GIVEN = sorted({product for service in READY for product in service.products})
MADE = [product for product in GIVEN if catalogue().products[product].form is not ProductForm.NOTICE]
TOLD = [product for product in GIVEN if product not in MADE]
INTAKE = ROOT / "services/intake/templates"
TEMPLATES = ROOT / "services/issuance/templates"
GOLDEN = ROOT / "tests/contract/golden"
REFUSALS = re.compile(r'"((?:nik|kk|name|text|date|time|choice|yes_no|number|village|regency|phone|letter)_[a-z0-9_]+)"')
OTHER_WORDS = frozenset(("kk_number", "number_of"))  # names of types and fields that look like a refusal


def _toml(path: str) -> dict[str, Any]:
    return tomllib.loads((INTAKE / path).read_text(encoding="utf-8"))


def _id(value: CivilService | str) -> str:
    return value if isinstance(value, str) else value.id


def test_the_twelve_services_and_the_divorce_are_ready() -> None:
    assert {service.id for service in READY} >= {
        *("kk_hilang", "kk_rusak", "kk_baru", "kk_ubah", "kk_pisah", "kk_numpang", "kk_ganti_kepala"),
        *("ktp_hilang", "ktp_rusak", "akta_lahir", "lahir_mati", "akta_mati", "cerai"),
    }


@pytest.mark.parametrize("service", READY, ids=_id)
def test_verification_has_rules_for_it(service: CivilService) -> None:
    assert service.effect in RULES
    assert not set(RULES[service.effect].ways) - set(reasons())
    assert service.products


def test_every_rule_is_of_a_service_that_is_ready() -> None:
    assert set(RULES) <= {service.effect for service in READY}


@pytest.mark.parametrize("product", TOLD)
def test_an_answer_in_words_is_nobodys_document(product: str) -> None:
    """It ends in verification (ADR 39): issuance could neither number nor print it."""
    assert product not in PRODUCTS
    assert catalogue().products[product].code == ""
    assert all(service.is_answered for service in READY if product in service.products)


@pytest.mark.parametrize("product", MADE)
def test_issuance_makes_it(product: str) -> None:
    spec, named = PRODUCTS[product], catalogue().products[product]
    assert spec.content_type in CONTENTS
    assert (TEMPLATES / f"{spec.template}.typ").is_file()
    assert (TEMPLATES / "samples" / f"{spec.template}.json").is_file()
    assert named.form in (ProductForm.PDF, ProductForm.CARD)
    assert spec.form.value == named.form.value


@pytest.mark.parametrize("product", MADE)
def test_its_numbers_carry_the_letters_of_the_catalogue(product: str) -> None:
    spec, named = PRODUCTS[product], catalogue().products[product]
    (sample,) = GOLDEN.rglob(f"{spec.content_type}.json")
    assert spec.number_kind(json.loads(sample.read_text(encoding="utf-8"))) in {named.code, named.late_code}


@pytest.mark.parametrize("content_type", sorted(CONTENTS))
def test_every_content_is_of_a_product(content_type: str) -> None:
    assert content_type in {spec.content_type for spec in PRODUCTS.values()}


def test_no_two_products_share_the_letters_of_their_numbers() -> None:
    codes = [code for product in catalogue().products.values() for code in (product.code, product.late_code) if code]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes)


def _sentences(service: CivilService, name: str, what: str) -> Iterator[str]:
    """The sentences of a field (`field`, or `group.field` in a row): the service's own, then the one that services share."""
    if what == "label":
        yield from filter(None, [field_label(service.id, name)])
        return
    for file in (service.id, "common"):
        found: Any = _toml(f"forms/{file}.toml")
        for part in (*name.split("."), what):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        if isinstance(found, str):
            yield found


def _missing(service: CivilService, field: Field, inside: str = "") -> Iterator[str]:
    name, general = f"{inside}{field.name}", _toml("dialogue.toml")["texts"]
    wanted = ["ask", "label"]
    if field.is_document:
        wanted = [] if "ask_document" in general else ["ask"]
    elif field.is_group:
        least, most = field.count
        wanted = ["label", *(["any"] if least == 0 else []), *(["more"] if least < most else [])]
    yield from (f"{service.id}.{name}.{what}" for what in wanted if not any(_sentences(service, name, what)))
    yield from (missing for each in field.fields for missing in _missing(service, each, f"{name}."))


@pytest.mark.parametrize("service", ONLINE, ids=_id)
def test_the_chat_has_a_sentence_for_each_of_its_fields(service: CivilService) -> None:
    assert service.form.fields
    assert _toml(f"forms/{service.id}.toml").get("start")
    assert not [missing for field in service.form.fields for missing in _missing(service, field)]


@pytest.mark.parametrize("service", ONLINE, ids=_id)
def test_no_sentence_is_of_a_field_that_it_does_not_have(service: CivilService) -> None:
    tables = {name for name, value in _toml(f"forms/{service.id}.toml").items() if isinstance(value, dict)}
    assert tables <= {field.name for field in service.form.fields}


def test_every_refusal_of_an_answer_has_a_sentence() -> None:
    files = [*(ROOT / "shared/reference/forms").glob("*.py"), *(ROOT / "shared/values").glob("*.py")]
    codes = {code for file in files for code in REFUSALS.findall(file.read_text(encoding="utf-8"))} - OTHER_WORDS
    assert {"nik_not_16_digits", "date_in_future", "village_unclear"} <= codes, "else this test can't fail"
    texts = _toml("dialogue.toml")["texts"]
    assert not {code for code in codes if f"wrong_{code}" not in texts}


@pytest.mark.parametrize("service", ["intake", "verification"])
def test_a_process_reads_the_catalogue_that_it_was_given(service: str) -> None:
    """A second reading of the shipped one would not know what the settings have adjusted."""
    files = [file for file in (ROOT / "services" / service).rglob("*.py") if "wiring" not in str(file.relative_to(ROOT))]
    assert len(files) > 20, "else this test can't fail"
    assert not [str(file.relative_to(ROOT)) for file in files if re.search(r"\bcatalogue\(\)", file.read_text(encoding="utf-8"))]
