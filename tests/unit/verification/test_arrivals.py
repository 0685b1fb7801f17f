"""People who come from another regency with an SKPWNI, and those who come back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.checks import check_application
from services.verification.domain.likeness import check_awaited
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.priority import areas_of
from services.verification.domain.recording import AwaitedChange
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, CardWish
from services.verification.domain.services import RULES
from services.verification.domain.services.arrival import check_arrival
from services.verification.domain.settling import settling_wishes
from services.verification.domain.subjects import name_of
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, KkMarital
from tests.support import families as people
from tests.support.applications import NEW_KK, TODAY, after, application, codes, fields, orders, planned, recorded, rows
from tests.support.families import HUSBAND, KK, WIFE

FATHER, MOTHER, CHILD = "3577011206850001", "3577014309880002", "3577010505200003"
OLD_KK = "3577010101100001"
NUMBER = "SKPWNI/3577/20112026/0004"


def person(nik: str, **changes: Any) -> dict[str, Any]:
    row = {
        "nik": nik,
        "name": "Joko Susilo",
        "sex": "L",
        "birth_place": "Madiun",
        "born_on": "1985-06-12",
        "relation": "head",
        "marital": "married",
        "marital_on": "2015-03-12",
        "religion": "islam",
        "education": "upper_secondary",
        "occupation": "o015",
        "blood_type": "o",
        "father": "Sutrisno",
        "mother": "Sulastri",
    }
    return {name: value for name, value in (row | changes).items() if value is not None}


def household() -> list[dict[str, Any]]:
    mother = person(MOTHER, name="Rini Astuti", sex="P", born_on="1988-09-03", relation="wife")
    child = person(CHILD, name="Bima Susilo", born_on="2020-05-05", relation="child", marital="single", marital_on=None)
    return [person(FATHER), mother, child]


def arriving(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": FATHER,
        "letter_number": NUMBER,
        "letter_on": "2026-11-20",
        "letter_persons": len(changes.get("arriving", household())),
        "all_arrive": True,
        "card": "new",
        "home": "own",
        "street": "Jl. Melati 7",
        "rt": 3,
        "rw": 1,
        "village": "3519022001",
        "arriving": household(),
    }
    return application("datang", **{name: value for name, value in (answers | changes).items() if value is not None})


def hosted(**changes: Any) -> Application:
    kin = [row | {"relation": "other_kin"} for row in household()]
    without = dict.fromkeys(("home", "street", "rt", "rw", "village"))
    return arriving(**without | {"card": "join", "host_kk_number": KK, "host_nik": HUSBAND, "arriving": kin} | changes)


def nobody() -> Register:
    return Register.of(())


def moved_out(*niks: str, letter: str = NUMBER, **changes: Any) -> Register:
    """A family that moved out whole: its card is closed, and everybody is a former member."""
    formers = tuple(
        Former(
            people.member(nik, name="JOKO SUSILO", born_on=date(1985, 6, 12), **changes), date(2026, 10, 1), Effect.MOVED_OUT, letter=letter
        )
        for nik in niks
    )
    return Register.of((replace(people.family(kk_number=OLD_KK), members=(), former=formers, closed_on=date(2026, 10, 1)),))


def test_a_family_gets_a_card_with_a_number_of_ours_a_ktp_for_each_adult_and_a_kia_for_each_child() -> None:
    assert not codes(arriving(), nobody())
    assert settling_wishes(arriving(), nobody()) == (CardWish("351902"),)
    plan = planned(arriving(), nobody())
    cards = [("ktp", f"ktp:{FATHER}"), ("ktp", f"ktp:{MOTHER}"), ("kia", f"kia:{CHILD}")]
    assert orders(plan) == [("kk", f"kk:{NEW_KK}"), *cards]
    family = recorded(plan, nobody())[NEW_KK]
    assert rows(family) == {
        FATHER: ("KEPALA KELUARGA", KkMarital.MARRIED),
        MOTHER: ("ISTRI", KkMarital.MARRIED),
        CHILD: ("ANAK", KkMarital.SINGLE),
    }
    assert (family.head.name, family.head.occupation, family.head.education) == ("JOKO SUSILO", "KARYAWAN SWASTA", "SLTA/SEDERAJAT")
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number, plan.change.moved_in) == ("skpwni", NUMBER, (FATHER, MOTHER, CHILD))


def test_a_whole_family_brings_its_number_unless_the_office_gives_another() -> None:
    request = arriving(card="same", old_kk_number=OLD_KK)
    assert not codes(request, nobody())
    assert set(after(planned(request, nobody()))) == {OLD_KK}
    assert settling_wishes(request, nobody(), replace(PRACTICE, number_kept_across_districts=False)) == (CardWish("351902"),)


def test_who_joins_a_family_is_on_its_card() -> None:
    register = people.register()
    assert not codes(hosted(), register)
    plan = planned(hosted(), register)
    assert orders(plan)[0] == ("kk", f"kk:{KK}")
    assert len(after(plan)[KK].members) == len(people.family().members) + 3
    assert not codes(hosted(nik=WIFE), register), "an adult of the family may ask for them"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"letter_on": "2026-11-19"}, "letter_date_differs", "answers.letter_on"),
        ({"letter_persons": 2}, "letter_persons_differ", "answers.letter_persons"),
        ({"nik": HUSBAND}, "applicant_does_not_arrive", "answers.nik"),
        ({"arriving": [*household(), household()[0]]}, "member_named_twice", "answers.arriving[3].nik"),
        ({"arriving": [row | {"relation": "other"} for row in household()]}, "movers_need_one_head", "answers.arriving"),
        (
            {"arriving": [household()[2] | {"relation": "head"}, *[row | {"relation": "other_kin"} for row in household()[:2]]]},
            "head_is_child",
            "answers.arriving[0].born_on",
        ),
        ({"arriving": [household()[0], household()[1] | {"sex": "L"}]}, "relation_not_spouse", "answers.arriving[1].relation"),
        ({"arriving": [person(FATHER, marital_on="1985-01-01")]}, "marital_before_birth", "answers.arriving[0].marital_on"),
        ({"arriving": [person(FATHER, religion="other")]}, "religion_of_foreigners", "answers.arriving[0].religion"),
        ({"arriving": [person(FATHER, birth_place="😀")]}, "answer_unprintable", "answers.arriving[0].birth_place"),
    ],
)
def test_what_the_form_alone_shows_to_be_wrong_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(arriving(**changes), nobody()).get(code) == field
    assert way_of(code, RULES["datang"].ways) is CaseRoute.RETURN


def test_a_letter_of_three_is_not_split() -> None:
    request = arriving(arriving=household()[:2], letter_persons=3)
    assert fields(request, nobody())["letter_must_be_split"] == "answers.letter_persons"
    assert way_of("letter_must_be_split", RULES["datang"].ways) is CaseRoute.REJECT


@pytest.mark.parametrize(("issued_on", "late"), [(date(2026, 10, 25), set()), (date(2026, 10, 24), {"letter_expired"})])
def test_a_letter_can_be_used_for_the_days_that_the_office_says(issued_on: date, late: set[str]) -> None:
    request = arriving(letter_number=f"SKPWNI/3577/{issued_on:%d%m%Y}/0004", letter_on=issued_on.isoformat())
    assert codes(request, nobody()) == late
    found = {finding.code for finding in check_arrival(request, nobody(), TODAY, replace(PRACTICE, moving_letter_days=31))}
    assert "letter_expired" not in found
    assert way_of("letter_expired", RULES["datang"].ways) is CaseRoute.STAFF


def test_a_year_of_two_digits_is_the_same_day() -> None:
    assert not codes(arriving(letter_number="SKPWNI/3577/201126/0004"), nobody())


def test_our_own_letter_is_taken_back_from_whoever_left_with_it_and_from_nobody_else() -> None:
    ours = "SKPWNI/3519/20112026/0004"
    back = {"letter_number": ours, "arriving": [person(FATHER)]}
    assert "letter_is_ours" in codes(arriving(**back), nobody())
    assert "letter_is_ours" in codes(arriving(**back), moved_out(FATHER, letter="SKPWNI/3519/01112026/0009"))
    assert codes(arriving(**back), moved_out(FATHER, letter=ours)) == {"arriving_returns"}


def test_who_comes_back_is_known_again_and_keeps_the_number_of_the_birth_certificate() -> None:
    register = moved_out(FATHER, birth_certificate="3519-LU-01011990-0001", birth_order=2)
    request = arriving(card="same", old_kk_number=OLD_KK, arriving=[person(FATHER)])
    assert codes(request, register) == {"arriving_returns"}
    family = recorded(planned(request, register), register)[OLD_KK]
    assert (family.closed_on, family.former, family.village_code) == (None, (), "3519022001")
    assert (family.head.birth_certificate, family.head.birth_order) == ("3519-LU-01011990-0001", 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"name": "Joko Santoso"}, "name_differs"), ({"sex": "P"}, "sex_differs"), ({"born_on": "1985-06-13"}, "birth_date_differs")],
)
def test_who_comes_back_as_somebody_else_is_an_officers(changes: dict[str, Any], code: str) -> None:
    request = arriving(arriving=[person(FATHER, **changes)])
    assert code in codes(request, moved_out(FATHER), failures_only=True)
    assert way_of(code, RULES["datang"].ways) is CaseRoute.STAFF


def test_who_lives_here_or_died_does_not_arrive() -> None:
    here = people.register()
    request = arriving(nik=HUSBAND, arriving=[person(HUSBAND)])
    assert fields(request, here)["arriving_lives_here"] == "answers.arriving[0].nik"
    with pytest.raises(DomainError, match="arriving_lives_here"):
        planned(request, here)
    dead = people.register(replace(people.family(people.wife()), former=(Former(people.member(), TODAY, Effect.DIED),)))
    assert "already_dead" in codes(request, dead, failures_only=True)


def test_who_a_load_only_lost_is_shown_to_the_officer() -> None:
    lost = people.register(replace(people.family(people.wife()), former=(Former(people.member(), TODAY),)))
    assert "arriving_was_here" in codes(arriving(nik=HUSBAND, arriving=[person(HUSBAND)]), lost)


def test_a_number_that_somebody_has_is_not_theirs() -> None:
    request = arriving(card="same", old_kk_number=KK)
    assert fields(request, people.register())["old_number_taken"] == "answers.old_kk_number"
    with pytest.raises(DomainError, match="old_number_taken"):
        planned(request, people.register())


def test_the_number_of_a_dead_head_or_of_others_who_moved_away_is_nobodys_to_take() -> None:
    request = arriving(card="same", old_kk_number=OLD_KK)
    of_the_dead = replace(moved_out(HUSBAND).by_kk[OLD_KK], former=(Former(people.member(), TODAY, Effect.DIED),))
    for register in (moved_out(HUSBAND), Register.of((of_the_dead,))):
        assert fields(request, register)["old_number_taken"] == "answers.old_kk_number"
        with pytest.raises(DomainError, match="old_number_taken"):
            planned(request, register)
    assert "old_number_taken" not in codes(request, moved_out(MOTHER)), "one of them left under it"


def test_a_newcomer_needs_no_card_here_and_is_never_approved_by_the_rules_alone() -> None:
    service = catalogue().get("datang")
    found = check_application(arriving(), service, nobody(), today=TODAY)
    found_codes = {finding.code for finding in found if finding.is_failure} - {"attachment_missing"}
    assert found_codes == {"identity_unproven"}, "nobody vouches for whoever sent this"
    assert not service.automatic
    assert not RULES["datang"].may_be_automatic


def test_a_task_about_newcomers_names_them_and_where_they_will_live() -> None:
    assert name_of(arriving().first, nobody()) == "JOKO SUSILO"
    assert areas_of(arriving(), nobody()) == ("351902", "3519022001")


def test_who_arrives_twice_or_under_a_number_that_others_bring_waits_for_the_first_ones_documents() -> None:
    brought = arriving(card="same", old_kk_number=OLD_KK)
    first = planned(brought, nobody()).change
    assert first is not None
    waiting = replace(nobody(), awaited=tuple(AwaitedChange(first, ()).newcomers("case-1")))
    twice, others = arriving(), arriving(card="same", old_kk_number=OLD_KK, nik=HUSBAND, arriving=[person(HUSBAND)])
    for request in (twice, others):
        assert [finding.code for finding in check_awaited("case-2", planned(request, waiting), waiting)] == ["register_change_pending"]
        assert RULES["datang"].people(request).newcomers
    elsewhere = planned(arriving(nik=HUSBAND, arriving=[person(HUSBAND)]), waiting)
    assert not list(check_awaited("case-2", elsewhere, waiting))
