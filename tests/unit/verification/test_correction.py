"""A slip of the pen in a birth certificate: what stood there, what was meant, and what follows where the register has it, too."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.askers import check_asker
from services.verification.domain.contents import BirthCertificate, DeathCertificate, FamilyCard, NoteChange, ParentNamed, SideNote
from services.verification.domain.history import persons
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect
from shared.reference.reasons import reasons
from tests.support import families as people
from tests.support.applications import TODAY, WITNESSES, after, application, codes, fields, orders, planned, recorded
from tests.support.families import DAUGHTER, HUSBAND, KK, SON

AKTA = "3519-LU-10052016-0007"
WAYS = RULES["akta_betul"].ways
NAME = {"element": "name", "as_written": "Susi Wahyni", "name": "Susi Wahyuni"}
FATHER = {"element": "father", "as_written": "Slamet Darmawan", "father": "Slamet Dharmawan"}


def asked(*corrections: dict[str, Any], **changes: Any) -> Application:
    answers: dict[str, Any] = {
        "certificate": "birth",
        "nik": HUSBAND,
        "kk_number": KK,
        "holder_nik": DAUGHTER,
        "certificate_number": AKTA,
        "birth_order": 2,
        "parents_named": "both",
        "corrections": list(corrections or (NAME,)),
        "basis_kind": "diploma",
        "basis_number": "DN-05/D-SD/0012345",
        "basis_on": "2026-06-12",
        "witnesses": WITNESSES,
    }
    return application("akta_betul", **{name: value for name, value in (answers | changes).items() if value is not None})


def register(**changes: Any) -> Register:
    known: dict[str, Any] = {"birth_certificate": AKTA, "birth_certificate_on": date(2016, 5, 10), "birth_order": 2, "birth_kind": 1}
    girl = people.child(DAUGHTER, date(2016, 5, 5), **{"name": "SUSI WAHYUNI", "sex": "P", **known})
    son = people.child(SON, date(2013, 2, 3), birth_certificate="3519-LU-01032017-0002")
    return people.register(people.family(people.member(), people.wife(), son, replace(girl, **changes)))


def test_where_the_register_is_right_only_the_akta_is_made_anew() -> None:
    assert codes(asked(), register()) == set()
    plan = planned(asked(), register())
    request = asked().first.request_id
    assert orders(plan) == [("akta_kelahiran", f"akta_kelahiran:{DAUGHTER}"), ("catatan_pinggir", f"catatan_pinggir:{request}")]
    assert plan.change is None
    quote, note = (ordered.content for ordered in plan.documents)
    assert isinstance(quote, BirthCertificate)
    assert (quote.name, quote.certificate_number) == ("SUSI WAHYUNI", AKTA)
    assert isinstance(note, SideNote)
    assert note.changes == (NoteChange("Nama", "SUSI WAHYNI", "SUSI WAHYUNI"),)
    assert (note.basis, note.event, note.deed_number) == ("IJAZAH", "PEMBETULAN AKTA", AKTA)
    assert all(content_of(ordered.content) for ordered in plan.documents)


def test_where_the_register_has_the_slip_too_its_row_and_the_cards_follow() -> None:
    wrong = register(name="SUSI WAHYNI")
    assert codes(asked(), wrong) == set()
    plan = planned(asked(), wrong)
    assert [product for product, _ in orders(plan)] == ["akta_kelahiran", "catatan_pinggir", "kk", "kia"]
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.name, row.former_names) == ("SUSI WAHYUNI", ())
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("diploma", "DN-05/D-SD/0012345")
    card = plan.documents[2].content
    assert isinstance(card, FamilyCard)
    assert card.family == after(plan)[KK]


def test_two_slips_are_mended_at_once() -> None:
    told = asked(NAME, FATHER)
    assert codes(told, register()) == set()
    plan = planned(told, register())
    assert [product for product, _ in orders(plan)] == ["akta_kelahiran", "catatan_pinggir", "kk"]
    quote, note = (ordered.content for ordered in plan.documents[:2])
    assert isinstance(quote, BirthCertificate)
    assert quote.father == ParentNamed("SLAMET DHARMAWAN")
    assert isinstance(note, SideNote)
    assert [change.element for change in note.changes] == ["Nama", "Nama ayah"]


@pytest.mark.parametrize(
    ("row", "column", "value", "products"),
    [
        (
            {"element": "birth_place", "as_written": "Madiun", "birth_place": "3521"},
            "birth_place",
            "NGAWI",
            ["akta_kelahiran", "catatan_pinggir", "kk", "kia"],
        ),
        ({"element": "mother", "as_written": "Titik Fitriani", "mother": "Titik Fitriyani"}, "mother", "TITIK FITRIYANI", None),
        ({"element": "birth_order", "as_written": "2", "birth_order": 3}, "birth_order", 3, ["akta_kelahiran", "catatan_pinggir"]),
    ],
)
def test_each_element_is_written_where_it_stands(row: dict[str, Any], column: str, value: object, products: list[str] | None) -> None:
    told = asked(row)
    assert codes(told, register()) == set()
    plan = planned(told, register())
    assert [product for product, _ in orders(plan)] == (products or ["akta_kelahiran", "catatan_pinggir", "kk"])
    member = after(plan)[KK].member(DAUGHTER)
    assert getattr(member, column) == value


def test_the_name_of_the_akta_is_mended_not_the_one_that_a_court_gave() -> None:
    named = register(name="SUSI RAHMA PUTRI", former_names=("SUSI WAHYNI",))
    assert codes(asked(), named) == set()
    plan = planned(asked(), named)
    assert [product for product, _ in orders(plan)] == ["akta_kelahiran", "catatan_pinggir"]
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.name, row.former_names) == ("SUSI RAHMA PUTRI", ("SUSI WAHYUNI",))


def test_what_the_register_lacks_of_the_akta_is_kept_once_an_officer_compared_it() -> None:
    lacking = register(birth_certificate=None, birth_certificate_on=None, birth_order=None, birth_kind=None)
    assert codes(asked(), lacking) == {"certificate_unknown_here"}
    row = after(planned(asked(), lacking))[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.birth_order, row.birth_kind) == (AKTA, 2, 1)


@pytest.mark.parametrize(
    ("corrections", "code", "field"),
    [
        ([{**NAME, "as_written": "Susi Wahyuni"}], "nothing_changes", "answers.corrections[0].as_written"),
        ([NAME, NAME], "change_named_twice", "answers.corrections[1].element"),
        ([{**NAME, "name": "Drs. Susi Wahyuni"}], "new_name_has_title", "answers.corrections[0].name"),
    ],
)
def test_what_the_sender_can_mend_is_returned(corrections: list[dict[str, Any]], code: str, field: str) -> None:
    assert fields(asked(*corrections), register())[code] == field
    assert way_of(code, WAYS) is CaseRoute.RETURN
    assert reasons()[code].text


@pytest.mark.parametrize(
    ("correction", "code"),
    [
        ({**NAME, "as_written": "Susi Rahayu"}, "correction_large"),
        ({**NAME, "as_written": "Susi Wahyun", "name": "Susi Wahyunie"}, "as_written_differs"),
    ],
)
def test_what_is_more_than_a_slip_or_stands_nowhere_is_an_officer_s(correction: dict[str, Any], code: str) -> None:
    assert code in codes(asked(correction), register())
    assert way_of(code, WAYS) is CaseRoute.STAFF


@pytest.mark.parametrize("element", ["sex", "born_on"])
def test_sex_and_day_of_birth_are_no_slips_and_are_refused_before_anything_is_filed(element: str) -> None:
    form = catalogue().get("akta_betul").form
    raw = {**asked().first.answers.values, "corrections": [{"element": element, "as_written": "L"}]}
    _, problems = form.read(raw, TODAY)
    assert ("answers.corrections[0].element", "choice_not_here") in {(problem.field, problem.code) for problem in problems}


@pytest.mark.parametrize("kind", ["statement", "work_letter", "lab_result"])
def test_what_somebody_states_is_no_authentic_document(kind: str) -> None:
    _, problems = catalogue().get("akta_betul").form.read({**asked().first.answers.values, "basis_kind": kind}, TODAY)
    assert ("answers.basis_kind", "choice_not_here") in {(problem.field, problem.code) for problem in problems}


def test_the_certificate_of_a_brother_and_of_another_office_are_refused() -> None:
    assert "certificate_of_another" in codes(asked(certificate_number="3519-LU-01032017-0002"), register())
    assert way_of("certificate_of_another", WAYS) is CaseRoute.RETURN
    assert codes(asked(certificate_number="3521-LU-10052016-0007"), register()) == {"certificate_other_office"}
    assert way_of("certificate_other_office", WAYS) is CaseRoute.REJECT


def test_who_stands_on_the_akta_is_no_witness() -> None:
    grown = people.child(DAUGHTER, date(2000, 5, 5), name="SUSI WAHYUNI", sex="P")
    found = codes(
        asked(witnesses=[{"nik": DAUGHTER, "name": "Susi Wahyuni"}, WITNESSES[0]], certificate_number="3519-LU-10052000-0007"),
        people.register(people.family(people.member(), people.wife(), grown)),
    )
    assert "witness_is_holder" in found


def test_a_parent_whose_name_is_spelt_another_way_in_the_child_s_row_is_not_sent_away() -> None:
    spelt = register(father="SLAMET DHARMAWAN")
    found = check_asker(asked().first, replace(catalogue().get("akta_betul"), may_ask=("parent",)), "", spelt)
    assert [finding.code for finding in found] == ["asker_unproven"]


@pytest.mark.parametrize("corrections", [(NAME, NAME), ({**NAME, "as_written": "Susi Wahyuni"},)])
def test_nothing_is_planned_of_what_says_nothing_or_twice(corrections: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(DomainError):
        planned(asked(*corrections), register())


GRAVE = "3519-KM-02032024-0004"
LATE = "3519080101600001"
HIS_NAME = {"element": "name", "as_written": "Bambang Saputro", "name": "Bambang Saputra"}
PLACE = {"element": "death_place", "as_written": "Madiun", "death_place": "3521"}


def of_the_dead(*corrections: dict[str, Any], **changes: Any) -> Application:
    told = {"certificate": "death", "holder_nik": LATE, "certificate_number": GRAVE, "died_on": "2024-02-28", "death_place": "3577"}
    return asked(*(corrections or (HIS_NAME,)), birth_order=None, parents_named=None, **(told | changes))


def bereaved(*, closed: bool = False, name: str = "BAMBANG SAPUTRO", **known: Any) -> Register:
    late = people.member(LATE, name=name, born_on=date(1960, 1, 1), birth_order=4)
    record: dict[str, Any] = {"died_on": date(2024, 2, 28), "certificate": GRAVE, "death_place": "MADIUN", **known}
    gone = Former(late, date(2024, 3, 2), Effect.DIED, **record)
    if not closed:
        return people.register(replace(people.family(), former=(gone,)))
    ended = replace(people.family(kk_number="3519081611230009"), members=(), former=(gone,), closed_on=date(2024, 3, 2))
    return people.register(people.family(), ended)


def record_of(register: Register) -> Former:
    late = register.late(LATE)
    assert late is not None
    return late


def test_a_slip_in_the_certificate_of_a_death_is_mended_with_the_record_of_the_dead() -> None:
    before = bereaved()
    assert codes(of_the_dead(HIS_NAME, PLACE), before) == set()
    plan = planned(of_the_dead(HIS_NAME, PLACE), before)
    assert [product for product, _ in orders(plan)] == ["akta_kematian", "catatan_pinggir"]
    quote, note = (ordered.content for ordered in plan.documents)
    assert isinstance(quote, DeathCertificate)
    assert (quote.member.name, quote.death_place, quote.certificate_number) == ("BAMBANG SAPUTRA", "NGAWI", GRAVE)
    assert isinstance(note, SideNote)
    assert (note.deed, note.deed_number, note.name) == ("AKTA KEMATIAN", GRAVE, "BAMBANG SAPUTRO")
    assert note.changes[1] == NoteChange("Tempat meninggal", "MADIUN", "NGAWI")
    assert all(content_of(ordered.content) for ordered in plan.documents)
    families = recorded(plan, before)
    late = record_of(people.register(*families.values()))
    assert (late.member.name, late.death_place, late.died_on, late.certificate) == ("BAMBANG SAPUTRA", "NGAWI", date(2024, 2, 28), GRAVE)
    assert families[KK].members == before.by_kk[KK].members
    assert plan.change is not None
    (entry,) = persons(before.by_kk.values(), families.values(), plan.change)
    assert (entry.nik, entry.effect, entry.kk_after) == (LATE, Effect.CHANGED, KK)


def test_the_record_of_the_dead_is_mended_where_the_family_ended_too() -> None:
    before = bereaved(closed=True)
    families = recorded(planned(of_the_dead(), before), before)
    (ended,) = families.values()
    assert (ended.closed_on, ended.former[0].member.name) == (date(2024, 3, 2), "BAMBANG SAPUTRA")


def test_a_death_that_the_register_has_right_is_only_quoted_anew() -> None:
    right = bereaved(name="BAMBANG SAPUTRA")
    assert codes(of_the_dead(), right) == set()
    assert planned(of_the_dead(), right).change is None


def test_what_the_register_lacks_of_a_death_is_kept_once_an_officer_compared_it() -> None:
    lacking = bereaved(certificate=None, death_place=None)
    assert codes(of_the_dead(), lacking) == {"certificate_unknown_here"}
    late = record_of(people.register(*recorded(planned(of_the_dead(), lacking), lacking).values()))
    assert (late.certificate, late.death_place) == (GRAVE, "MADIUN")


def test_the_place_of_a_death_is_on_no_certificate_of_a_birth() -> None:
    assert fields(asked(PLACE), register())["element_not_on_certificate"] == "answers.corrections[0].element"
    assert way_of("element_not_on_certificate", WAYS) is CaseRoute.RETURN
    with pytest.raises(DomainError, match="element_not_on_certificate"):
        planned(asked(PLACE), register())


def test_the_certificate_of_a_death_is_that_of_somebody_who_died() -> None:
    assert codes(of_the_dead(holder_nik=DAUGHTER), bereaved()) == {"holder_lives"}
    assert "died_on_differs" in codes(of_the_dead(died_on="2024-02-27"), bereaved())
    assert all(way_of(code, WAYS) is CaseRoute.RETURN for code in ("holder_lives", "died_on_differs"))
