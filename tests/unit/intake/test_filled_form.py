"""Whom a filled form is about, and which two requests are for the same person."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.docket import docket_key
from services.intake.domain.filled_form import FilledForm, Person
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.values import Attachment

NIK, KK, DECEASED = "3519081708850003", "3519081203100007", "3519081203500001"
BIRTH = FilledForm(
    "akta_lahir", 1, {"nik": NIK, "kk_number": KK, "relation": "parent", "child_name": "ANI BUDI", "born_on": date(2026, 11, 20)}
)
DEATH = FilledForm("akta_mati", 1, {"nik": NIK, "kk_number": KK, "deceased_nik": DECEASED})
CARD = FilledForm("kk_hilang", 1, {"nik": NIK, "kk_number": KK})
PARTY = FilledForm("cerai", 1, party=Person(NIK, None, "SITI AMINAH"))


def subject(form: FilledForm) -> Person | None:
    return form.subject(catalogue().get(form.service))


def key(form: FilledForm, **answers: Any) -> str:
    return replace(form, answers={**form.answers, **answers}).person_key(catalogue().get(form.service))


def test_the_applicant_and_the_subject_are_told_apart() -> None:
    assert {form.applicant for form in (BIRTH, DEATH, CARD)} == {Person(NIK, KK)}
    assert PARTY.applicant == Person(NIK, None, "SITI AMINAH")
    assert (subject(BIRTH), subject(DEATH)) == (Person(None, None, "ANI BUDI"), Person(DECEASED))
    assert (subject(CARD), subject(PARTY)) == (None, None)
    assert (BIRTH.relation, CARD.relation) == ("parent", None)


def test_a_request_is_for_whom_it_is_about_whoever_asks() -> None:
    assert key(DEATH) == key(DEATH, nik="3519081708850004") == DECEASED
    assert key(CARD) == key(PARTY) == NIK


@pytest.mark.parametrize(
    "other",
    [{"child_name": "BUDI BUDI"}, {"born_on": date(2026, 11, 21)}, {"nik": "3519081708850004"}],
    ids=lambda other: next(iter(other)),
)
def test_twins_and_children_of_others_are_other_persons(other: dict[str, Any]) -> None:
    assert key(BIRTH) == key(BIRTH, weight_grams=3100)
    assert docket_key(key(BIRTH)) != docket_key(key(BIRTH, **other))


def test_a_docket_names_nobody() -> None:
    for form in (BIRTH, DEATH, CARD):
        named = docket_key(key(form))
        assert not any(value in named for value in (NIK, DECEASED, "ANI"))


def test_a_form_without_a_nik_is_no_request() -> None:
    with pytest.raises(DomainError, match="nik_missing"):
        key(FilledForm("kk_hilang", 1, {"kk_number": KK}))


def test_where_nobody_has_a_nik_the_same_words_are_the_same_request() -> None:
    complaint = FilledForm("pengaduan", 1, {"topic": "money", "description": "Diminta uang", "anonymous": True})
    assert key(complaint) == key(complaint)
    assert key(complaint) != key(complaint, description="Diminta uang lagi")
    newcomer = FilledForm("biodata", 1, {"name": "SUMIYATI RAHAYU", "born_on": date(1971, 7, 1), "card": "new"})
    assert key(newcomer) == key(newcomer, card="join")
    assert key(newcomer) != key(newcomer, born_on=date(1971, 7, 2))


def test_a_file_answers_its_field() -> None:
    form = replace(CARD, attachments=(Attachment("f-1", "ktp", "ktp", "image/png", 1, "0" * 64),))
    assert form.has(("nik", "ktp"))
    assert not form.has(("nik", "surat_kehilangan"))


def test_what_was_answered_does_not_show_in_a_repr() -> None:
    shown = repr((BIRTH, DEATH, PARTY, BIRTH.applicant, subject(BIRTH)))
    assert not any(value in shown for value in (NIK, KK, DECEASED, "ANI", "SITI"))
