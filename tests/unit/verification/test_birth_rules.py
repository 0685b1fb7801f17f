"""Birth: who can be father and mother, which certificate it is, where the child stands; and the letter of a stillbirth."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import BirthCertificate, ChildCard, FamilyCard, StillbirthLetter
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, NikWish
from services.verification.domain.services import RULES
from shared.errors import DomainError
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    NEW_NIK,
    TODAY,
    WITNESSES,
    after,
    application,
    codes,
    fields,
    guardian_family,
    orders,
    planned,
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE


def birth(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "relation": "father",
        "nik": HUSBAND,
        "kk_number": KK,
        "parents": "married_recorded",
        "mother_nik": WIFE,
        "father_nik": HUSBAND,
        "child_name": "Bagus Darmawan",
        "child_sex": "L",
        "born_on": "2026-11-20",
        "born_at": "07:30",
        "birth_place": "3519",
        "birth_facility": "hospital",
        "plurality": "single",
        "birth_order": 3,
        "attendant": "midwife",
        "weight_grams": 3200,
        "length_cm": 49,
        "witnesses": WITNESSES,
    }
    given = {name: value for name, value in (answers | changes).items() if value is not None}
    return application("akta_lahir", **given)


def alone(**changes: Any) -> Application:
    return birth(parents="mother_only", relation="mother", nik=WIFE, father_nik=None, **changes)


def test_a_child_of_a_couple_gets_certificate_card_and_kia_from_one_request() -> None:
    assert codes(birth(), people.register()) == set()
    plan = planned(birth(), people.register())
    assert orders(plan) == [("akta_kelahiran", f"akta_kelahiran:{NEW_NIK}"), ("kk", f"kk:{KK}"), ("kia", f"kia:{NEW_NIK}")]
    family = after(plan)[KK]
    child = family.member(NEW_NIK)
    assert child is not None
    assert (child.name, child.relation, child.father, child.mother) == (
        "BAGUS DARMAWAN",
        Relation.CHILD,
        "SLAMET DARMAWAN",
        "TITIK FITRIANI",
    )
    assert (child.education, child.occupation, child.marital) == ("TIDAK/BELUM SEKOLAH", "BELUM/TIDAK BEKERJA", KkMarital.SINGLE)
    assert (child.birth_place, child.religion, child.citizenship) == ("MADIUN", "ISLAM", "WNI")
    assert plan.change is not None
    assert plan.change.born == (NEW_NIK,)
    assert len(family.members) == 5


def test_the_certificate_says_what_was_told_and_the_kia_waits_for_its_number() -> None:
    certificate, card, kia = (ordered.content for ordered in planned(birth(), people.register()).documents)
    assert isinstance(certificate, BirthCertificate)
    assert (certificate.kind, certificate.late, certificate.birth_order, certificate.born_at) == (1, False, 3, "07:30")
    assert certificate.father is not None
    assert certificate.mother is not None
    assert (certificate.father.nik, certificate.mother.nik) == (HUSBAND, WIFE)
    assert isinstance(card, FamilyCard)
    assert isinstance(kia, ChildCard)
    assert kia.certificate_key == "akta_kelahiran"


def test_the_nik_is_of_the_district_where_the_family_lives() -> None:
    assert RULES["akta_lahir"].wishes(birth(), people.register()) == (NikWish("351908", date(2026, 11, 20), "L"),)


@pytest.mark.parametrize(("born_on", "late"), [("2026-09-25", False), ("2026-09-24", True)])
def test_a_report_is_late_after_sixty_days(born_on: str, *, late: bool) -> None:
    answers = {"born_on": born_on} | ({"late_reason": "Baru sempat"} if late else {})
    certificate = planned(birth(**answers), people.register()).documents[0].content
    assert isinstance(certificate, BirthCertificate)
    assert certificate.late is late


def test_a_couple_without_a_book_of_marriage_is_named_if_the_card_shows_them() -> None:
    request = birth(parents="married_unrecorded")
    assert codes(request, people.register()) == set()
    certificate = planned(request, people.register()).documents[0].content
    assert isinstance(certificate, BirthCertificate)
    assert certificate.kind == 2
    single = people.family(people.member(), people.wife(relation=Relation.OTHER_KIN, marital=KkMarital.SINGLE, marital_on=None))
    assert codes(request, people.register(single)) == {"couple_not_on_card"}


def test_a_child_of_a_mother_alone_has_no_father() -> None:
    head = people.member(marital=KkMarital.WIDOWED)
    mother = people.wife(relation=Relation.CHILD, marital=KkMarital.SINGLE, marital_on=None)
    register = people.register(people.family(head, mother))
    assert codes(alone(), register) == set()
    plan = planned(alone(), register)
    certificate, child = plan.documents[0].content, after(plan)[KK].member(NEW_NIK)
    assert isinstance(certificate, BirthCertificate)
    assert (certificate.kind, certificate.father) == (3, None)
    assert child is not None
    assert (child.father, child.relation) == ("-", Relation.GRANDCHILD)


def test_a_foundling_joins_the_card_of_who_reports_it() -> None:
    request = birth(parents="unknown", relation="family", mother_nik=None, father_nik=None)
    assert codes(request, people.register()) == set()
    plan = planned(request, people.register())
    certificate, child = plan.documents[0].content, after(plan)[KK].member(NEW_NIK)
    assert isinstance(certificate, BirthCertificate)
    assert (certificate.kind, certificate.father, certificate.mother) == (4, None, None)
    assert child is not None
    assert (child.relation, child.father, child.mother) == (Relation.OTHER, "-", "-")


@pytest.mark.parametrize(
    ("of_mother", "of_child"),
    [
        (Relation.WIFE, Relation.CHILD),
        (Relation.HEAD, Relation.CHILD),
        (Relation.CHILD, Relation.GRANDCHILD),
        (Relation.CHILD_IN_LAW, Relation.GRANDCHILD),
        (Relation.OTHER_KIN, Relation.OTHER_KIN),
        (Relation.SERVANT, Relation.OTHER_KIN),
    ],
)
def test_the_child_is_to_the_head_what_its_mother_makes_it(of_mother: Relation, of_child: Relation) -> None:
    others = () if of_mother is Relation.HEAD else (people.member(),)
    register = people.register(people.family(*others, people.wife(relation=of_mother)))
    child = after(planned(alone(), register))[KK].member(NEW_NIK)
    assert child is not None
    assert child.relation is of_child


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"mother_nik": HUSBAND, "father_nik": WIFE, "relation": "mother"}, "mother_sex_differs", "answers.mother_nik"),
        ({"mother_nik": HUSBAND, "father_nik": WIFE, "relation": "mother"}, "father_sex_differs", "answers.father_nik"),
        ({"mother_nik": DAUGHTER}, "mother_too_young", "answers.mother_nik"),
        ({"mother_nik": DAUGHTER, "born_on": "2016-01-01", "late_reason": "x"}, "child_older_than_parent", "answers.mother_nik"),
        ({"father_nik": SON, "born_on": "2020-01-01", "late_reason": "x"}, "father_too_young", "answers.father_nik"),
        ({"mother_nik": "3519084101900009"}, "not_in_register", "answers.mother_nik"),
        ({"relation": "mother"}, "relation_differs", "answers.relation"),
        ({"child_name": "rizki pratama", "born_on": "2013-02-03", "late_reason": "x"}, "child_already_registered", "answers.child_nik"),
        ({"born_on": "2013-02-03", "late_reason": "x"}, "plurality_differs", "registered[1].members[2]"),
        ({"born_on": "2013-04-03", "late_reason": "x"}, "births_too_near", "answers.born_on"),
        ({"born_on": "2009-01-01", "late_reason": "x"}, "adult_without_nik", "answers.born_on"),
        ({"witnesses": [WITNESSES[0], WITNESSES[0]]}, "witnesses_same", "answers.witnesses[1].nik"),
        ({"witnesses": [{"nik": HUSBAND, "name": "Slamet Darmawan"}, WITNESSES[0]]}, "witness_is_applicant", "answers.witnesses[0].nik"),
        ({"witnesses": [WITNESSES[0], {"nik": WIFE, "name": "Titik Fitriani"}]}, "witness_is_parent", "answers.witnesses[1].nik"),
        ({"witnesses": [WITNESSES[0], {"nik": SON, "name": "Rizki Pratama"}]}, "witness_under_age", "answers.witnesses[1].nik"),
        ({"witnesses": [{"nik": GUARDIAN, "name": "Lain Orang"}, WITNESSES[0]]}, "witness_name_differs", "answers.witnesses[0].name"),
    ],
)
def test_each_thing_that_is_wrong_is_named_with_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    assert fields(birth(**changes), people.register(people.family(), guardian_family())).get(code) == field


def test_twins_have_other_names() -> None:
    register = people.register()
    first = after(planned(birth(plurality="twin"), register))[KK]
    second = birth(plurality="twin", child_name="Bagas Darmawan", birth_order=4)
    assert codes(second, people.register(first)) == set()


def test_a_mother_of_sixty_one_is_only_looked_at() -> None:
    old = people.wife(born_on=date(1965, 1, 1))
    register = people.register(people.family(people.member(), old))
    assert codes(birth(), register) == {"mother_old"}
    assert codes(birth(), register, failures_only=True) == set()
    father = people.member(born_on=date(1960, 1, 1))
    assert codes(birth(), people.register(people.family(father, people.wife()))) == set()


def test_parents_who_are_not_a_couple_by_the_register() -> None:
    single = people.wife(relation=Relation.OTHER_KIN, marital=KkMarital.DIVORCED, marital_on=date(2020, 1, 1))
    assert codes(birth(), people.register(people.family(people.member(), single))) == {"parents_not_married"}
    other = people.wife(relation=Relation.OTHER_KIN, marital_on=date(2020, 1, 1))
    assert codes(birth(), people.register(people.family(people.member(), other))) == {"parents_not_spouses"}


def test_parents_on_two_cards_may_be_a_couple_whose_marriage_is_recorded() -> None:
    mother = people.wife(relation=Relation.HEAD)
    cards = (people.family(mother), guardian_family(people.member()))
    assert codes(birth(), people.register(*cards)) == {"parents_on_two_cards"}
    assert codes(birth(parents="married_unrecorded"), people.register(*cards)) == {"couple_not_on_card"}


def test_the_child_joins_the_card_of_its_mother() -> None:
    cards = (people.family(people.member()), guardian_family(people.wife(relation=Relation.HEAD)))
    assert "mother_not_on_card" in codes(birth(), people.register(*cards))


def known_child(**changes: Any) -> Application:
    answers = {"child_nik": DAUGHTER, "child_name": "Susi Wahyuni", "child_sex": "P", "born_on": "2016-05-05", "late_reason": "Lupa"}
    return birth(**(answers | changes))


def test_a_child_who_has_a_nik_gets_the_certificate_and_nobody_is_added() -> None:
    assert codes(known_child(), people.register()) == set()
    assert RULES["akta_lahir"].wishes(known_child(), people.register()) == ()
    plan = planned(known_child(), people.register())
    assert orders(plan) == [("akta_kelahiran", f"akta_kelahiran:{DAUGHTER}"), ("kia", f"kia:{DAUGHTER}")]
    (family,) = after(plan).values()
    assert [replace(row, birth_order=None, birth_kind=None) for row in family.members] == list(people.family().members)
    assert [row.birth_order for row in family.members] == [None, None, None, 3]
    assert plan.change is not None
    assert plan.change.born == ()


def test_an_adult_who_has_a_nik_gets_no_kia() -> None:
    grown = people.child(SON, date(2008, 2, 3))
    register = people.register(people.family(people.member(), people.wife(), grown))
    request = known_child(child_nik=SON, child_name="Rizki Pratama", child_sex="L", born_on="2008-02-03")
    assert codes(request, register, failures_only=True) == set()
    assert [product for product, _ in orders(planned(request, register))] == ["akta_kelahiran"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"child_name": "Siti Wahyuni"}, "child_name_differs"),
        ({"born_on": "2016-05-06"}, "child_birth_differs"),
        ({"child_sex": "L"}, "child_sex_differs"),
        ({"child_nik": GUARDIAN}, "child_not_on_card"),
    ],
)
def test_a_child_who_has_a_nik_is_as_registered(changes: dict[str, Any], code: str) -> None:
    assert code in codes(known_child(**changes), people.register(people.family(), guardian_family()))


def test_a_second_certificate_is_another_service() -> None:
    done = people.child(DAUGHTER, date(2016, 5, 5), name="SUSI WAHYUNI", sex="P", birth_certificate="3519-LU-01062016-0001")
    assert codes(known_child(), people.register(people.family(people.member(), people.wife(), done))) == {"certificate_exists"}


def test_nothing_follows_for_parents_whom_the_register_does_not_have() -> None:
    with pytest.raises(DomainError, match="not_in_register"):
        planned(birth(), people.register(people.family(people.wife(relation=Relation.HEAD))), numbers=[NEW_NIK])
    with pytest.raises(DomainError, match="not_in_register"):
        planned(birth(), Register.of([replace(people.family(), closed_on=TODAY)]), numbers=[NEW_NIK])


def stillbirth(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": WIFE,
        "kk_number": KK,
        "mother_nik": WIFE,
        "has_father": True,
        "father_nik": HUSBAND,
        "child_sex": "P",
        "stillborn_on": "2026-11-20",
        "stillborn_at": "03:10",
        "birth_place": "3577",
        "birth_facility": "hospital",
        "plurality": "twin",
        "birth_order": 3,
        "months": 8,
        "attendant": "doctor",
        "cause": "Tidak diketahui",
        "determined_by": "doctor",
        "witnesses": WITNESSES,
    }
    return application("lahir_mati", **{name: value for name, value in (answers | changes).items() if value is not None})


def test_a_stillbirth_gives_a_letter_and_changes_nothing() -> None:
    assert codes(stillbirth(), people.register()) == set()
    plan = planned(stillbirth(), people.register())
    assert [product for product, _ in orders(plan)] == ["lahir_mati"]
    assert plan.documents[0].about.startswith("lahir_mati:")
    assert plan.change is None
    letter = plan.documents[0].content
    assert isinstance(letter, StillbirthLetter)
    assert (letter.plurality, letter.months, letter.place) == ("KEMBAR 2", 8, "MADIUN")
    assert letter.father is not None
    assert (letter.mother.nik, letter.father.nik, letter.reporter.nik) == (WIFE, HUSBAND, WIFE)
    assert letter.mother.address.startswith("JL. DIPONEGORO NO. 81 RT 015 RW 008 ")


def test_a_stillbirth_of_a_mother_alone_names_no_father() -> None:
    letter = planned(stillbirth(has_father=False, father_nik=None), people.register()).documents[0].content
    assert isinstance(letter, StillbirthLetter)
    assert letter.father is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"months": 6}, "stillbirth_early"),
        ({"mother_nik": DAUGHTER, "nik": HUSBAND}, "mother_too_young"),
        ({"mother_nik": HUSBAND, "has_father": False, "father_nik": None, "nik": HUSBAND}, "mother_sex_differs"),
        ({"witnesses": [WITNESSES[0], {"nik": HUSBAND, "name": "Slamet Darmawan"}]}, "witness_is_parent"),
    ],
)
def test_each_thing_that_is_wrong_with_a_stillbirth_is_named(changes: dict[str, Any], code: str) -> None:
    assert code in codes(stillbirth(**changes), people.register())


def registered(**changes: Any) -> Application:
    """The certificate alone, of the son who has a NIK."""
    son = {"child_nik": SON, "child_name": "Rizki Pratama", "born_on": "2013-02-03", "late_reason": "Baru sempat"}
    return birth(**(son | changes))


def test_a_certificate_does_not_give_a_registered_child_another_father() -> None:
    son = replace(people.child(SON, date(2013, 2, 3)), father="SUPRIYADI WIBOWO")
    register = people.register(people.family(people.member(), people.wife(), son))
    assert "child_father_differs" in codes(registered(), register, failures_only=True)


def test_a_certificate_does_not_take_a_registered_childs_parents_away() -> None:
    son = people.child(SON, date(2013, 2, 3))
    register = people.register(people.family(people.member(), people.wife(), son))
    request = registered(parents="unknown", mother_nik=None, father_nik=None)
    assert {"child_father_differs", "child_mother_differs"} <= codes(request, register, failures_only=True)


def test_a_child_whose_mother_died_is_certified_as_hers_by_an_officer() -> None:
    """Her death was recorded first: without her the certificate would be that of a child of nobody."""
    mother = people.wife()
    family = replace(people.family(people.member(marital=KkMarital.WIDOWED)), former=(Former(mother, TODAY, Effect.DIED),))
    register = people.register(family)
    assert "person_closed" in codes(birth(), register, failures_only=True)
    content = planned(birth(), register).documents[0].content
    assert isinstance(content, BirthCertificate)
    assert content.mother is not None
    assert content.mother.nik == WIFE
    gone = replace(family, former=(Former(mother, TODAY),))
    with pytest.raises(DomainError) as refused:
        planned(birth(), people.register(gone))
    assert refused.value.code == "not_in_register"
