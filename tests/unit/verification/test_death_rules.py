"""Death: who leaves, who is widowed, who heads the family then, under which number; and a head who died before."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import DeathCertificate, FamilyCard, IdentityCard
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, CardWish
from services.verification.domain.services import RULES
from shared.errors import DomainError
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    HOST_KK,
    NEW_KK,
    TODAY,
    WITNESSES,
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
    without_head,
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

MOTHER = "3519084101600005"
DIED_ON = date(2026, 11, 20)


def death(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "relation": "spouse",
        "nik": WIFE,
        "deceased_nik": HUSBAND,
        "kk_number": KK,
        "died_on": "2026-11-20",
        "died_at": "21:15",
        "death_place": "3577",
        "cause": "illness",
        "certified_by": "doctor",
        "was_head": True,
        "remaining": "adult",
        "new_head_nik": WIFE,
        "witnesses": WITNESSES,
    }
    return application("akta_mati", **{name: value for name, value in (answers | changes).items() if value is not None})


def member_death(**changes: Any) -> Application:
    return death(nik=HUSBAND, deceased_nik=WIFE, was_head=False, remaining=None, new_head_nik=None, **changes)


def orphans() -> Family:
    return people.family(people.member(marital=KkMarital.WIDOWED), *people.family().members[2:])


def orphaned(**changes: Any) -> Application:
    answers = {"remaining": "minors", "new_head_nik": None, "guardian_nik": GUARDIAN, "guardian_kk_number": HOST_KK}
    return death(**({"nik": GUARDIAN, "relation": "family"} | answers | changes))


def test_a_family_whose_head_died_goes_on_under_a_new_number_with_a_new_head() -> None:
    register = people.register()
    assert codes(death(), register) == set()
    assert RULES["akta_mati"].wishes(death(), register) == (CardWish("351908"),)
    plan = planned(death(), register)
    assert orders(plan) == [("akta_kematian", f"akta_kematian:{HUSBAND}"), ("kk", f"kk:{NEW_KK}"), ("ktp", f"ktp:{WIFE}")]
    assert plan.documents[1].replaces == (f"kk:{KK}",)
    assert plan.documents[1].holder_name == "TITIK FITRIANI"
    families = after(plan)
    assert rows(families[NEW_KK]) == {
        WIFE: ("KEPALA KELUARGA", "CERAI MATI"),
        SON: ("ANAK", "BELUM KAWIN"),
        DAUGHTER: ("ANAK", "BELUM KAWIN"),
    }
    assert families[KK].closed_on == TODAY
    assert families[KK].members == ()
    assert reasons(recorded(plan, register)[KK]) == {HUSBAND: "died", WIFE: "left", SON: "left", DAUGHTER: "left"}
    assert plan.change is not None
    assert plan.change.died == (HUSBAND,)


def test_the_certificate_shows_the_dead_as_the_register_had_them() -> None:
    content = planned(death(), people.register()).documents[0].content
    assert isinstance(content, DeathCertificate)
    assert (content.member.name, content.member.marital) == ("SLAMET DARMAWAN", KkMarital.MARRIED)
    assert (content.died_on, content.died_at, content.death_place) == (DIED_ON, "21:15", "MADIUN")
    assert content.father is not None
    assert content.father.name == "BAMBANG SAPUTRA"


def test_the_widows_card_says_so_from_the_day_of_the_death() -> None:
    content = planned(death(), people.register()).documents[2].content
    assert isinstance(content, IdentityCard)
    assert (content.member.marital, content.member.marital_on) == (KkMarital.WIDOWED, DIED_ON)


def test_the_number_stays_when_a_member_dies_and_the_head_is_widowed() -> None:
    register = people.register()
    assert codes(member_death(), register) == set()
    assert RULES["akta_mati"].wishes(member_death(), register) == ()
    plan = planned(member_death(), register)
    assert orders(plan) == [("akta_kematian", f"akta_kematian:{WIFE}"), ("kk", f"kk:{KK}"), ("ktp", f"ktp:{HUSBAND}")]
    family = after(plan)[KK]
    assert rows(family)[HUSBAND] == ("KEPALA KELUARGA", "CERAI MATI")
    assert reasons(recorded(plan, register)[KK]) == {WIFE: "died"}


def test_nobodys_status_changes_when_a_child_dies() -> None:
    request = death(nik=HUSBAND, relation="parent", deceased_nik=SON, was_head=False, remaining=None, new_head_nik=None)
    plan = planned(request, people.register())
    assert [product for product, _ in orders(plan)] == ["akta_kematian", "kk"]


def test_children_left_alone_join_the_card_of_their_guardian() -> None:
    register = people.register(orphans(), guardian_family())
    assert codes(orphaned(), register) == set()
    assert RULES["akta_mati"].wishes(orphaned(), register) == ()
    plan = planned(orphaned(), register)
    assert orders(plan)[:2] == [("akta_kematian", f"akta_kematian:{HUSBAND}"), ("kk", f"kk:{HOST_KK}")]
    assert orders(plan)[2:] == [("kia", f"kia:{SON}"), ("kia", f"kia:{DAUGHTER}")]
    assert plan.documents[1].replaces == (f"kk:{KK}",)
    families = after(plan)
    assert rows(families[HOST_KK])[SON] == ("FAMILI LAIN", "BELUM KAWIN")
    assert families[KK].closed_on == TODAY


def test_a_grandparent_and_the_other_parent_are_known_by_their_names() -> None:
    grandfather = people.member(GUARDIAN, name="BAMBANG SAPUTRA", born_on=date(1960, 2, 15))
    plan = planned(orphaned(), people.register(orphans(), guardian_family(grandfather)))
    assert rows(after(plan)[HOST_KK])[SON][0] == "CUCU"
    mother = people.wife(nik=GUARDIAN, relation=Relation.HEAD, marital=KkMarital.DIVORCED)
    plan = planned(orphaned(), people.register(orphans(), guardian_family(mother)))
    assert rows(after(plan)[HOST_KK])[SON][0] == "ANAK"


def test_the_card_of_who_lived_alone_ends_with_them() -> None:
    register = people.register(people.family(people.member(marital=KkMarital.WIDOWED)), guardian_family())
    request = orphaned(remaining="none", guardian_nik=None, guardian_kk_number=None)
    assert codes(request, register) == set()
    plan = planned(request, register)
    assert orders(plan) == [("akta_kematian", f"akta_kematian:{HUSBAND}")]
    assert plan.documents[0].replaces == (f"ktp:{HUSBAND}", f"kia:{HUSBAND}", f"kk:{KK}"), "a KTP-el of the dead is valid no more"
    assert after(plan)[KK].closed_on == TODAY


def three_generations() -> Family:
    son = people.child(SON, date(1996, 2, 3), marital=KkMarital.MARRIED)
    married_on = date(2020, 6, 1)
    in_law = people.wife(nik=DAUGHTER, name="SARI UTAMI", relation=Relation.CHILD_IN_LAW, marital_on=married_on)
    grandchild = people.child("3519080101220009", date(2022, 1, 1), relation=Relation.GRANDCHILD)
    own = replace(grandchild, father="RIZKI PRATAMA", mother="SARI UTAMI")
    mother = people.wife(nik=MOTHER, name="INTAN AZIZAH", born_on=date(1960, 1, 1), relation=Relation.PARENT, marital=KkMarital.WIDOWED)
    wife, in_law, mother = (replace(each, father="WAGIMAN", mother="PONIYEM") for each in (people.wife(), in_law, mother))
    return people.family(people.member(), wife, replace(son, marital_on=married_on), in_law, own, mother)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (WIFE, {SON: "ANAK", DAUGHTER: "MENANTU", "3519080101220009": "CUCU", MOTHER: "MERTUA"}),
        (SON, {WIFE: "ORANG TUA", DAUGHTER: "ISTRI", "3519080101220009": "ANAK", MOTHER: "FAMILI LAIN"}),
        (DAUGHTER, {WIFE: "MERTUA", SON: "SUAMI", "3519080101220009": "ANAK", MOTHER: "FAMILI LAIN"}),
        (MOTHER, {WIFE: "MENANTU", SON: "CUCU", DAUGHTER: "FAMILI LAIN", "3519080101220009": "FAMILI LAIN"}),
    ],
)
def test_everybody_is_something_else_to_another_head(head: str, expected: dict[str, str]) -> None:
    plan = planned(death(new_head_nik=head), people.register(three_generations()))
    family = after(plan)[NEW_KK]
    assert {nik: relation for nik, (relation, _) in rows(family).items() if nik != head} == expected
    assert family.members[0].nik == head
    assert family.members[0].relation is Relation.HEAD


def test_a_son_in_law_widows_his_own_wife_only() -> None:
    request = death(nik=HUSBAND, relation="parent", deceased_nik=SON, was_head=False, remaining=None, new_head_nik=None)
    family = after(planned(request, people.register(three_generations())))[KK]
    assert rows(family)[DAUGHTER] == ("MENANTU", "CERAI MATI")
    assert rows(family)[WIFE] == ("ISTRI", "KAWIN TERCATAT")


def test_a_spouse_who_is_not_on_the_card_is_told_to_the_officer() -> None:
    lone = people.family(people.member(), people.wife(), people.child(SON, date(1996, 2, 3), marital=KkMarital.MARRIED))
    request = death(nik=HUSBAND, relation="parent", deceased_nik=SON, was_head=False, remaining=None, new_head_nik=None)
    assert codes(request, people.register(lone)) == {"spouse_not_on_card"}


def test_a_head_with_two_wives_stays_married_to_the_other() -> None:
    second = people.wife(nik=MOTHER, name="SRI LESTARI")
    family = people.family(people.member(), people.wife(), second)
    plan = planned(member_death(), people.register(family))
    assert rows(after(plan)[KK]) == {HUSBAND: ("KEPALA KELUARGA", "KAWIN TERCATAT"), MOTHER: ("ISTRI", "KAWIN TERCATAT")}
    both = planned(death(), people.register(family))
    assert rows(after(both)[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", "CERAI MATI"), MOTHER: ("FAMILI LAIN", "CERAI MATI")}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"nik": HUSBAND}, "deceased_is_applicant", "answers.deceased_nik"),
        ({"deceased_nik": GUARDIAN}, "deceased_not_on_card", "answers.deceased_nik"),
        ({"deceased_nik": "3519084101900009"}, "not_in_register", "answers.deceased_nik"),
        ({"died_on": "1988-07-10"}, "died_before_birth", "answers.died_on"),
        ({"died_on": "2010-07-10"}, "died_before_marriage", "answers.died_on"),
        ({"was_head": False, "remaining": None, "new_head_nik": None}, "was_head_differs", "answers.was_head"),
        ({"remaining": "none", "new_head_nik": None}, "remaining_differs", "answers.remaining"),
        ({"new_head_nik": GUARDIAN}, "new_head_not_on_card", "answers.new_head_nik"),
        ({"new_head_nik": HUSBAND}, "new_head_not_on_card", "answers.new_head_nik"),
        ({"new_head_nik": SON}, "head_is_child", "answers.new_head_nik"),
        ({"witnesses": [WITNESSES[0], {"nik": HUSBAND, "name": "X Y"}]}, "witness_is_deceased", "answers.witnesses[1].nik"),
        ({"witnesses": [{"nik": WIFE, "name": "Titik Fitriani"}, WITNESSES[1]]}, "witness_is_applicant", "answers.witnesses[0].nik"),
    ],
)
def test_each_thing_that_is_wrong_is_named_with_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(death(**changes), people.register(people.family(), guardian_family())).get(code) == field


def test_a_day_that_has_not_come_is_named_where_the_form_was_older() -> None:
    request = death()
    later = replace(request.first.answers, values={**request.first.answers.values, "died_on": "2026-11-25"})
    request = Application((replace(request.first, answers=later),))
    assert "died_in_future" in codes(request, people.register())


@pytest.mark.parametrize(
    ("changes", "guardians", "code"),
    [
        ({}, guardian_family(village_code="3577012001"), "other_family_other_office"),
        ({}, replace(guardian_family(), closed_on=TODAY), "family_closed"),
        ({}, guardian_family(people.child(GUARDIAN, date(2012, 1, 1), relation=Relation.HEAD)), "guardian_is_child"),
        ({"guardian_nik": SON}, guardian_family(), "guardian_not_on_card"),
        ({"guardian_kk_number": "3519011203150009"}, guardian_family(), "not_in_register"),
    ],
)
def test_a_guardian_is_an_adult_of_a_card_of_this_office(changes: dict[str, Any], guardians: Family, code: str) -> None:
    assert code in codes(orphaned(**changes), people.register(orphans(), guardians))


def grandparents(*others: Member) -> Family:
    return people.family(people.member(MOTHER, name="INTAN AZIZAH", sex="P"), *others, kk_number="3519081611230009")


@pytest.mark.parametrize("request_", [orphaned(), death(new_head_nik=WIFE)], ids=["to a guardian", "under a new head"])
def test_who_stands_on_a_second_card_can_not_move_and_stay(request_: Application) -> None:
    """Everybody of the card moves: each of them is looked up, not the card alone."""
    family = orphans() if request_.first.answers.text("guardian_nik") else people.family()
    assert RULES["akta_mati"].people(request_).everybody_of == (KK,)
    again = grandparents(people.child(SON, date(2013, 2, 3), relation=Relation.GRANDCHILD))
    register = people.register(family, guardian_family(), again)
    assert "nik_registered_twice" in codes(request_, register, failures_only=True)
    with pytest.raises(DomainError, match="register_change_unsound"):
        planned(request_, register)


def test_orphans_join_the_card_that_is_named_and_no_other_of_the_guardians() -> None:
    guardian = guardian_family().members[0]
    register = people.register(orphans(), guardian_family(), grandparents(guardian))
    assert set(after(planned(orphaned(), register))) == {KK, HOST_KK}


def test_nobody_moves_where_it_was_no_head_who_died() -> None:
    assert RULES["akta_mati"].people(member_death()).everybody_of == ()


def test_nobody_dies_twice() -> None:
    register = people.register()
    register = people.register(*recorded(planned(death(), register), register).values())
    assert codes(death(kk_number=NEW_KK), register) == {"already_dead"}
    with pytest.raises(DomainError, match="deceased_not_on_card"):
        planned(death(kk_number=NEW_KK), register, numbers=[NEW_KK])


@pytest.mark.parametrize(
    ("request_", "register", "code"),
    [
        (death(new_head_nik=SON), people.register(), "head_is_child"),
        (death(new_head_nik=GUARDIAN), people.register(), "new_head_not_on_card"),
        (death(remaining="none", new_head_nik=None), people.register(), "remaining_differs"),
        (orphaned(guardian_nik=SON), people.register(orphans(), guardian_family()), "guardian_not_on_card"),
        (orphaned(), people.register(orphans()), "not_in_register"),
    ],
)
def test_nothing_follows_from_what_can_not_be(request_: Application, register: Any, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(request_, register, numbers=[NEW_KK])


def succession(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": WIFE,
        "kk_number": KK,
        "late_head_nik": HUSBAND,
        "death_certificate_number": "3577-KM-21112026-0003",
        "died_on": "2026-11-20",
        "remaining": "adult",
        "new_head_nik": WIFE,
        "relations": [],
    }
    return application("kk_ganti_kepala", **{name: value for name, value in (answers | changes).items() if value is not None})


def test_a_head_who_is_still_on_the_card_leaves_it() -> None:
    register = people.register()
    assert codes(succession(), register) == set()
    plan = planned(succession(), register)
    assert orders(plan) == [("kk", f"kk:{NEW_KK}"), ("ktp", f"ktp:{WIFE}")]
    assert rows(after(plan)[NEW_KK])[WIFE] == ("KEPALA KELUARGA", "CERAI MATI")
    assert reasons(recorded(plan, register)[KK])[HUSBAND] == "died"
    assert plan.change is not None
    assert plan.change.died == (HUSBAND,)
    assert (plan.change.basis.kind, plan.change.basis.number, plan.change.basis.on) == ("akta_kematian", "3577-KM-21112026-0003", DIED_ON)


def test_a_family_whose_head_the_register_took_out_gets_another_one() -> None:
    register = people.register(without_head(people.family(), reason=Effect.DIED))
    assert codes(succession(), register) == set()
    plan = planned(succession(), register)
    assert rows(after(plan)[NEW_KK])[WIFE] == ("KEPALA KELUARGA", "CERAI MATI")
    assert plan.change is not None
    assert plan.change.died == ()
    assert reasons(recorded(plan, register)[KK]) == {HUSBAND: "died", WIFE: "left", SON: "left", DAUGHTER: "left"}


OURS = "3519-KM-21112026-0003"


def buried(certificate: str | None = OURS, died_on: date | None = DIED_ON) -> Register:
    """The register after the death of the head, as it was told of it."""
    family = without_head(people.family(), reason=Effect.DIED)
    return people.register(replace(family, former=(replace(family.former[0], died_on=died_on, certificate=certificate),)))


@pytest.mark.parametrize(
    ("number", "register", "found"),
    [
        (OURS, buried(), set()),
        (" 3519-km-21112026-0003 ", buried(), set()),
        ("3519-KM-21112026-0004", buried(), {"death_certificate_unknown"}),
        ("3577-KM-21112026-0004", buried(), {"death_certificate_unknown"}),
        (OURS, buried(None), {"death_certificate_unknown"}),
        (OURS, people.register(), {"death_certificate_unknown"}),
        ("Akta no. 3519 KM 21112026 0003", people.register(), {"death_certificate_unknown"}),
        ("3577-KM-21112026-0004", people.register(), set()),
        (OURS, buried(died_on=date(2026, 11, 19)), {"died_on_differs"}),
    ],
    ids=[
        "known",
        "known, written otherwise",
        "of somebody else",
        "of another office",
        "forgotten",
        "made up",
        "made up, written otherwise",
        "elsewhere",
        "another day",
    ],
)
def test_the_certificate_that_is_named_is_held_against_those_that_we_issued(number: str, register: Register, found: set[str]) -> None:
    request = succession(death_certificate_number=number)
    assert codes(request, register) == found
    assert after(planned(request, register))[NEW_KK].head.nik == WIFE  # an officer may know better


def test_the_register_keeps_the_day_of_a_death_and_the_number_of_its_certificate() -> None:
    families = recorded(planned(succession(), people.register()), people.register())
    late = people.register(*families.values()).late(HUSBAND)
    assert late is not None
    assert (late.died_on, late.certificate) == (DIED_ON, "3577-KM-21112026-0003")


def test_the_relations_that_the_family_gives_outweigh_the_concluded_ones() -> None:
    given = [{"nik": DAUGHTER, "relation": "other_kin"}, {"nik": WIFE, "relation": "head"}]
    request = succession(relations=given)
    assert codes(request, people.register()) == set()
    family = after(planned(request, people.register()))[NEW_KK]
    assert rows(family)[DAUGHTER][0] == "FAMILI LAIN"
    card = planned(request, people.register()).documents[0].content
    assert isinstance(card, FamilyCard)
    assert card.family == family


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"late_head_nik": SON}, "late_head_not_head", "answers.late_head_nik"),
        ({"nik": HUSBAND}, "deceased_is_applicant", "answers.late_head_nik"),
        ({"died_on": "1980-01-01"}, "died_before_birth", "answers.died_on"),
        ({"new_head_nik": SON}, "head_is_child", "answers.new_head_nik"),
        ({"relations": [{"nik": SON, "relation": "head"}]}, "relation_head_differs", "answers.relations[0].relation"),
        ({"relations": [{"nik": WIFE, "relation": "child"}]}, "relation_head_differs", "answers.relations[0].relation"),
        ({"relations": [{"nik": SON, "relation": "husband"}]}, "relation_not_spouse", "answers.relations[0].relation"),
        ({"relations": [{"nik": HUSBAND, "relation": "other"}]}, "member_not_on_card", "answers.relations[0].nik"),
        ({"relations": [{"nik": SON, "relation": "child"}] * 2}, "member_named_twice", "answers.relations[1].nik"),
    ],
)
def test_each_thing_that_is_wrong_with_a_new_head_is_named(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(succession(**changes), people.register()).get(code) == field


def test_a_card_on_which_nobody_is_left_is_not_printed() -> None:
    register = people.register(people.family(people.member()))
    request = succession(nik=GUARDIAN, remaining="none", new_head_nik=None)
    assert codes(request, register) == {"nobody_remains"}
    with pytest.raises(DomainError, match="nobody_remains"):
        planned(request, register)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"late_head_nik": SON}, "late_head_not_head"),
        ({"relations": [{"nik": SON, "relation": "head"}]}, "relation_head_differs"),
        ({"relations": [{"nik": SON, "relation": "husband"}]}, "relation_not_spouse"),
    ],
)
def test_nothing_follows_from_relations_that_can_not_be(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(succession(**changes), people.register(), numbers=[NEW_KK])
