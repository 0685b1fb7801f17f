"""Who may ask, for each relation that the files of the services name: shown by the register, disproved by it, or an officer's."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.verification.domain.askers import RELATIONS, check_asker
from services.verification.domain.checks import check_card
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.recorded import RecordedDecision, wards_by_guardian
from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.domain.submission import CourtChild, CourtParty
from shared.reference.catalogue import catalogue
from shared.reference.lists import code_list
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.applications import GUARDIAN, HOST_KK, after, guardian_family, planned
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE
from tests.unit.verification.test_birth_rules import birth, stillbirth
from tests.unit.verification.test_child_card_rules import asked as child_card
from tests.unit.verification.test_death_rules import death, succession
from tests.unit.verification.test_household_rules import lodging, wedding
from tests.unit.verification.test_moves_out import leaving, some

AUNT, COUSIN = "3519084101700007", "3519080102100008"


def whole() -> Register:
    """A family with an aunt and a cousin on the card, and a man on a card of his own whose father bears the head's name."""
    aunt = people.member(
        AUNT, name="SRI LESTARI", sex="P", born_on=date(1970, 1, 1), relation=Relation.OTHER_KIN, marital=KkMarital.WIDOWED
    )
    cousin = people.child(COUSIN, date(2010, 2, 1))
    cousin = replace(cousin, name="DIMAS", relation=Relation.OTHER_KIN, father="JOKO", mother="SRI LESTARI")
    elsewhere = replace(guardian_family().members[0], born_on=date(2009, 1, 1), father="SLAMET DARMAWAN")
    return people.register(people.family(*people.family().members, aunt, cousin), guardian_family(elsewhere))


def found(request: Application, register: Register | None = None) -> dict[str, str | None]:
    service = catalogue().get(request.first.service)
    findings = check_asker(request.first, service, RULES[service.effect].concerns, register or whole())
    return {finding.code: finding.field for finding in findings}


def lost(service: str, **changes: Any) -> Application:
    return Application((people.lost_card(service=service, **changes),))


def late(relation: str, nik: str, deceased: str = HUSBAND) -> Application:
    head = {} if deceased == HUSBAND else {"was_head": False, "remaining": None, "new_head_nik": None}
    papers = {"relation": relation, "nik": nik, "deceased_nik": deceased}
    return death(**(papers | head))


@pytest.mark.parametrize(
    "request_",
    [
        lost("ktp_hilang"),
        lost("kk_hilang", nik=WIFE),
        child_card(SON),
        wedding(),
        lodging((HUSBAND, "other_kin"), (SON, "other_kin"), nik=HUSBAND),
        lodging((SON, "other_kin"), nik=HUSBAND),
        stillbirth(nik=WIFE),
        stillbirth(nik=HUSBAND),
        birth(relation="family", nik=AUNT),
        birth(relation="father", nik=SON),
        late("spouse", WIFE),
        late("child", SON),
        late("parent", WIFE, SON),
        late("family", AUNT),
        succession(),
    ],
    ids=lambda request: f"{request.first.service}-{request.first.applicant.nik}-{request.first.answers.text('relation')}",
)
def test_what_the_register_shows_goes_on(request_: Application) -> None:
    """A birth's father and mother are held against the NIK by its own rules: `relation_differs`."""
    assert found(request_) == {}


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (lodging((AUNT, "other_kin"), nik=HUSBAND), "answers.nik"),
        (stillbirth(nik=AUNT), "answers.nik"),
        (late("spouse", AUNT), "answers.relation"),
        (late("child", AUNT), "answers.relation"),
        (late("child", COUSIN), "answers.relation"),
        (late("parent", AUNT, SON), "answers.relation"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.first.service}-{value.first.applicant.nik}",
)
def test_what_the_register_disproves_is_returned(request_: Application, field: str) -> None:
    assert found(request_) == {"asker_not_allowed": field}
    assert way_of("asker_not_allowed", RULES[request_.first.service].ways) is CaseRoute.RETURN


@pytest.mark.parametrize(
    "request_",
    [
        child_card(COUSIN),
        lodging((HUSBAND, "other_kin"), (AUNT, "other_kin"), nik=HUSBAND),
        lodging((COUSIN, "other_kin"), nik=HUSBAND),
        birth(relation="family", nik=GUARDIAN),
        birth(relation="proxy", nik=AUNT),
        late("spouse", GUARDIAN),
        late("child", GUARDIAN),
        late("family", GUARDIAN),
        late("neighbourhood_head", GUARDIAN),
        late("proxy", AUNT),
    ],
    ids=lambda request: f"{request.first.service}-{request.first.applicant.nik}-{request.first.answers.text('relation')}",
)
def test_what_it_can_not_show_is_an_officers(request_: Application) -> None:
    """A guardian, a proxy, and kin on another card: of them the register has names alone, which a namesake bears as well."""
    assert list(found(request_)) == ["asker_unproven"]
    assert way_of("asker_unproven", RULES[catalogue().get(request_.first.service).effect].ways) is CaseRoute.STAFF


def test_a_child_of_whom_the_register_names_no_parent_is_an_officers() -> None:
    foundling = replace(people.child(DAUGHTER, date(2016, 5, 5)), father="-", mother="-")
    register = people.register(people.family(people.member(), foundling))
    assert found(lodging((DAUGHTER, "other_kin"), nik=HUSBAND), register) == {"asker_unproven": "answers.nik"}


def test_each_relation_of_the_list_is_known() -> None:
    assert set(RELATIONS) == set(code_list("may_ask").rows)


def test_a_guardian_whom_a_court_gave_the_care_of_a_child_is_shown_and_of_no_other_child() -> None:
    register = replace(whole(), wards={HUSBAND: frozenset({COUSIN})})
    assert found(child_card(COUSIN), register) == {}
    assert list(found(child_card(COUSIN), replace(register, wards={HUSBAND: frozenset({DAUGHTER})}))) == ["asker_unproven"]
    assert list(found(child_card(AUNT), replace(register, wards={HUSBAND: frozenset({AUNT})}))) == ["asker_not_allowed"], (
        "no child any more"
    )


ORPHANS = {"nik": GUARDIAN, "remaining": "minors", "new_head_nik": None, "guardian_nik": GUARDIAN, "guardian_kk_number": HOST_KK}


def orphaned(*wards: str) -> Register:
    """Two children whose father was all they had, and the man who has by a court the care of some of them."""
    family = people.family(people.member(), *people.family().members[2:])
    return replace(people.register(family, guardian_family()), wards={GUARDIAN: frozenset(wards)})


def judged(request: Application, register: Register) -> set[str]:
    """What the checks of every service and the rules of this one find of who asks and what follows."""
    service = catalogue().get(request.first.service)
    card = check_card(request.first, service, register, today=people.TODAY)
    asker = check_asker(request.first, service, RULES[service.effect].concerns, register)
    return {finding.code for finding in (*card, *asker, *RULES[service.effect].check(request, register, people.TODAY))}


def test_children_who_are_left_alone_are_asked_for_by_the_guardian_whom_a_court_named() -> None:
    request = succession(**ORPHANS)
    assert judged(request, orphaned(SON, DAUGHTER)) == set()
    assert set(after(planned(request, orphaned(SON, DAUGHTER)))) == {HOST_KK, KK}
    assert judged(request, orphaned(SON)) >= {"nik_not_in_kk", "asker_unproven"}, "the care of one child is not that of both"
    assert judged(request, orphaned()) >= {"nik_not_in_kk", "asker_unproven"}
    assert judged(succession(nik=GUARDIAN), replace(whole(), wards={GUARDIAN: frozenset({SON, DAUGHTER, COUSIN})})) >= {"nik_not_in_kk"}, (
        "an adult is left, who asks for the family"
    )


def test_a_child_moves_when_its_guardian_asks_and_nobody_else_is_moved_by_that() -> None:
    register = replace(people.register(whole().by_kk[KK], guardian_family()), wards={GUARDIAN: frozenset({COUSIN})})
    alone = {"kind": "members", "minors_alone": True, "nik": GUARDIAN}
    assert judged(leaving(moving=some(COUSIN), **alone), register) == set()
    assert judged(leaving(moving=some(COUSIN, SON), **alone), register) >= {"nik_not_in_kk", "asker_unproven"}
    assert judged(leaving(moving=some(COUSIN, AUNT), **alone | {"minors_alone": False}), register) >= {"nik_not_in_kk", "asker_unproven"}


def test_the_card_of_a_child_is_asked_for_by_its_guardian_who_lives_elsewhere() -> None:
    register = people.register(whole().by_kk[KK], guardian_family())
    request = child_card(COUSIN, nik=GUARDIAN)
    assert {"nik_not_in_kk", "asker_unproven"} <= judged(request, register)
    assert {"nik_not_in_kk", "asker_unproven"}.isdisjoint(judged(request, replace(register, wards={GUARDIAN: frozenset({COUSIN})})))
    assert "nik_not_in_kk" in judged(child_card(SON, nik=GUARDIAN), replace(register, wards={GUARDIAN: frozenset({COUSIN})}))


def test_an_orphan_joins_the_card_of_the_guardian_whom_a_court_named() -> None:
    orphan = people.child(SON, date(2013, 2, 3), relation=Relation.HEAD)
    register = people.register(people.family(orphan), guardian_family())
    request = lodging((SON, "other_kin"), nik=GUARDIAN, minors_alone=True)
    assert {"nik_not_in_kk", "asker_unproven"} <= judged(request, register)
    assert judged(request, replace(register, wards={GUARDIAN: frozenset({SON})})) == set()
    assert set(after(planned(request, register))) == {HOST_KK, KK}
    assert "nik_not_in_kk" in judged(request, replace(register, wards={GUARDIAN: frozenset({DAUGHTER})}))


def guardianship(scope: str, nik: str = WIFE, *children: str) -> RecordedDecision:
    guardian = CourtParty(nik=nik, name="Titik Fitriani")
    ruling = people.ruling("perwalian", guardian=guardian, scope=scope, children=tuple(map(CourtChild, children or (COUSIN,))))
    return RecordedDecision("case-1", ruling, people.NOW)


def test_a_guardian_of_the_property_alone_asks_for_no_documents() -> None:
    assert (guardianship("both").wards, guardianship("person").relied_on_by) == (frozenset({COUSIN}), WIFE)
    assert guardianship("property").wards == frozenset()


def test_a_guardian_whom_a_court_replaced_asks_no_more_for_the_child() -> None:
    first = guardianship("both", WIFE, COUSIN, SON)
    later = guardianship("person", HUSBAND)
    later = replace(later, decision=replace(later.decision, decided_on=first.decision.decided_on + timedelta(days=1)))
    assert wards_by_guardian((first,)) == {WIFE: frozenset({COUSIN, SON})}
    assert wards_by_guardian((later, first)) == {WIFE: frozenset({SON}), HUSBAND: frozenset({COUSIN})}
    money = guardianship("property", AUNT)
    money = replace(money, decision=replace(money.decision, decided_on=first.decision.decided_on + timedelta(days=1)))
    assert wards_by_guardian((money, first)) == {WIFE: frozenset({COUSIN, SON})}, "who keeps the property takes no care of the child"


def test_of_other_decisions_nobody_is_a_ward() -> None:
    ruling = people.ruling("dispensasi_kawin", candidate=CourtParty(nik=SON, name="Rizki"), partner_name="X")
    kept = RecordedDecision("case-2", ruling, people.NOW)
    assert (kept.wards, kept.relied_on_by) == (frozenset(), SON)
