"""Events abroad that are reported: the letter, and the status of who married or parted there."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.printing import check_plan
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, CardWish, Plan
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.contracts.contents import ForeignEventContent
from shared.errors import DomainError
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import NEW_KK, REQUEST, TODAY, after, application, codes, fields, guardian_family, orders, planned, rows
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

GROWN = "3519080302000001"


def reported(event: str = "marriage", **changes: Any) -> Application:
    answers: dict[str, Any] = {
        "event": event,
        "nik": HUSBAND,
        "kk_number": KK,
        "holder_nik": GROWN,
        "holder_name": "Bagus Utama",
        "event_on": "2026-06-14",
        "country": "twn",
        "event_place": "Taipei",
        "issuer": "local",
        "authority": "Household Registration Office",
        "certificate_number": "TPE-1",
        "certificate_on": "2026-06-16",
    }
    if event != "death":
        answers["returned_on"] = "2026-11-01"
    if event in ("marriage", "divorce"):
        answers |= {"partner_name": "Chen Wei", "partner_citizenship": "foreign"}
    if event == "birth":
        answers |= {"has_nik": False, "mother_name": "Titik Fitriani", "has_father": True, "father_name": "Slamet Darmawan"}
        answers |= {"holder_nik": None}
    return application("akta_ln", **{name: value for name, value in (answers | changes).items() if value is not None})


def parted(**changes: Any) -> Application:
    return reported("divorce", **{"holder_nik": WIFE, "holder_name": "Titik Fitriani"} | changes)


def of_both(**changes: Any) -> Application:
    partner = {"partner_name": "Slamet Darmawan", "partner_citizenship": "indonesian", "partner_nik": HUSBAND}
    return parted(**partner | changes)


def grown(**changes: Any) -> Register:
    usual = people.family()
    son = people.child(GROWN, date(2000, 2, 3), name="BAGUS UTAMA")
    return people.register(replace(usual, members=(*usual.members, replace(son, **changes))))


def letter_of(plan: Plan) -> ForeignEventContent:
    content = content_of(plan.documents[0].content)
    assert isinstance(content, ForeignEventContent)
    assert not check_plan(plan)
    return content


def test_who_married_abroad_is_married_from_that_day_on_their_card_and_ktp() -> None:
    register = grown()
    assert not codes(reported(), register)
    plan = planned(reported(), register)
    assert orders(plan) == [("lapor_ln", f"lapor_ln:{REQUEST}"), ("kk", f"kk:{KK}"), ("ktp", f"ktp:{GROWN}")]
    son = after(plan)[KK].member(GROWN)
    assert son is not None
    assert (son.marital, son.marital_on, son.relation) == (KkMarital.MARRIED, date(2026, 6, 14), Relation.CHILD)
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("akta_luar_negeri", "TPE-1")
    letter = letter_of(plan)
    assert [(each.role, each.name, each.citizenship) for each in letter.persons] == [
        ("Suami", "BAGUS UTAMA", "WNI"),
        ("Istri", "CHEN WEI", "WNA"),
    ]
    assert (letter.event, letter.country, letter.place) == ("PERKAWINAN", "TAIWAN", "TAIPEI")


def test_both_are_married_where_the_register_has_both() -> None:
    bride = people.member(
        "3519014101000001", name="RATNA DEWI", sex="P", born_on=date(2000, 1, 1), marital=KkMarital.SINGLE, marital_on=None
    )
    register = Register.of((*grown().by_kk.values(), guardian_family(bride)))
    request = reported(partner_name="Ratna Dewi", partner_citizenship="indonesian", partner_nik=bride.nik)
    assert not codes(request, register)
    assert {
        member.marital
        for family in after(planned(request, register)).values()
        for member in family.members
        if member.nik in (GROWN, bride.nik)
    } == {KkMarital.MARRIED}


def test_what_the_register_says_already_changes_nothing_and_the_letter_is_given() -> None:
    register = grown(marital=KkMarital.MARRIED, marital_on=date(2026, 6, 14))
    assert not codes(reported(), register)
    plan = planned(reported(), register)
    assert (orders(plan), plan.change) == ([("lapor_ln", f"lapor_ln:{REQUEST}")], None)


@pytest.mark.parametrize(
    ("request_", "register", "code"),
    [
        (reported(), grown(marital=KkMarital.MARRIED, marital_on=date(2020, 1, 1)), "already_married"),
        (reported(holder_nik=WIFE, holder_name="Titik Fitriani"), grown(), "already_married"),
        (
            reported(
                holder_nik=WIFE,
                holder_name="Titik Fitriani",
                partner_name="Slamet Darmawan",
                partner_citizenship="indonesian",
                partner_nik=HUSBAND,
            ),
            grown(),
            "marriage_date_differs",
        ),
        (reported("divorce"), grown(), "not_married"),
        (parted(), grown(), "partner_not_on_card"),
    ],
)
def test_what_the_register_says_against_it_is_an_officers_and_nothing_follows(request_: Application, register: Register, code: str) -> None:
    assert code in codes(request_, register, failures_only=True)
    assert way_of(code, RULES["akta_ln"].ways) is CaseRoute.STAFF
    with pytest.raises(DomainError, match=code):
        planned(request_, register)


def test_a_couple_that_parted_abroad_gets_two_cards_and_the_children_stay() -> None:
    register = people.register()
    assert not codes(of_both(), register)
    assert RULES["akta_ln"].wishes(of_both(), register) == (CardWish("351908"),)
    plan = planned(of_both(), register)
    families = after(plan)
    assert rows(families[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", KkMarital.DIVORCED)}
    assert rows(families[KK])[HUSBAND] == ("KEPALA KELUARGA", KkMarital.DIVORCED)
    assert set(rows(families[KK])) == {HUSBAND, SON, DAUGHTER}
    assert orders(plan)[1:] == [("kk", f"kk:{KK}"), ("kk", f"kk:{NEW_KK}"), ("ktp", f"ktp:{HUSBAND}"), ("ktp", f"ktp:{WIFE}")]


def test_who_parted_from_a_foreigner_stays_on_their_card() -> None:
    register = grown(marital=KkMarital.MARRIED, marital_on=date(2020, 1, 1))
    plan = planned(reported("divorce"), register)
    son = after(plan)[KK].member(GROWN)
    assert son is not None
    assert (son.marital, son.marital_on) == (KkMarital.DIVORCED, date(2026, 6, 14))
    assert RULES["akta_ln"].wishes(reported("divorce"), register) == ()


def test_a_husband_who_parted_from_one_of_two_wives_is_still_married() -> None:
    second = people.wife(nik="3519084101920009", name="SRI LESTARI", marital_on=date(2015, 1, 1))
    usual = people.family()
    register = people.register(replace(usual, members=(*usual.members, second)))
    families = after(planned(of_both(), register))
    assert rows(families[KK])[HUSBAND] == ("KEPALA KELUARGA", KkMarital.MARRIED)
    assert rows(families[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", KkMarital.DIVORCED)}


@pytest.mark.parametrize("event", ["birth", "death"])
def test_a_birth_and_a_death_change_nothing_and_the_officer_is_told(event: str) -> None:
    request, register = reported(event), grown()
    assert codes(request, register) == {"register_unchanged"}
    plan = planned(request, register)
    assert (orders(plan), plan.change) == ([("lapor_ln", f"lapor_ln:{REQUEST}")], None)
    roles = [each.role for each in letter_of(plan).persons]
    assert roles == (["Anak", "Ibu", "Ayah"] if event == "birth" else ["Yang meninggal"])


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"certificate_on": "2026-06-13"}, "certificate_before_event", "answers.certificate_on"),
        ({"returned_on": "2026-06-13"}, "returned_before_event", "answers.returned_on"),
        ({"event_on": "2000-02-02"}, "event_before_birth", "answers.event_on"),
        ({"authority": "😀"}, "answer_unprintable", "answers.authority"),
        ({"partner_citizenship": "indonesian", "partner_nik": GROWN}, "couple_same", "answers.partner_nik"),
        ({"partner_citizenship": "indonesian", "partner_nik": HUSBAND}, "couple_same", "answers.partner_nik"),
    ],
)
def test_what_the_sender_can_correct_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(reported(**changes), grown()).get(code) == field
    assert way_of(code, RULES["akta_ln"].ways) is CaseRoute.RETURN


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (of_both(event_on="2011-12-13"), "divorced_before_marriage"),
        (reported("birth", has_nik=True, holder_nik=SON, holder_name="Rizki Pratama", event_on="2013-02-04"), "child_birth_differs"),
    ],
)
def test_days_that_the_register_knows_better_are_returned(request_: Application, code: str) -> None:
    assert code in codes(request_, people.register())
    assert way_of(code, RULES["akta_ln"].ways) is CaseRoute.RETURN


@pytest.mark.parametrize(("returned_on", "late"), [("2026-10-25", set()), ("2026-10-24", {"reported_late"})])
def test_a_report_is_late_thirty_days_after_the_return(returned_on: str, late: set[str]) -> None:
    assert codes(reported(returned_on=returned_on), grown()) == late
    assert not codes(reported(returned_on=returned_on), grown(), failures_only=True)


@pytest.mark.parametrize(("event_on", "young"), [("2019-02-03", set()), ("2019-02-02", {"spouse_too_young"})])
def test_who_married_below_nineteen_is_an_officers(event_on: str, young: set[str]) -> None:
    assert codes(reported(event_on=event_on), grown(), failures_only=True) == young


def test_whose_certificate_it_is_lives_here_under_that_name() -> None:
    assert fields(reported(holder_name="Bagus Utomo"), grown())["holder_name_differs"] == "answers.holder_name"
    assert fields(reported(holder_nik="3519080302000009"), grown())["not_in_register"] == "answers.holder_nik"
    late = people.register(replace(people.family(people.member()), former=(Former(people.wife(), TODAY, Effect.DIED),)))
    assert "already_dead" in codes(reported("death", holder_nik=WIFE, holder_name="Titik Fitriani"), late)
    with pytest.raises(DomainError, match="not_in_register"):
        planned(reported(holder_nik="3519080302000009"), grown())


def test_nobody_is_married_by_a_strangers_certificate_with_their_number() -> None:
    bride = people.member(
        "3519014101000001", name="RATNA DEWI", sex="P", born_on=date(2000, 1, 1), marital=KkMarital.SINGLE, marital_on=None
    )
    register = Register.of((*grown().by_kk.values(), guardian_family(bride)))
    request = reported(partner_name="Rina Wati", partner_citizenship="indonesian", partner_nik=bride.nik)
    assert fields(request, register) == {"partner_name_differs": "answers.partner_nik"}
    assert way_of("partner_name_differs", RULES["akta_ln"].ways) is CaseRoute.RETURN
    assert RULES["akta_ln"].wishes(request, register) == ()
    with pytest.raises(DomainError, match="partner_name_differs"):
        planned(request, register)
    renamed = replace(bride, name="RATNA AYU", former_names=("RINA WATI",))
    assert not codes(request, Register.of((*grown().by_kk.values(), guardian_family(renamed)))), "the certificate says the name of then"


def test_a_marriage_with_somebody_who_is_dead_by_the_register_is_an_officers() -> None:
    usual, late = grown().by_kk[KK], people.wife(nik="3519014101000001", name="RATNA DEWI")
    register = people.register(replace(usual, former=(Former(late, TODAY, Effect.DIED),)))
    request = reported(partner_name="Ratna Dewi", partner_citizenship="indonesian", partner_nik=late.nik)
    assert fields(request, register) == {"already_dead": "answers.partner_nik"}
    assert way_of("already_dead", RULES["akta_ln"].ways) is CaseRoute.STAFF
