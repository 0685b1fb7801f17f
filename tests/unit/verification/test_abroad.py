"""People who move to another country with an SKPLN, and those who come back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.printing import check_plan
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, CardWish
from services.verification.domain.services import RULES
from services.verification.domain.services.arrival_from_abroad import check_return
from services.verification.events import content_of
from shared.contracts.contents import ArrivalLetterContent, LeavingLetterContent
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, KkMarital
from tests.support import families as people
from tests.support.applications import NEW_KK, REQUEST, TODAY, after, application, codes, fields, orders, planned, reasons, recorded, rows
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

OURS = "SKPLN/3519/12032021/0002"


def leaving(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "country": "mys",
        "a_year": True,
        "kind": "head_and_all",
        "reason": "work",
        "foreign_address": "12 Jalan Melur, Kuala Lumpur",
        "responsible": "Contoh Sdn Bhd",
        "planned_on": "2026-12-01",
    }
    return application("pindah_ln", **{name: value for name, value in (answers | changes).items() if value is not None})


def person(nik: str = HUSBAND, **changes: Any) -> dict[str, Any]:
    row = {
        "nik": nik,
        "name": "Slamet Darmawan",
        "passport": "x1234567",
        "sex": "L",
        "birth_place": "Madiun",
        "born_on": "1988-07-11",
        "relation": "head",
        "marital": "married",
        "marital_on": "2011-12-14",
        "religion": "islam",
        "education": "upper_secondary",
        "occupation": "o015",
        "blood_type": "o",
        "father": "Bambang Saputra",
        "mother": "Intan Azizah",
    }
    return {name: value for name, value in (row | changes).items() if value is not None}


def child() -> dict[str, Any]:
    return person(SON, name="Rizki Pratama", born_on="2013-02-03", relation="child", marital="single", marital_on=None)


def returning(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "country": "mys",
        "arrived_on": "2026-11-20",
        "leaving_letter": "skpln",
        "letter_number": " skpln/3519/12032021/ 0002",
        "letter_on": "2021-03-12",
        "card": "new",
        "home": "own",
        "street": "Jl. Melati 7",
        "rt": 3,
        "rw": 1,
        "village": "3519022001",
        "arriving": [person(), child()],
    }
    return application("datang_ln", **{name: value for name, value in (answers | changes).items() if value is not None})


def gone(letter: str = OURS, reason: str = Effect.MOVED_ABROAD) -> Register:
    """The family, of which everybody moved abroad with a letter."""
    formers = tuple(Former(member, date(2021, 3, 12), reason, letter=letter) for member in people.family().members)
    return Register.of((replace(people.family(), members=(), former=formers, closed_on=date(2021, 3, 12)),))


def test_a_whole_family_moves_abroad_with_one_letter_that_ends_its_card_and_theirs() -> None:
    register = people.register()
    assert not codes(leaving(), register)
    plan = planned(leaving(), register)
    assert orders(plan) == [("skpln", f"skpln:{REQUEST}")]
    ended = {f"{card}:{nik}" for nik in (HUSBAND, WIFE, SON, DAUGHTER) for card in ("ktp", "kia")}
    assert set(plan.documents[0].replaces) == ended | {f"kk:{KK}"}
    letter = content_of(plan.documents[0].content)
    assert isinstance(letter, LeavingLetterContent)
    assert (letter.country, letter.responsible, letter.reason) == ("MALAYSIA", "CONTOH SDN BHD", "PEKERJAAN")
    assert letter.card_of_stayers == "TIDAK ADA ANGGOTA YANG DITINGGAL"
    assert [mover.nik for mover in letter.movers] == [HUSBAND, WIFE, SON, DAUGHTER]
    assert after(plan)[KK].closed_on == TODAY
    assert not check_plan(plan)


def test_who_moved_abroad_is_a_former_member_with_the_letter_and_is_found_as_such() -> None:
    register = people.register()
    request = leaving(kind="members", nik=WIFE, moving=[{"nik": SON}], minors_alone=True)
    plan = planned(request, register)
    assert orders(plan) == [("skpln", f"skpln:{REQUEST}"), ("kk", f"kk:{KK}")]
    numbered = replace(plan, change=replace(plan.change, basis=replace(plan.change.basis, number=OURS))) if plan.change else plan
    family = recorded(numbered, register)[KK]
    assert reasons(family) == {SON: Effect.MOVED_ABROAD}
    assert family.former[0].letter == OURS
    later = Register.of((family,))
    assert (later.gone(SON), later.gone(WIFE)) == ("person_moved_abroad", None)


def test_those_who_stay_without_their_head_get_a_new_number_as_in_any_move() -> None:
    register = people.register()
    request = leaving(kind="head", remaining="adult", new_head_nik=WIFE)
    assert not codes(request, register)
    assert RULES["pindah_ln"].wishes(request, register) == (CardWish("351908"),)
    plan = planned(request, register)
    assert set(after(plan)) == {KK, NEW_KK}
    assert ("kk", f"kk:{NEW_KK}") in orders(plan)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "members", "moving": [{"nik": HUSBAND}], "minors_alone": False}, "move_kind_differs", "answers.kind"),
        ({"foreign_address": "😀"}, "answer_unprintable", "answers.foreign_address"),
        ({"responsible": "😀"}, "answer_unprintable", "answers.responsible"),
    ],
)
def test_what_the_form_alone_shows_to_be_wrong_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(leaving(**changes), people.register()).get(code) == field
    assert way_of(code, RULES["pindah_ln"].ways) is CaseRoute.RETURN


def test_who_left_with_our_letter_is_known_again_and_keeps_the_nik() -> None:
    register = gone()
    assert codes(returning(), register) == {"arriving_returns"}
    plan = planned(returning(), register)
    kinds = [("skdln", f"skdln:{REQUEST}"), ("kk", f"kk:{NEW_KK}"), ("ktp", f"ktp:{HUSBAND}"), ("kia", f"kia:{SON}")]
    assert orders(plan) == kinds
    assert plan.change is not None
    assert {nik: plan.change.effect_on_newcomer(nik) for nik in (HUSBAND, SON)} == dict.fromkeys((HUSBAND, SON), Effect.CAME_BACK)
    family = recorded(plan, register)[NEW_KK]
    assert rows(family)[HUSBAND] == ("KEPALA KELUARGA", KkMarital.MARRIED)
    assert (family.head.passport, family.village_code) == ("X1234567", "3519022001")
    letter = content_of(plan.documents[0].content)
    assert isinstance(letter, ArrivalLetterContent)
    assert (letter.leaving_letter, letter.leaving_letter_number, letter.kk_number) == ("SKPLN DARI DUKCAPIL", OURS, NEW_KK)
    assert not check_plan(plan)


def test_a_letter_other_than_the_one_they_left_with_is_returned() -> None:
    assert fields(returning(), gone("SKPLN/3519/12032021/0003"))["leaving_letter_differs"] == "answers.letter_number"
    assert way_of("leaving_letter_differs", RULES["datang_ln"].ways) is CaseRoute.RETURN
    with_the_missions = returning(leaving_letter="mission", letter_number="KBRI-12/2026")
    assert codes(with_the_missions, gone("SKPLN/3519/12032021/0003")) == {"arriving_returns"}


def test_who_moved_to_another_regency_first_may_come_with_the_skpln_of_there() -> None:
    assert codes(returning(), gone("SKPWNI/3519/12032021/0009", Effect.MOVED_OUT)) == {"arriving_returns"}


def test_without_a_letter_an_officer_looks_unless_the_office_returns_it() -> None:
    request = returning(leaving_letter="none", letter_number=None, letter_on=None)
    assert codes(request, Register.of(()), failures_only=True) == {"leaving_letter_missing"}
    assert way_of("leaving_letter_missing", RULES["datang_ln"].ways) is CaseRoute.STAFF
    strict = {each.code for each in check_return(request, Register.of(()), TODAY, replace(PRACTICE, returns_without_letter=False))}
    assert "leaving_letter_needed" in strict
    assert way_of("leaving_letter_needed", RULES["datang_ln"].ways) is CaseRoute.RETURN
    letter = content_of(planned(request, Register.of(())).documents[0].content)
    assert isinstance(letter, ArrivalLetterContent)
    assert letter.leaving_letter is None


@pytest.mark.parametrize(("arrived_on", "late"), [("2026-11-10", set()), ("2026-11-09", {"arrival_reported_late"})])
def test_an_arrival_is_late_after_fourteen_days_and_taken_all_the_same(arrived_on: str, late: set[str]) -> None:
    assert codes(returning(arrived_on=arrived_on), Register.of(())) == late
    assert not codes(returning(arrived_on=arrived_on), Register.of(()), failures_only=True)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"letter_on": "2026-11-21"}, "letter_after_arrival", "answers.letter_on"),
        ({"letter_number": "😀"}, "answer_unprintable", "answers.letter_number"),
        ({"arriving": [person(passport="😀")]}, "answer_unprintable", "answers.arriving[0].passport"),
        ({"nik": "3519081203910007"}, "applicant_does_not_arrive", "answers.nik"),
        ({"arriving": [person(relation="other")]}, "movers_need_one_head", "answers.arriving"),
    ],
)
def test_what_a_returners_form_shows_to_be_wrong_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(returning(**changes), Register.of(())).get(code) == field
    assert way_of(code, RULES["datang_ln"].ways) is CaseRoute.RETURN


def test_who_lives_here_has_not_left() -> None:
    assert fields(returning(arriving=[person()]), people.register())["arriving_lives_here"] == "answers.arriving[0].nik"
    with pytest.raises(DomainError, match="arriving_lives_here"):
        planned(returning(), people.register())


@pytest.mark.parametrize("service", ["pindah_ln", "datang_ln", "akta_ln"])
def test_no_setting_leaves_them_to_the_rules_alone(service: str) -> None:
    assert not catalogue().get(service).automatic
    assert not RULES[service].may_be_automatic
