"""Moves inside the regency: cards with the new address, and no letter."""

from dataclasses import replace
from typing import Any

import pytest

from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, CardWish
from services.verification.domain.services import RULES
from services.verification.domain.services.move_inside import move_inside_wishes, plan_move_inside
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
    rows,
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

FAR, NEAR = "3519022001", "3519082002"
SECOND_KK = "3519082411260002"


def moving(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "card": "own",
        "village": FAR,
        "kind": "head_and_all",
        "reason": "housing",
        "street": "Dsn. Krajan 7",
        "rt": 2,
        "rw": 1,
        "home": "own",
    }
    return application("pindah_dalam", **{name: value for name, value in (answers | changes).items() if value is not None})


def joining(**changes: Any) -> Application:
    without = dict.fromkeys(("village", "street", "rt", "rw", "home"))
    kin = [{"nik": nik, "relation": "other_kin"} for nik in (HUSBAND, WIFE, SON, DAUGHTER)]
    host = {"card": "join", "host_kk_number": HOST_KK, "host_nik": GUARDIAN, "moving": kin}
    return moving(**without | host | changes)


def named(**relations: str) -> list[dict[str, str]]:
    niks = {"husband": HUSBAND, "wife": WIFE, "son": SON, "daughter": DAUGHTER}
    return [{"nik": niks[who], "relation": relation} for who, relation in relations.items()]


def both() -> Register:
    return people.register(people.family(), guardian_family())


def test_a_whole_family_keeps_its_number_at_the_new_address() -> None:
    assert not codes(moving(), people.register())
    plan = planned(moving(), people.register())
    cards = [("ktp", f"ktp:{HUSBAND}"), ("ktp", f"ktp:{WIFE}"), ("kia", f"kia:{SON}"), ("kia", f"kia:{DAUGHTER}")]
    assert orders(plan) == [("kk", f"kk:{KK}"), *cards]
    family = after(plan)[KK]
    assert (family.address, family.rt, family.rw, family.village_code) == ("DSN. KRAJAN 7", "002", "001", FAR)
    assert rows(family) == rows(people.family())


@pytest.mark.parametrize(("village", "wishes"), [(FAR, (CardWish("351902"),)), (NEAR, ())])
def test_a_number_that_ends_at_the_district_is_a_choice_of_the_office(village: str, wishes: tuple[CardWish, ...]) -> None:
    practice = replace(PRACTICE, number_kept_across_districts=False)
    request = moving(village=village)
    assert move_inside_wishes(request, people.register(), practice) == wishes
    assert move_inside_wishes(request, people.register()) == ()
    plan = plan_move_inside(request, people.register(), (NEW_KK,) if wishes else (), TODAY, practice)
    assert set(after(plan)) == ({KK, NEW_KK} if wishes else {KK})


def test_members_who_leave_get_a_number_and_their_head() -> None:
    request = moving(kind="members", moving=named(wife="head", son="child"), minors_alone=False)
    assert not codes(request, people.register(), failures_only=True)
    plan = planned(request, people.register())
    assert [about for product, about in orders(plan) if product == "kk"] == [f"kk:{NEW_KK}", f"kk:{KK}"]
    assert rows(after(plan)[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", KkMarital.MARRIED), SON: ("ANAK", KkMarital.SINGLE)}
    assert set(rows(after(plan)[KK])) == {HUSBAND, DAUGHTER}
    assert ("ktp", f"ktp:{HUSBAND}") not in orders(plan), "his address is the old one"


def test_a_head_who_moves_alone_takes_the_number_or_leaves_it() -> None:
    request = moving(kind="head", remaining="adult", new_head_nik=WIFE)
    plan = planned(request, people.register())
    assert set(rows(after(plan)[KK])) == {HUSBAND}
    assert after(plan)[KK].village_code == FAR
    assert rows(after(plan)[NEW_KK])[WIFE][0] == "KEPALA KELUARGA"
    assert after(plan)[NEW_KK].village_code == people.family().village_code
    practice = replace(PRACTICE, head_takes_number=False)
    plan = plan_move_inside(request, people.register(), (NEW_KK,), TODAY, practice)
    assert set(rows(after(plan)[NEW_KK])) == {HUSBAND}
    assert set(rows(after(plan)[KK])) == {WIFE, SON, DAUGHTER}


def test_who_joins_a_family_lives_where_it_lives() -> None:
    assert not codes(joining(), both(), failures_only=True)
    plan = planned(joining(), both())
    assert orders(plan)[0] == ("kk", f"kk:{HOST_KK}")
    assert plan.documents[0].replaces == (f"kk:{KK}",)
    assert set(rows(after(plan)[HOST_KK])) == {GUARDIAN, HUSBAND, WIFE, SON, DAUGHTER}
    assert {about for product, about in orders(plan) if product == "kia"} == {f"kia:{SON}", f"kia:{DAUGHTER}"}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"village": "3519081001", "street": "jl diponegoro no 81", "rt": 15, "rw": 8}, "same_address", "answers.street"),
        ({"kind": "members", "moving": named(wife="child"), "minors_alone": False}, "movers_need_one_head", "answers.moving"),
        ({"kind": "members", "moving": named(son="head"), "minors_alone": True}, "head_is_child", "answers.moving[0].nik"),
        (
            {"kind": "head_and_some", "moving": named(wife="head", husband="husband"), "remaining": "minors"}
            | {"guardian_nik": GUARDIAN, "guardian_kk_number": HOST_KK},
            "head_stays_head",
            "answers.moving[0].relation",
        ),
    ],
)
def test_what_does_not_fit_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(moving(**changes), both()).get(code) == field
    assert way_of(code, RULES["pindah_dalam"].ways) is CaseRoute.RETURN


def test_another_address_in_the_same_village_is_a_move() -> None:
    assert not codes(moving(village="3519081001"), people.register())
    with pytest.raises(DomainError, match="same_address"):
        planned(moving(village="3519081001", street="JL. DIPONEGORO NO. 81", rt=15, rw=8), people.register())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host_kk_number": KK, "host_nik": HUSBAND}, "host_is_own_card"),
        ({"host_nik": HUSBAND}, "host_not_on_card"),
        ({"host_kk_number": "3519080101200009"}, "not_in_register"),
        ({"moving": named(husband="other_kin", wife="wife", son="child", daughter="child")}, "relation_not_allowed"),
        ({"moving": named(husband="other_kin", wife="other_kin")}, "move_kind_differs"),
    ],
)
def test_a_host_who_can_not_take_them_in_is_named(changes: dict[str, Any], code: str) -> None:
    assert code in codes(joining(**changes), both(), failures_only=True)


def test_a_family_at_the_same_address_is_no_move() -> None:
    host = replace(guardian_family(village_code="3519081001"), address="JL. DIPONEGORO NO. 81", rt="015", rw="008")
    assert fields(joining(), people.register(people.family(), host))["same_address"] == "answers.host_kk_number"


def test_children_who_stay_do_not_join_the_card_of_those_who_move() -> None:
    parents = named(husband="other_kin", wife="other_kin")
    request = joining(kind="head_and_some", moving=parents, remaining="minors", guardian_nik=GUARDIAN, guardian_kk_number=HOST_KK)
    assert "guardian_is_host" in codes(request, both())
    with pytest.raises(DomainError, match="guardian_is_host"):
        planned(request, both())


def test_a_spouse_who_heads_nothing_is_no_spouse_of_the_new_head() -> None:
    sister = people.member(GUARDIAN, name="SRI DARMAWAN", sex="P", relation=Relation.OTHER_KIN, marital=KkMarital.SINGLE, marital_on=None)
    family = people.family(people.member(), people.wife(), sister)
    rows_ = [{"nik": GUARDIAN, "relation": "head"}, {"nik": WIFE, "relation": "wife"}]
    request = moving(kind="members", moving=rows_, minors_alone=False)
    assert "relation_not_spouse" in codes(request, people.register(family))
