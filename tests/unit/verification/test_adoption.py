"""Adoption: who may adopt by the register, what a court's order leads to, and that the natural parents stay the parents."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.adoption import FORM, Adoption, check_adoption, plan_adoption
from services.verification.domain.contents import ChildCard, SideNote
from services.verification.domain.court_orders import CourtOrder
from services.verification.domain.office_practice import OfficePractice
from services.verification.domain.policy import way_of
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    HOST_KK,
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
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

AKTA = "3519-LU-20052016-0007"
SPOUSE = "3519014501870002"
MARRIED: dict[str, Any] = {"marital": KkMarital.MARRIED, "marital_on": date(2012, 1, 1)}
SINGLE: dict[str, Any] = {"marital": KkMarital.SINGLE, "marital_on": None}


def man(**changes: Any) -> Member:
    return people.member(GUARDIAN, **({"name": "AGUS SAPUTRA", "born_on": date(1985, 2, 15), **MARRIED} | changes))


def woman(**changes: Any) -> Member:
    return people.wife(**({"nik": SPOUSE, "name": "RINA SAPUTRA", "born_on": date(1987, 1, 5), **MARRIED} | changes))


def natural(**changes: Any) -> Family:
    girl = people.child(DAUGHTER, date(2016, 5, 5), name="SUSI WAHYUNI", sex="P")
    return people.family(people.member(), people.wife(), replace(girl, **({"birth_certificate": AKTA} | changes)))


def homes(*adopters: Member, **changes: Any) -> Register:
    return people.register(natural(**changes), guardian_family(*(adopters or (man(), woman()))))


def adopted(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": SPOUSE,
        "kk_number": HOST_KK,
        "adopters": "couple",
        "adoptive_father_nik": GUARDIAN,
        "adoptive_mother_nik": SPOUSE,
        "child_nik": DAUGHTER,
        "certificate_number": AKTA,
        "order_number": "12/Pdt.P/2026/PA.Kab.Mn",
        "order_on": "2026-11-12",
        "order_court": "Pengadilan Agama Kab. Madiun",
        "witnesses": WITNESSES,
    }
    return application("pengangkatan_anak", **{name: value for name, value in (answers | changes).items() if value is not None})


def by_man_alone(**changes: Any) -> Application:
    return adopted(nik=GUARDIAN, adopters="father", adoptive_mother_nik=None, **changes)


def test_a_child_moves_to_the_adopters_and_keeps_its_parents() -> None:
    register = homes()
    assert codes(adopted(), register) == set()
    plan = planned(adopted(institution="Yayasan Kasih Ibu"), register)
    assert [product for product, _ in orders(plan)] == ["catatan_pinggir", "kk", "kia"]
    note, card, kia = plan.documents
    assert isinstance(note.content, SideNote)
    assert (note.content.event, note.content.deed_number, note.content.changes) == ("PENGANGKATAN ANAK", AKTA, ())
    told = (note.content.basis_issuer, note.content.basis_number, note.content.basis_on)
    assert told == ("PENGADILAN AGAMA KAB. MADIUN", "12/Pdt.P/2026/PA.Kab.Mn", date(2026, 11, 12))
    named = [(person.role, person.name) for person in note.content.persons]
    assert named == [("Ayah angkat", "AGUS SAPUTRA"), ("Ibu angkat", "RINA SAPUTRA"), ("Lembaga", "YAYASAN KASIH IBU")]
    assert (card.about, card.replaces) == (f"kk:{HOST_KK}", (f"kk:{KK}",))
    assert isinstance(kia.content, ChildCard)
    assert kia.content.family.address == "DSN. TAMBAKMAS"
    families = recorded(plan, register)
    child = families[HOST_KK].member(DAUGHTER)
    assert child is not None
    assert (child.relation, child.father, child.mother) == (Relation.CHILD, "SLAMET DARMAWAN", "TITIK FITRIANI")
    assert reasons(families[KK]) == {DAUGHTER: "left"}
    assert plan.change is not None
    assert plan.change.cardless == (HUSBAND, WIFE), "the adults of the card that ended: no new one is made for them"
    assert (plan.change.basis.kind, plan.change.basis.number) == ("court_order", "12/Pdt.P/2026/PA.Kab.Mn")


def test_what_the_child_is_to_the_head_is_the_offices_choice() -> None:
    order = CourtOrder("1", date(2026, 11, 12), "PENGADILAN AGAMA")
    adoption = Adoption(DAUGHTER, GUARDIAN, SPOUSE, order)
    plan = plan_adoption(adoption, homes(), "r", TODAY, OfficePractice(adopted_child_is=Relation.OTHER_KIN))
    child = after(plan)[HOST_KK].member(DAUGHTER)
    assert child is not None
    assert child.relation is Relation.OTHER_KIN
    lodging = guardian_family(people.member(SON, born_on=date(1950, 1, 1)), man(relation=Relation.CHILD, **SINGLE))
    plan = plan_adoption(replace(adoption, mother_nik=None), people.register(natural(), lodging), "r", TODAY)
    child = after(plan)[HOST_KK].member(DAUGHTER)
    assert child is not None
    assert child.relation is Relation.GRANDCHILD


@pytest.mark.parametrize(
    ("changes", "found", "way"),
    [
        ({"nik": HUSBAND, "kk_number": KK, "adoptive_father_nik": HUSBAND, "adoptive_mother_nik": WIFE}, "adopter_is_parent", "return"),
        ({"adoptive_father_nik": SPOUSE}, "adopters_same", "return"),
        ({"adoptive_father_nik": SPOUSE, "adoptive_mother_nik": GUARDIAN}, "adopter_sex_differs", "return"),
        ({"adoptive_mother_nik": DAUGHTER}, "adopter_is_child", "return"),
        ({"adoptive_mother_nik": WIFE}, "adopter_not_on_card", "return"),
        ({"adoptive_mother_nik": "3519014501870009"}, "not_in_register", "staff"),
        ({"order_on": "2016-05-04"}, "order_before_birth", "return"),
        ({"certificate_number": "tidak punya"}, "certificate_needed_first", "return"),
        ({"certificate_number": "3519-LU-20052016-0008"}, "certificate_number_differs", "return"),
        ({"order_on": "2014-12-31"}, "adopter_too_young", "staff"),
        ({"witnesses": [{"nik": GUARDIAN, "name": "AGUS SAPUTRA"}, WITNESSES[1]]}, "witness_is_party", "return"),
    ],
)
def test_each_thing_that_is_wrong_with_an_adoption_is_named(changes: dict[str, Any], found: str, way: str) -> None:
    assert found in codes(adopted(**changes), homes(), failures_only=True)
    assert way_of(found, RULES["pengangkatan_anak"].ways) == way


@pytest.mark.parametrize(
    ("register", "found"),
    [
        (homes(man(born_on=date(1996, 11, 12)), woman()), set()),
        (homes(man(born_on=date(1996, 11, 13)), woman()), {"adopter_too_young"}),
        (homes(man(born_on=date(1970, 11, 13)), woman()), set()),
        (homes(man(born_on=date(1970, 11, 12)), woman()), {"adopter_too_old"}),
        (homes(man(), woman(**SINGLE)), {"adopters_not_spouses"}),
        (homes(man(marital_on=date(2021, 11, 13)), woman(marital_on=date(2021, 11, 13))), {"adopters_newly_married"}),
        (homes(man(marital_on=date(2021, 11, 12)), woman(marital_on=date(2021, 11, 12))), set()),
        (homes(man(religion="HINDU"), woman()), {"adopter_religion_differs", "order_court_differs"}),
        (homes(man(name="SLAMET DARMAWAN"), woman()), {"adopter_named_as_parent"}),
        (homes(born_on=date(2008, 11, 13)), set()),
        (homes(born_on=date(2008, 11, 12)), {"adoptee_grown"}),
        (homes(relation=Relation.HEAD, birth_certificate=None), {"certificate_unknown_here"}),
        (people.register(natural(), replace(guardian_family(man(), woman()), closed_on=TODAY)), {"person_closed"}),
        (people.register(replace(natural(), village_code="3520012001"), guardian_family(man(), woman())), {"other_family_other_office"}),
    ],
)
def test_what_the_register_says_decides_on_an_adoption(register: Register, found: set[str]) -> None:
    assert codes(adopted(), register) == found


def test_one_who_is_married_does_not_adopt_alone() -> None:
    assert codes(by_man_alone(), homes()) == {"adopter_married_alone"}
    assert codes(by_man_alone(), homes(man(**SINGLE))) == set()
    assert [person.role for person in planned(by_man_alone(), homes(man(**SINGLE))).documents[0].content.persons] == ["Ayah angkat"]  # type: ignore[union-attr]


def test_a_report_after_the_term_is_a_warning() -> None:
    assert codes(adopted(order_on="2026-10-25"), homes()) == set()
    assert codes(adopted(order_on="2026-10-24"), homes()) == {"reported_late"}
    assert codes(adopted(order_on="2026-10-24"), homes(), failures_only=True) == set()


def test_a_child_who_lives_with_the_adopters_already_gets_the_note_and_the_relation() -> None:
    girl = people.child(DAUGHTER, date(2016, 5, 5), relation=Relation.OTHER_KIN, birth_certificate=AKTA)
    register = people.register(guardian_family(man(), woman(), girl))
    assert codes(adopted(), register) == {"adoptee_on_card"}
    plan = planned(adopted(), register)
    assert [product for product, _ in orders(plan)] == ["catatan_pinggir", "kk"]
    again = people.register(after(plan)[HOST_KK])
    assert planned(adopted(), again).change is None


def test_the_last_of_a_family_closes_its_card_and_a_head_of_others_stays() -> None:
    head = people.child(DAUGHTER, date(2016, 5, 5), relation=Relation.HEAD, birth_certificate=AKTA)
    register = people.register(people.family(head), guardian_family(man(), woman()))
    plan = planned(adopted(), register)
    assert after(plan)[KK].closed_on == TODAY
    assert plan.change is not None
    assert plan.change.cardless == ()
    held = people.register(people.family(head, people.child(SON, date(2013, 2, 3))), guardian_family(man(), woman()))
    assert codes(adopted(), held) == {"leaves_family_without_head"}
    with pytest.raises(DomainError, match="leaves_family_without_head"):
        planned(adopted(), held)


def test_a_courts_own_decision_follows_the_same_rules_and_names_its_own_fields() -> None:
    places = dict.fromkeys(FORM, "decision.child.nik") | {"order": "decision.decided_on"}
    decision = Adoption(DAUGHTER, GUARDIAN, None, CourtOrder("1", date(2016, 1, 1), "PA.KAB.MN"), fields=places)
    found = {finding.code: finding.field for finding in check_adoption(decision, homes(), TODAY, reported_on=TODAY)}
    assert found["order_before_birth"] == found["reported_late"] == "decision.decided_on"
    assert "order_court_differs" not in found


def test_who_asks_is_one_of_the_adopters() -> None:
    assert fields(adopted(certificate_number="0"), homes())["certificate_number_other_form"] == "answers.certificate_number"
    with pytest.raises(DomainError, match="certificate_needed_first"):
        planned(adopted(certificate_number="belum"), homes(birth_certificate=None))
