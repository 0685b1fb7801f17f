"""A change of name by an order of the District Court: whose, which name, which akta, and what shows it afterwards."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import ChildCard, FamilyCard, IdentityCard, NoteChange, SideNote
from services.verification.domain.kinship import is_child_of
from services.verification.domain.office_practice import OfficePractice
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES, change_of_name
from services.verification.events import content_of
from shared.errors import DomainError
from shared.reference.reasons import reasons
from tests.support import families as people
from tests.support.applications import after, application, codes, guardian_family, orders, planned, recorded
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

AKTA = "3519-LU-20071988-0003"
WAYS = RULES["ubah_nama"].ways


def asked(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "subject_nik": HUSBAND,
        "new_name": "Slamet Darma Wijaya",
        "certificate_number": AKTA,
        "order_number": "32/Pdt.P/2026/PN Mjy",
        "order_on": "2026-10-12",
        "order_court": "Pengadilan Negeri Kabupaten Madiun",
    }
    return application("ubah_nama", **(answers | changes))


def register(**of_husband: Any) -> Register:
    known = {"birth_certificate": AKTA, "birth_certificate_on": date(1988, 7, 20), **of_husband}
    family = people.family()
    return people.register(replace(family, members=(people.member(**known), *family.members[1:])))


def test_a_new_name_stands_on_the_note_the_card_of_the_family_and_the_own_one() -> None:
    assert codes(asked(), register()) == set()
    plan = planned(asked(), register())
    request = asked().first.request_id
    assert orders(plan) == [("catatan_pinggir", f"catatan_pinggir:{request}"), ("kk", f"kk:{KK}"), ("ktp", f"ktp:{HUSBAND}")]
    note, card, own = (ordered.content for ordered in plan.documents)
    assert isinstance(note, SideNote)
    assert (note.deed_number, note.deed_on) == (AKTA, date(1988, 7, 20))
    assert note.deed_office == "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL KABUPATEN MADIUN"
    assert note.changes == (NoteChange("Nama", "SLAMET DARMAWAN", "SLAMET DARMA WIJAYA"),)
    assert (note.name, note.basis_number, note.basis_on) == ("SLAMET DARMAWAN", "32/Pdt.P/2026/PN Mjy", date(2026, 10, 12))
    assert isinstance(card, FamilyCard)
    assert isinstance(own, IdentityCard)
    assert {card.family.head.name, own.member.name} == {"SLAMET DARMA WIJAYA"}
    assert all(content_of(ordered.content) for ordered in plan.documents)


def test_the_register_keeps_the_name_from_before_and_the_children_stay_his() -> None:
    plan = planned(asked(), register())
    family = recorded(plan, register())[KK]
    head = family.member(HUSBAND)
    assert head is not None
    assert (head.name, head.former_names, head.certified_name) == ("SLAMET DARMA WIJAYA", ("SLAMET DARMAWAN",), "SLAMET DARMAWAN")
    for child in (SON, DAUGHTER):
        row = family.member(child)
        assert row is not None
        assert row.father == "SLAMET DARMAWAN", "its own akta says so"
        assert is_child_of(row, head)
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("court_order", "32/Pdt.P/2026/PN Mjy")


def test_a_second_change_keeps_every_name_and_the_akta_says_the_first() -> None:
    twice = register(name="SLAMET BARU JAYA", former_names=("SLAMET DARMAWAN",))
    head = after(planned(asked(), twice))[KK].member(HUSBAND)
    assert head is not None
    assert head.former_names == ("SLAMET DARMAWAN", "SLAMET BARU JAYA")
    note = planned(asked(), twice).documents[0].content
    assert isinstance(note, SideNote)
    assert (note.name, note.changes[0].before) == ("SLAMET DARMAWAN", "SLAMET BARU JAYA")


def test_a_parent_asks_for_a_child_who_gets_a_kia() -> None:
    told = asked(subject_nik=DAUGHTER, new_name="Susi Wahyuningtyas Putri", certificate_number="3519-LU-10052016-0007")
    assert codes(told, register()) == {"certificate_unknown_here"}
    assert way_of("certificate_unknown_here", WAYS) is CaseRoute.STAFF
    plan = planned(told, register())
    assert [product for product, _ in orders(plan)] == ["catatan_pinggir", "kk", "kia"]
    assert isinstance(plan.documents[-1].content, ChildCard)
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.birth_certificate_on) == ("3519-LU-10052016-0007", date(2016, 5, 10))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"new_name": "Slamet Darmawan"}, "new_name_unchanged"),
        ({"new_name": "Dr. Slamet Wijaya"}, "new_name_has_title"),
        ({"new_name": "H Slamet Wijaya"}, "new_name_has_title"),
        ({"new_name": "Slamet D. Wijaya"}, "new_name_abbreviated"),
        ({"new_name": "Slamet D Wijaya"}, "new_name_abbreviated"),
        ({"new_name": "Slamet Darma-Wijaya"}, "new_name_abbreviated"),
        ({"new_name": "Слава Дарма"}, "new_name_not_latin"),
        ({"subject_nik": WIFE, "new_name": "Titik Fitri Rahayu"}, "adult_asks_alone"),
        ({"order_on": "1988-07-10"}, "order_before_birth"),
        ({"order_court": "Pengadilan Agama Kabupaten Madiun"}, "court_not_district"),
        ({"certificate_number": "3519-LU-21071988-0003"}, "certificate_number_differs"),
    ],
)
def test_what_does_not_fit_has_its_reason_and_is_returned(changes: dict[str, Any], code: str) -> None:
    told = asked(**changes)
    within_years = register()
    assert code in codes(told, within_years)
    assert way_of(code, WAYS) is CaseRoute.RETURN
    assert reasons()[code].text


@pytest.mark.parametrize("name", ["Siti Nur'aini", "Slamet Dharmawan", "Ni Luh Ayu Sari", "Zoë Andréa"])
def test_names_as_people_have_them_pass(name: str) -> None:
    assert codes(asked(new_name=name), register()) == set()


@pytest.mark.parametrize("name", ["PN Mjy", "PENGADILAN NEGERI MADIUN", "Pn. Kab. Madiun"])
def test_a_district_court_is_known_by_its_name_or_letters(name: str) -> None:
    assert codes(asked(order_court=name), register()) == set()


def test_the_certificate_of_somebody_else_is_refused() -> None:
    told = asked(subject_nik=DAUGHTER, new_name="Susi Rahma Putri")
    assert codes(told, register()) == {"certificate_unknown_here", "certificate_of_another"}
    assert way_of("certificate_of_another", WAYS) is CaseRoute.RETURN


@pytest.mark.parametrize(
    ("number", "noted", "code"),
    [
        ("474.1/123/1988", True, "certificate_unknown_here"),
        ("3577-LU-20071988-0003", True, "certificate_noted_here"),
        ("3577-LU-20071988-0003", False, "certificate_other_office"),
    ],
)
def test_another_office_s_akta_is_the_office_s_choice(number: str, noted: bool, code: str) -> None:  # noqa: FBT001 - a table
    row = people.member()
    practice = OfficePractice(notes_on_others_certificates=noted)
    found = change_of_name.check_certificate(asked(certificate_number=number).first.answers, row, practice)
    assert [finding.code for finding in found] == [code]
    assert way_of(code, WAYS) is (CaseRoute.REJECT if code == "certificate_other_office" else CaseRoute.STAFF)


def test_the_note_names_the_office_that_made_the_akta() -> None:
    plan = planned(asked(certificate_number="3577-LU-20071988-0003"), people.register())
    note = plan.documents[0].content
    assert isinstance(note, SideNote)
    assert note.deed_office == "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL KOTA MADIUN"
    old = planned(asked(certificate_number="474.1/123/1988"), people.register()).documents[0].content
    assert isinstance(old, SideNote)
    assert (old.deed_number, old.deed_on, old.deed_office) == ("474.1/123/1988", None, None)


@pytest.mark.parametrize(("number", "kept"), [(AKTA, AKTA), ("474.1/123/1988", None)])
def test_the_register_keeps_a_number_that_can_be_told_from_another_person_s(number: str, kept: str | None) -> None:
    family = after(planned(asked(certificate_number=number), people.register()))[KK]
    assert [member.birth_certificate for member in family.members if member.nik == HUSBAND] == [kept]


def test_without_an_akta_there_is_nothing_to_note_on() -> None:
    with pytest.raises(DomainError, match="certificate_needed_first"):
        planned(asked(certificate_number="belum ada"), people.register())


def test_who_lives_in_another_regency_is_another_office_s() -> None:
    away: Family = guardian_family(people.child(DAUGHTER, date(2016, 5, 5)), village_code="3577011001")
    alone = people.family(people.member(), people.wife())
    told = asked(subject_nik=DAUGHTER, new_name="Susi Rahma Putri", certificate_number="3519-LU-10052016-0007")
    assert "other_family_other_office" in codes(told, people.register(alone, away))


@pytest.mark.parametrize("changes", [{"new_name": "Slamet Darmawan"}, {"subject_nik": "3519084505160009"}])
def test_nothing_is_planned_without_a_person_or_another_name(changes: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        planned(asked(**changes), register())
