"""What follows from each kind of court decision but the divorce, and what keeps it from following: a case on each side of each line."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import BirthCertificate, SideNote
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.recording import ensure_sound
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, Plan
from services.verification.domain.services import RULES
from services.verification.domain.services.court_child import plan_origin
from services.verification.domain.services.court_marriage import check_confirmed, status_after
from services.verification.domain.submission import CourtChild, CourtDecision, CourtParty
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.decision_kinds import decision_kinds
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, TODAY, WIFE

NEW_KK = "3519082411260001"
HER_KK = "3519081611230005"
THIRD_KK = "3519081611230006"
AUNT = "3519084101800003"
ELDER, ELSEWHERE = "3519080101800009", "3519080101010001"
MAN = CourtParty(nik=HUSBAND, name="Slamet Darmawan")
WOMAN = CourtParty(nik=WIFE, name="Titik Fitriani")
BOY = CourtParty(nik=SON, name="Rizki Pratama")
WED = date(2009, 5, 1)
AKTA = "3519-LU-04052013-0007"


def applied(ruling: CourtDecision, *niks: str) -> Application:
    """The requests of these parties."""
    service = decision_kinds()[ruling.kind].service or ""
    products = tuple(dict.fromkeys(catalogue().get(service).products))
    return Application(tuple(people.divorce(nik, ruling=ruling, service=service, products=products) for nik in niks))


def found(ruling: CourtDecision, register: Register, *niks: str) -> set[tuple[str, str | None]]:
    application = applied(ruling, *niks)
    rules = RULES[application.first.service]
    return {(finding.code, finding.field) for finding in rules.check(application, register, TODAY) if finding.is_failure}


def planned(ruling: CourtDecision, register: Register, *niks: str) -> Plan:
    application = applied(ruling, *niks)
    rules = RULES[application.first.service]
    wishes = rules.wishes(application, register)
    plan = rules.plan(application, register, (NEW_KK,)[: len(wishes)], TODAY)
    assert plan.change is not None
    ensure_sound(plan.change, register.by_kk.values())
    return plan


def after(plan: Plan) -> dict[str, Family]:
    assert plan.change is not None
    return {family.kk_number: family for family in plan.change.families}


def rows(family: Family) -> dict[str, tuple[str, str]]:
    return {member.nik: (member.relation.value, member.marital.value) for member in family.members}


def products(plan: Plan) -> list[tuple[str, str | None]]:
    return [(ordered.product, ordered.holder_nik) for ordered in plan.documents]


def unrecorded() -> Register:
    """A couple on one card whose marriage is not recorded."""
    marital: dict[str, Any] = {"marital": KkMarital.MARRIED_UNRECORDED, "marital_on": None}
    return people.register(people.family(people.member(**marital), people.wife(**marital)))


def apart(*of_his: Any, his: Relation = Relation.HEAD, hers: Relation = Relation.HEAD) -> Register:
    """Two who are free, each on a card of their own."""
    single: dict[str, Any] = {"marital": KkMarital.SINGLE, "marital_on": None}
    mother = people.member(AUNT, name="BU TUA", sex="P", born_on=date(1960, 1, 1))
    his_rows = (*(() if his is Relation.HEAD else (mother,)), people.member(relation=his, **single), *of_his)
    her_rows = (*(() if hers is Relation.HEAD else (replace(mother, nik="3519084101600004"),)), people.wife(relation=hers, **single))
    return people.register(people.family(*his_rows), people.family(*her_rows, kk_number=HER_KK))


# ---- itsbat nikah


def itsbat(**changes: Any) -> CourtDecision:
    book = {"book_number": "12/34/X/2026", "book_on": date(2026, 10, 1)}
    own = {"husband": MAN, "wife": WOMAN, "married_on": WED, "husband_before": "single", "wife_before": "single"}
    return people.ruling("itsbat_nikah", **{"case_number": "7/Pdt.P/2026/PA.Kab.Mn", **own, **book, **changes})


def test_an_itsbat_records_the_marriage_from_its_old_day_and_gives_one_card_and_two_ktp() -> None:
    assert found(itsbat(), unrecorded(), HUSBAND, WIFE) == set()
    plan = planned(itsbat(), unrecorded(), HUSBAND, WIFE)
    (family,) = after(plan).values()
    assert {member.marital for member in family.members} == {KkMarital.MARRIED}
    assert {member.marital_on for member in family.members} == {WED}
    assert products(plan) == [("kk", HUSBAND), ("ktp", HUSBAND), ("ktp", WIFE)]
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("marriage_book", "12/34/X/2026")


@pytest.mark.parametrize(
    ("his", "hers", "number", "closed"),
    [
        (Relation.HEAD, Relation.HEAD, KK, {HER_KK}),
        (Relation.HEAD, Relation.CHILD, KK, set()),
        (Relation.CHILD, Relation.HEAD, HER_KK, set()),
        (Relation.CHILD, Relation.CHILD, NEW_KK, set()),
    ],
)
def test_a_couple_on_two_cards_goes_on_where_one_is_head_else_on_a_new_one(
    his: Relation, hers: Relation, number: str, closed: set[str]
) -> None:
    families = after(planned(itsbat(), apart(his=his, hers=hers), HUSBAND, WIFE))
    assert {HUSBAND, WIFE} <= set(rows(families[number]))
    assert {kk for kk, family in families.items() if family.closed_on} == closed
    relations = {relation for relation, _ in (rows(families[number])[nik] for nik in (HUSBAND, WIFE))}
    assert relations in ({"KEPALA KELUARGA", "ISTRI"}, {"KEPALA KELUARGA", "SUAMI"})


def test_who_is_left_behind_gets_a_card_that_goes_to_who_left() -> None:
    plan = planned(itsbat(), apart(his=Relation.CHILD, hers=Relation.CHILD), HUSBAND, WIFE)
    assert products(plan) == [("kk", HUSBAND), ("ktp", HUSBAND), ("ktp", WIFE), ("kk", HUSBAND), ("kk", WIFE)]


@pytest.mark.parametrize(
    ("changes", "register", "expected"),
    [
        ({"book_number": None, "book_on": None}, unrecorded(), ("marriage_book_missing", "decision.book_number")),
        ({}, people.register(), ("marriage_already_recorded", "decision")),
        ({"wife": replace(WOMAN, nik=AUNT)}, unrecorded(), ("spouse_not_in_register", "decision")),
        ({"wife": replace(WOMAN, nik=HUSBAND)}, unrecorded(), ("parties_same", "decision.wife.nik")),
        ({"wife": replace(WOMAN, name="Orang Lain")}, unrecorded(), ("name_differs", "decision.wife.name")),
        ({"court_code": "PN.Mjy"}, unrecorded(), ("court_not_competent", "decision.court_code")),
        ({"court_code": "PA.Mars"}, unrecorded(), ("court_unknown", "decision.court_code")),
        ({"final_on": date(2026, 11, 25)}, unrecorded(), ("decision_not_final", "decision.final_on")),
    ],
)
def test_what_an_itsbat_got_wrong(changes: dict[str, Any], register: Register, expected: tuple[str, str]) -> None:
    assert expected in found(itsbat(**changes), register, HUSBAND, WIFE)


def test_who_is_married_to_somebody_else_or_was_at_that_time_is_an_officers() -> None:
    register = apart(people.wife(nik=AUNT, name="ISTRI LAIN"))
    assert ("already_married", "decision.husband.nik") not in found(itsbat(), register, HUSBAND, WIFE)
    his = people.family(people.member(), people.wife(nik=AUNT, name="ISTRI LAIN"))
    hers = people.family(people.wife(relation=Relation.HEAD, marital=KkMarital.DIVORCED, marital_on=date(2012, 1, 1)), kk_number=HER_KK)
    seen = found(itsbat(), people.register(his, hers), HUSBAND, WIFE)
    assert {("already_married", "decision.husband.nik"), ("married_before_divorce", "decision.married_on")} <= seen


def test_which_way_the_childrens_certificates_take_is_an_officers_unless_the_office_says_otherwise() -> None:
    ruling = itsbat(children=(CourtChild(nik=SON),))
    marital: dict[str, Any] = {"marital": KkMarital.MARRIED_UNRECORDED, "marital_on": None}
    family = people.family(people.member(**marital), people.wife(**marital), people.child(SON, date(2013, 2, 3)))
    application, register = applied(ruling, HUSBAND, WIFE), people.register(family)
    assert found(ruling, register, HUSBAND, WIFE) == {("children_route_open", "decision.children")}
    lenient = replace(PRACTICE, itsbat_children_to_officer=False, itsbat_needs_book=False)
    assert [each for each in check_confirmed(application, register, TODAY, lenient) if each.is_failure] == []


# ---- pembatalan perkawinan


def annulled(**changes: Any) -> CourtDecision:
    own = {"husband": MAN, "wife": WOMAN, "husband_before": "single", "wife_before": "widowed", "ground": "x"}
    return people.ruling("pembatalan_perkawinan", **{**own, "children": (CourtChild(DAUGHTER, WIFE),), **changes})


def test_an_annulment_makes_both_what_they_were_and_parts_their_cards() -> None:
    assert found(annulled(), people.register(), HUSBAND, WIFE) == set()
    families = after(planned(annulled(), people.register(), HUSBAND, WIFE))
    assert rows(families[KK])[HUSBAND] == ("KEPALA KELUARGA", "BELUM KAWIN")
    assert rows(families[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", "CERAI MATI"), DAUGHTER: ("ANAK", "BELUM KAWIN")}
    assert {member.father for member in families[NEW_KK].members if member.nik == DAUGHTER} == {"SLAMET DARMAWAN"}


def test_what_is_printed_after_an_annulment_is_the_offices_choice() -> None:
    assert status_after(annulled(), "wife").marital is KkMarital.WIDOWED
    other = status_after(annulled(), "wife", replace(PRACTICE, annulled_as_before=False))
    assert (other.marital, other.since) == (KkMarital.DIVORCED, date(2026, 9, 16))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"children": (CourtChild(SON, AUNT),)}, ("custody_unknown", "decision.children[0].custody_nik")),
        ({"children": (CourtChild(AUNT, WIFE),)}, ("child_not_in_register", "decision.children[0].nik")),
        ({"wife": replace(WOMAN, nik=AUNT)}, ("not_in_register", "decision.wife.nik")),
    ],
)
def test_what_an_annulment_got_wrong(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    niks = (HUSBAND, AUNT) if "wife" in changes else (HUSBAND, WIFE)
    assert expected in found(annulled(**changes), people.register(), *niks)


# ---- hadhanah


def parted() -> Register:
    """Divorced parents on two cards, the children with the father."""
    single: dict[str, Any] = {"marital": KkMarital.DIVORCED, "marital_on": date(2024, 1, 1)}
    his = people.family(people.member(**single), *people.family().members[2:])
    return people.register(his, people.family(people.wife(relation=Relation.HEAD, **single), kk_number=HER_KK))


def custody(**changes: Any) -> CourtDecision:
    own = {"holder": WOMAN, "other_parent": MAN, "handed_over": True, "children": (CourtChild(nik=SON),)}
    return people.ruling("hadhanah", **{**own, **changes})


def test_a_child_moves_to_the_card_of_the_holder_and_the_other_one_stays() -> None:
    assert found(custody(), parted(), WIFE, HUSBAND) == set()
    plan = planned(custody(), parted(), WIFE, HUSBAND)
    families = after(plan)
    assert (set(rows(families[HER_KK])), set(rows(families[KK]))) == ({WIFE, SON}, {HUSBAND, DAUGHTER})
    assert rows(families[HER_KK])[SON] == ("ANAK", "BELUM KAWIN")
    assert products(plan) == [("kk", WIFE), ("kk", HUSBAND), ("kia", WIFE)]


@pytest.mark.parametrize(
    ("changes", "register", "expected"),
    [
        ({"handed_over": False}, parted(), ("handover_disputed", "decision.handed_over")),
        ({"holder": MAN, "other_parent": WOMAN}, parted(), ("child_is_there_already", "decision.children")),
        ({}, people.register(), ("parents_on_one_card", "decision")),
        ({"holder": replace(WOMAN, nik=AUNT)}, parted(), ("custody_holder_elsewhere", "decision.holder.nik")),
        ({"children": (CourtChild(nik=AUNT),)}, parted(), ("child_not_in_register", "decision.children[0].nik")),
    ],
)
def test_what_keeps_a_child_where_it_is(changes: dict[str, Any], register: Register, expected: tuple[str, str]) -> None:
    assert expected in found(custody(**changes), register, WIFE, HUSBAND)


def test_a_child_of_strangers_is_not_moved() -> None:
    stranger = people.child(AUNT, date(2015, 1, 1), name="ANAK ORANG")
    his = people.family(people.member(), replace(stranger, father="ORANG", mother="LAIN"))
    register = people.register(his, people.family(people.wife(relation=Relation.HEAD), kk_number=HER_KK))
    seen = found(custody(children=(CourtChild(nik=AUNT),)), register, WIFE, HUSBAND)
    assert ("child_not_of_parties", "decision.children[0].nik") in seen


def test_nothing_here_reckons_with_the_age_of_a_child() -> None:
    """KHI article 105 has twelve years; the court decided, and the office does not decide again."""
    for born_on in (date(2026, 1, 1), date(2014, 11, 25), date(2012, 1, 1)):
        son = replace(people.child(SON, born_on), mother="TITIK FITRIANI")
        his = people.family(people.member(), son)
        register = people.register(his, people.family(people.wife(relation=Relation.HEAD), kk_number=HER_KK))
        assert SON in rows(after(planned(custody(), register, WIFE, HUSBAND))[HER_KK])


# ---- asal usul anak


def motherly(**changes: Any) -> Register:
    """A child on the mother's card, of whom no father is known."""
    child = replace(people.child(SON, date(2013, 2, 3)), father="-", **changes)
    return people.register(people.family(people.member()), people.family(people.wife(relation=Relation.HEAD), child, kk_number=HER_KK))


def origin(**changes: Any) -> CourtDecision:
    own = {"child": BOY, "child_status": "legitimate", "father": MAN, "mother": WOMAN, "birth_order": 2}
    akta = {"certificate_number": AKTA}
    return people.ruling("asal_usul_anak", **{"case_number": "7/Pdt.P/2026/PA.Kab.Mn", **own, **akta, **changes})


def test_a_legitimate_child_gets_its_father_by_a_side_note_and_a_new_card() -> None:
    known = motherly(birth_certificate=AKTA)
    assert found(origin(), known, SON) == set()
    plan = planned(origin(), known, SON)
    note, card = plan.documents
    assert isinstance(note.content, SideNote)
    assert [(change.element, change.before, change.after) for change in note.content.changes] == [("Ayah", "-", "SLAMET DARMAWAN")]
    assert note.content.basis_issuer == "PENGADILAN AGAMA KABUPATEN MADIUN"
    assert (card.product, card.holder_nik) == ("kk", SON)
    assert {member.father for member in after(plan)[HER_KK].members if member.nik == SON} == {"SLAMET DARMAWAN"}


def test_a_father_whom_the_card_names_already_is_noted_without_a_change() -> None:
    note = planned(origin(), people.register(), SON).documents[0].content
    assert isinstance(note, SideNote)
    assert [person.name for person in note.persons] == ["SLAMET DARMAWAN"]
    assert note.changes == ()


def test_a_child_without_an_akta_gets_one_with_its_father() -> None:
    for plan in (
        planned(origin(certificate_number=None), motherly(), SON),
        plan_origin(applied(origin(), SON), motherly(), (), TODAY, replace(PRACTICE, origin_by_side_note=False)),
    ):
        content = plan.documents[0].content
        assert isinstance(content, BirthCertificate)
        assert (content.father and content.father.name, content.kind, content.birth_order, content.late) == ("SLAMET DARMAWAN", 1, 2, True)


@pytest.mark.parametrize(
    ("changes", "register", "expected"),
    [
        ({"child_status": "biological"}, motherly(), ("child_biological", "decision.child_status")),
        ({"mother": replace(WOMAN, nik=AUNT, name="Lain Lagi")}, motherly(), ("child_mother_differs", "decision.mother.name")),
        ({}, people.register(), ("father_named_already", "decision.father.name")),
        ({}, motherly(birth_certificate="3519-LU-01012013-0001"), ("certificate_number_differs", "decision.certificate_number")),
        ({"father": replace(MAN, nik=WIFE, name="Titik Fitriani")}, motherly(), ("sex_differs", "decision.father.nik")),
        ({}, motherly(born_on=date(1988, 7, 11)), ("child_older_than_parent", "decision.father.nik")),
        ({}, motherly(born_on=date(1999, 7, 11)), ("father_too_young", "decision.father.nik")),
    ],
)
def test_what_an_asal_usul_leaves_to_an_officer(changes: dict[str, Any], register: Register, expected: tuple[str, str]) -> None:
    assert expected in found(origin(**changes), register, SON)


def test_nothing_follows_of_a_biological_child_whatever_an_officer_says() -> None:
    with pytest.raises(DomainError, match="child_biological"):
        planned(origin(child_status="biological"), motherly(), SON)


# ---- pengangkatan anak


def adopted(**changes: Any) -> CourtDecision:
    own = {"child": CourtParty(nik=AUNT, name="Anak Angkat"), "adoptive_father": MAN, "adoptive_mother": WOMAN}
    akta = {"certificate_number": "3519-LU-04052020-0007"}
    return people.ruling("pengangkatan_anak", **{"case_number": "7/Pdt.P/2026/PA.Kab.Mn", **own, **akta, **changes})


def orphaned(child: Any = None) -> Register:
    """The adopters' card, and another with a child of other parents."""
    other = people.member(ELDER, name="ORANG LAIN")
    named: dict[str, Any] = {
        "name": "ANAK ANGKAT",
        "father": "ORANG LAIN",
        "mother": "IBU LAIN",
        "birth_certificate": "3519-LU-04052020-0007",
    }
    row = child or replace(people.child(AUNT, date(2020, 1, 1)), **named)
    return people.register(people.family(), people.family(other, row, kk_number=THIRD_KK))


def test_an_adopted_child_moves_to_its_adopters_and_keeps_its_parents() -> None:
    assert found(adopted(), orphaned(), AUNT) == set()
    plan = planned(adopted(), orphaned(), AUNT)
    assert [product for product, _ in products(plan)] == ["catatan_pinggir", "kk"]
    row = after(plan)[KK].member(AUNT)
    assert row is not None
    assert (row.relation, row.father, row.mother) == (Relation.CHILD, "ORANG LAIN", "IBU LAIN")
    note = plan.documents[0].content
    assert isinstance(note, SideNote)
    assert [(person.role, person.name) for person in note.persons] == [("Ayah angkat", "SLAMET DARMAWAN"), ("Ibu angkat", "TITIK FITRIANI")]
    assert note.changes == ()


@pytest.mark.parametrize(
    ("changes", "register", "expected"),
    [
        ({"child": BOY}, people.register(), ("adopter_is_parent", "decision.adoptive_father.nik")),
        (
            {"adoptive_mother": None, "adoptive_father": replace(MAN, nik=ELSEWHERE)},
            orphaned(),
            ("not_in_register", "decision.adoptive_father.nik"),
        ),
        ({"adoptive_mother": CourtParty(ELDER, "Orang Lain")}, orphaned(), ("adopters_not_spouses", "decision.adoptive_mother.nik")),
        ({"adoptive_mother": None, "adoptive_father": BOY}, orphaned(), ("adopter_too_young", "decision.adoptive_father.nik")),
        ({"certificate_number": "3519-LU-04052020-0008"}, orphaned(), ("certificate_number_differs", "decision.certificate_number")),
    ],
)
def test_what_an_adoption_got_wrong(changes: dict[str, Any], register: Register, expected: tuple[str, str]) -> None:
    nik = SON if "child" in changes else AUNT
    assert expected in found(adopted(**changes), register, nik)


# ---- perubahan nama


def renamed(**changes: Any) -> CourtDecision:
    own = {"person": MAN, "old_name": "SLAMET DARMAWAN", "new_name": "SLAMET WIJAYA", "certificate_number": "3519-LT-04052010-0009"}
    court = {"court_code": "PN.Mjy", "case_number": "32/Pdt.P/2026/PN Mjy"}
    return people.ruling("perubahan_nama", **{**own, **court, **changes})


def test_a_new_name_stands_in_the_register_on_the_akta_and_on_each_card() -> None:
    register = people.register(people.family(people.member(birth_certificate="3519-LT-04052010-0009"), people.wife()))
    assert found(renamed(), register, HUSBAND) == set()
    plan = planned(renamed(), register, HUSBAND)
    assert products(plan) == [("catatan_pinggir", HUSBAND), ("kk", HUSBAND), ("ktp", HUSBAND)]
    note = plan.documents[0].content
    assert isinstance(note, SideNote)
    assert (note.name, note.basis_issuer) == ("SLAMET DARMAWAN", "PENGADILAN NEGERI KABUPATEN MADIUN")
    head = after(plan)[KK].head
    assert (head.name, head.certified_name) == ("SLAMET WIJAYA", "SLAMET DARMAWAN")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"court_code": "PA.Kab.Mn"}, ("court_not_competent", "decision.court_code")),
        ({"new_name": "Slamet Darmawan"}, ("new_name_unchanged", "decision.new_name")),
        ({"new_name": "Dr. Slamet Wijaya"}, ("new_name_has_title", "decision.new_name")),
        ({"certificate_number": "belum ada"}, ("certificate_needed_first", "decision.certificate_number")),
        ({"person": replace(MAN, name="Orang Lain")}, ("name_differs", "decision.person.name")),
    ],
)
def test_what_a_change_of_name_got_wrong(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in found(renamed(**changes), people.register(), HUSBAND)


# ---- which way


@pytest.mark.parametrize("kind", [kind for kind in decision_kinds().values() if kind.service], ids=lambda kind: kind.id)
def test_a_wrong_court_is_refused_and_what_is_not_final_goes_back(kind: Any) -> None:
    ways = RULES[kind.service].ways
    assert way_of("court_not_competent", ways) is CaseRoute.REJECT
    assert way_of("decision_not_final", ways) is CaseRoute.RETURN
    assert way_of("handover_disputed", ways) is CaseRoute.STAFF
