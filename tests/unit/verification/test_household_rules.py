"""Households: a new family, other data of a member, a split, and moving in with another family."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.office_practice import OfficePractice
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, CardWish
from services.verification.domain.services import RULES
from services.verification.domain.services.new_family import check_new_family
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    HOST_KK,
    NEW_KK,
    TODAY,
    after,
    application,
    codes,
    fields,
    guardian_family,
    orders,
    planned,
    reasons,
    recorded,
    rows,
)
from tests.support.families import HUSBAND, KK, SON, WIFE

GROOM = "3519080302000001"
BRIDE = "3519014605010002"
SINGLE = {"marital": KkMarital.SINGLE, "marital_on": None}
VILLAGE = "3519022001"


def groom(**changes: Any) -> Any:
    return people.child(GROOM, date(2000, 2, 3), name="DIMAS DARMAWAN", **changes)


def bride(**changes: Any) -> Any:
    row = people.member(BRIDE, name="RINA SAPUTRA", sex="P", born_on=date(2001, 5, 6), relation=Relation.CHILD, **SINGLE)
    return replace(row, **changes)


def two_houses(*, of_groom: Family | None = None, of_bride: Family | None = None) -> Register:
    father = people.member(GUARDIAN, name="AGUS SAPUTRA", born_on=date(1975, 2, 15))
    hers = of_bride or guardian_family(father, bride())
    return people.register(of_groom or people.family(people.member(), people.wife(), groom()), hers)


def wedding(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": GROOM,
        "kk_number": KK,
        "purpose": "couple",
        "husband_nik": GROOM,
        "wife_nik": BRIDE,
        "marriage_recorded": True,
        "marriage_number": "0123/045/XI/2026",
        "married_on": "2026-11-07",
        "others": [],
        "home": "own",
        "street": "Jl. Melati No. 7",
        "rt": 3,
        "rw": 11,
        "village": VILLAGE,
    }
    return application("kk_baru", **{name: value for name, value in (answers | changes).items() if value is not None})


def alone(**changes: Any) -> Application:
    couple = dict.fromkeys(("husband_nik", "wife_nik", "marriage_recorded", "marriage_number", "married_on"))
    return wedding(**({"purpose": "alone"} | couple | changes))


def test_a_couple_leaves_both_houses_for_a_card_of_its_own() -> None:
    register = two_houses()
    assert codes(wedding(), register) == set()
    assert RULES["kk_baru"].wishes(wedding(), register) == (CardWish("351902"),)
    plan = planned(wedding(), register)
    assert orders(plan) == [
        ("kk", f"kk:{NEW_KK}"),
        ("kk", f"kk:{KK}"),
        ("kk", f"kk:{HOST_KK}"),
        ("ktp", f"ktp:{GROOM}"),
        ("ktp", f"ktp:{BRIDE}"),
    ]
    families = after(plan)
    assert rows(families[NEW_KK]) == {GROOM: ("KEPALA KELUARGA", "KAWIN TERCATAT"), BRIDE: ("ISTRI", "KAWIN TERCATAT")}
    assert set(rows(families[KK])) == {HUSBAND, WIFE}
    assert reasons(recorded(plan, register)[HOST_KK]) == {BRIDE: "left"}
    new = families[NEW_KK]
    assert (new.address, new.rt, new.rw, new.village_code, new.edition) == ("JL. MELATI NO. 7", "003", "011", VILLAGE, 1)
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("buku_nikah", "0123/045/XI/2026")


def test_a_marriage_that_is_not_recorded_is_written_as_such_where_the_office_takes_it() -> None:
    request = wedding(marriage_recorded=False, marriage_number=None)
    assert codes(request, two_houses()) == set()
    plan = planned(request, two_houses())
    assert rows(after(plan)[NEW_KK])[BRIDE] == ("ISTRI", "KAWIN BELUM TERCATAT")
    strict = check_new_family(request, two_houses(), TODAY, OfficePractice(f_105_accepted=False))
    assert {finding.code for finding in strict} == {"marriage_not_recorded"}


def test_a_house_that_is_empty_then_is_closed_and_its_card_replaced() -> None:
    register = two_houses(of_bride=guardian_family(bride(relation=Relation.HEAD)))
    plan = planned(wedding(), register)
    assert plan.documents[0].replaces == (f"kk:{HOST_KK}",)
    assert [about for product, about in orders(plan) if product == "kk"] == [f"kk:{NEW_KK}", f"kk:{KK}"]
    assert after(plan)[HOST_KK].closed_on == TODAY


def test_a_couple_of_one_house_takes_its_child_along() -> None:
    married_on = date(2020, 6, 1)
    row = {"marital": KkMarital.MARRIED, "marital_on": married_on}
    couple = (replace(groom(), **row), bride(relation=Relation.CHILD_IN_LAW, **row))
    child = people.child("3519080101220009", date(2022, 1, 1), relation=Relation.GRANDCHILD)
    register = people.register(people.family(people.member(), people.wife(), *couple, child))
    request = wedding(married_on="2020-06-01", others=[{"nik": child.nik, "relation": "child"}])
    assert codes(request, register) == set()
    plan = planned(request, register)
    assert rows(after(plan)[NEW_KK])[child.nik][0] == "ANAK"
    assert orders(plan)[2:] == [("ktp", f"ktp:{GROOM}"), ("ktp", f"ktp:{BRIDE}"), ("kia", f"kia:{child.nik}")]
    assert codes(wedding(), register) == {"marriage_date_differs"}


def test_who_stays_at_the_same_address_with_the_same_status_keeps_the_card_in_the_pocket() -> None:
    row = {"marital": KkMarital.MARRIED, "marital_on": date(2026, 11, 7)}
    couple = (replace(groom(), **row), bride(relation=Relation.CHILD_IN_LAW, **row))
    register = people.register(people.family(people.member(), people.wife(), *couple))
    request = wedding(street="Jl. Diponegoro No. 81", rt=15, rw=8, village="3519081001")
    assert [product for product, _ in orders(planned(request, register))] == ["kk", "kk"]
    assert after(planned(request, register))[NEW_KK].postal_code == "63151"


def test_an_adult_alone_gets_a_card() -> None:
    assert codes(alone(), two_houses()) == set()
    plan = planned(alone(), two_houses())
    assert orders(plan) == [("kk", f"kk:{NEW_KK}"), ("kk", f"kk:{KK}"), ("ktp", f"ktp:{GROOM}")]
    assert rows(after(plan)[NEW_KK]) == {GROOM: ("KEPALA KELUARGA", "BELUM KAWIN")}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"wife_nik": GROOM}, "couple_same", "answers.wife_nik"),
        ({"husband_nik": BRIDE, "wife_nik": GROOM}, "husband_sex_differs", "answers.husband_nik"),
        ({"husband_nik": BRIDE, "wife_nik": GROOM}, "wife_sex_differs", "answers.wife_nik"),
        ({"nik": HUSBAND}, "applicant_not_of_couple", "answers.nik"),
        ({"wife_nik": WIFE}, "already_married", "answers.wife_nik"),
        ({"married_on": "2018-01-01"}, "spouse_too_young", "answers.wife_nik"),
        ({"wife_nik": "3519014605010009"}, "not_in_register", "answers.wife_nik"),
        ({"others": [{"nik": HUSBAND, "relation": "wife"}]}, "relation_not_allowed", "answers.others[0].relation"),
        ({"others": [{"nik": GROOM, "relation": "child"}]}, "member_named_twice", "answers.others[0].nik"),
        ({"others": [{"nik": SON, "relation": "other_kin"}]}, "member_not_on_card", "answers.others[0].nik"),
        ({"others": [{"nik": HUSBAND, "relation": "parent"}]}, "leaves_family_without_head", "answers.others"),
        ({"others": [{"nik": WIFE, "relation": "parent"}]}, "spouse_left_behind", "answers.others"),
    ],
)
def test_each_thing_that_is_wrong_with_a_new_family_is_named(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(wedding(**changes), two_houses()).get(code) == field


def test_a_spouse_of_another_office_moves_first() -> None:
    register = two_houses(of_bride=guardian_family(people.member(GUARDIAN), bride(), village_code="3577012001"))
    assert codes(wedding(), register) == {"other_family_other_office"}


def test_a_divorced_bride_marries_after_her_divorce() -> None:
    divorced = bride(marital=KkMarital.DIVORCED, marital_on=date(2026, 11, 10))
    register = two_houses(of_bride=guardian_family(people.member(GUARDIAN), divorced))
    assert codes(wedding(), register) == {"married_before_divorce"}
    assert codes(wedding(married_on="2026-11-20"), register) == set()


@pytest.mark.parametrize(
    ("nik", "code"),
    [(HUSBAND, "leaves_family_without_head"), (SON, "head_is_child"), (WIFE, "married_lives_alone"), (GUARDIAN, "has_own_card")],
)
def test_who_can_not_be_alone(nik: str, code: str) -> None:
    register = people.register(people.family(), guardian_family())
    number = HOST_KK if nik == GUARDIAN else KK
    assert code in codes(alone(nik=nik, kk_number=number), register)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (wedding(wife_nik=WIFE), "already_married"),
        (wedding(wife_nik=HUSBAND), "couple_same"),
        (wedding(others=[{"nik": HUSBAND, "relation": "parent"}]), "register_change_unsound"),
        (wedding(others=[{"nik": HUSBAND, "relation": "head"}]), "relation_not_allowed"),
        (wedding(others=[{"nik": SON, "relation": "child"}]), "member_not_on_card"),
        (wedding(others=[{"nik": GROOM, "relation": "child"}]), "register_change_unsound"),
    ],
)
def test_nothing_follows_for_a_new_family_that_can_not_be(request_: Application, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(request_, two_houses())


def grown(**changes: Any) -> Family:
    return people.family(people.member(), people.wife(), groom(**changes), people.child(SON, date(2013, 2, 3)))


def split(*leaving: tuple[str, str], **changes: Any) -> Application:
    named = [{"nik": nik, "relation": relation} for nik, relation in leaving]
    answers = {"nik": GROOM, "kk_number": KK, "reason": "own", "leaving": named, "moves": False}
    return application("kk_pisah", **(answers | changes))


def test_who_leaves_gets_a_new_number_and_who_stays_keeps_the_old_one() -> None:
    register = people.register(grown())
    request = split((GROOM, "head"))
    assert codes(request, register) == set()
    assert RULES["kk_pisah"].wishes(request, register) == (CardWish("351908"),)
    plan = planned(request, register)
    assert orders(plan) == [("kk", f"kk:{NEW_KK}"), ("kk", f"kk:{KK}")]
    assert plan.documents[0].replaces == ()
    assert rows(after(plan)[NEW_KK]) == {GROOM: ("KEPALA KELUARGA", "BELUM KAWIN")}
    assert set(rows(after(plan)[KK])) == {HUSBAND, WIFE, SON}
    assert after(plan)[NEW_KK].address == grown().address


def test_who_moves_with_the_split_gets_cards_with_the_new_address() -> None:
    home = {"moves": True, "street": "Jl. Melati 7", "rt": 1, "rw": 2, "village": VILLAGE}
    request = split((SON, "other_kin"), (GROOM, "head"), **home)
    register = people.register(grown())
    assert RULES["kk_pisah"].wishes(request, register) == (CardWish("351902"),)
    plan = planned(request, register)
    assert orders(plan)[2:] == [("ktp", f"ktp:{GROOM}"), ("kia", f"kia:{SON}")]
    assert after(plan)[NEW_KK].members[0].nik == GROOM
    assert codes(request, register) == {"minor_leaves_parents"}


def test_a_married_child_leaves_with_wife_and_child() -> None:
    row = {"marital": KkMarital.MARRIED, "marital_on": date(2022, 1, 1)}
    in_law = bride(relation=Relation.CHILD_IN_LAW, **row)
    family = people.family(people.member(), people.wife(), replace(groom(), **row), in_law)
    request = split((GROOM, "head"), (BRIDE, "wife"), reason="married")
    assert codes(request, people.register(family)) == set()
    assert rows(after(planned(request, people.register(family)))[NEW_KK])[BRIDE] == ("ISTRI", "KAWIN TERCATAT")
    assert codes(split((GROOM, "head"), reason="married"), people.register(family)) == {"spouse_left_behind"}


@pytest.mark.parametrize(
    ("leaving", "changes", "code", "field"),
    [
        ([(GROOM, "child")], {}, "split_needs_one_head", "answers.leaving"),
        ([(GROOM, "head"), (WIFE, "head")], {}, "split_needs_one_head", "answers.leaving"),
        ([(HUSBAND, "head")], {}, "head_must_stay", "answers.leaving"),
        ([(SON, "head")], {}, "head_is_child", "answers.leaving[0].nik"),
        ([(GUARDIAN, "head")], {}, "member_not_on_card", "answers.leaving[0].nik"),
        ([(GROOM, "head"), (GROOM, "head")], {}, "member_named_twice", "answers.leaving[1].nik"),
        ([(GROOM, "head")], {"reason": "married"}, "split_reason_differs", "answers.reason"),
        ([(GROOM, "head"), (SON, "wife")], {}, "relation_not_spouse", "answers.leaving[1].relation"),
        ([(WIFE, "head")], {}, "spouse_left_behind", "answers.leaving"),
    ],
)
def test_each_thing_that_is_wrong_with_a_split_is_named(
    leaving: list[tuple[str, str]], changes: dict[str, Any], code: str, field: str
) -> None:
    assert fields(split(*leaving, **changes), people.register(grown())).get(code) == field


@pytest.mark.parametrize(
    ("leaving", "code"),
    [
        ([(SON, "head")], "head_is_child"),
        ([(HUSBAND, "other"), (GROOM, "head")], "head_must_stay"),
        ([(GROOM, "head"), (SON, "wife")], "relation_not_spouse"),
        ([(GROOM, "head"), (GUARDIAN, "child")], "member_not_on_card"),
        ([(GROOM, "head"), (WIFE, "head")], "register_change_unsound"),
    ],
)
def test_nothing_follows_from_a_split_that_can_not_be(leaving: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(split(*leaving), people.register(grown()))


def lodging(*joining: tuple[str, str], **changes: Any) -> Application:
    named = [{"nik": nik, "relation": relation} for nik, relation in joining]
    host = {"host_kk_number": HOST_KK, "host_nik": GUARDIAN, "host_home": "own", "reason": "school", "minors_alone": False}
    return application("kk_numpang", **({"nik": GROOM, "kk_number": KK, "joining": named} | host | changes))


def test_who_joins_another_family_leaves_their_own() -> None:
    register = people.register(grown(), guardian_family())
    request = lodging((GROOM, "other_kin"), (SON, "other_kin"))
    assert codes(request, register) == set()
    assert RULES["kk_numpang"].wishes(request, register) == ()
    plan = planned(request, register)
    assert orders(plan) == [("kk", f"kk:{HOST_KK}"), ("kk", f"kk:{KK}"), ("ktp", f"ktp:{GROOM}"), ("kia", f"kia:{SON}")]
    assert rows(after(plan)[HOST_KK])[GROOM][0] == "FAMILI LAIN"
    assert reasons(recorded(plan, register)[KK]) == {GROOM: "left", SON: "left"}


def test_a_whole_family_that_joins_another_closes_its_card() -> None:
    register = people.register(people.family(people.member(), people.wife()), guardian_family())
    plan = planned(lodging((HUSBAND, "child"), (WIFE, "child_in_law"), nik=HUSBAND), register)
    assert orders(plan)[0] == ("kk", f"kk:{HOST_KK}")
    assert plan.documents[0].replaces == (f"kk:{KK}",)
    assert [product for product, _ in orders(plan)] == ["kk", "ktp", "ktp"]
    assert after(plan)[KK].closed_on == TODAY


def test_who_comes_back_is_no_former_member_any_more() -> None:
    register = people.register(grown(), guardian_family())
    gone = people.register(*recorded(planned(lodging((GROOM, "other_kin")), register), register).values())
    back = lodging((GROOM, "child"), kk_number=HOST_KK, host_kk_number=KK, host_nik=HUSBAND)
    assert codes(back, gone) == set()
    family = recorded(planned(back, gone), gone)[KK]
    assert family.former == ()
    assert GROOM in rows(family)


@pytest.mark.parametrize(
    ("request_", "code", "field"),
    [
        (lodging((SON, "other_kin")), "minors_alone_differs", "answers.minors_alone"),
        (lodging((GROOM, "other_kin"), minors_alone=True), "minors_alone_differs", "answers.minors_alone"),
        (lodging((GROOM, "head")), "relation_not_allowed", "answers.joining[0].relation"),
        (lodging((GUARDIAN, "other")), "member_not_on_card", "answers.joining[0].nik"),
        (lodging((HUSBAND, "other")), "leaves_family_without_head", "answers.joining"),
        (lodging((GROOM, "other"), host_kk_number=KK, host_nik=HUSBAND), "host_is_own_card", "answers.host_kk_number"),
        (lodging((GROOM, "other"), host_nik=HUSBAND), "host_not_on_card", "answers.host_nik"),
        (lodging((GROOM, "other"), host_kk_number="3519011203150009"), "not_in_register", "answers.host_kk_number"),
    ],
)
def test_each_thing_that_is_wrong_with_lodging_is_named(request_: Application, code: str, field: str) -> None:
    assert fields(request_, people.register(grown(), guardian_family())).get(code) == field


@pytest.mark.parametrize(
    ("hosts", "code"),
    [
        (guardian_family(village_code="3577012001"), "other_family_other_office"),
        (replace(guardian_family(), closed_on=TODAY), "family_closed"),
        (guardian_family(people.member(), people.child(GUARDIAN, date(2012, 1, 1))), "host_is_child"),
    ],
)
def test_the_host_is_an_adult_of_a_card_of_this_office(hosts: Family, code: str) -> None:
    own = people.family(people.wife(relation=Relation.HEAD), groom())
    assert code in codes(lodging((GROOM, "other_kin")), people.register(own, hosts))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (lodging((HUSBAND, "other")), "register_change_unsound"),
        (lodging((GROOM, "head")), "relation_not_allowed"),
        (lodging((GROOM, "other"), host_kk_number=KK, host_nik=HUSBAND), "host_is_own_card"),
        (lodging((GUARDIAN, "other")), "member_not_on_card"),
    ],
)
def test_nothing_follows_from_lodging_that_can_not_be(request_: Application, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(request_, people.register(grown(), guardian_family()))


def test_children_who_would_be_left_alone_are_told_to_the_officer() -> None:
    young_head = people.child(SON, date(2013, 2, 3), relation=Relation.HEAD)
    register = people.register(people.family(young_head, groom(relation=Relation.OTHER_KIN)), guardian_family())
    assert codes(lodging((GROOM, "other_kin")), register) == {"leaves_children_alone"}
