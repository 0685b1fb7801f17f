"""Somebody who has no NIK: who may be the same person already, what follows from the approval, and which card they stand on."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.checks import check_application
from services.verification.domain.contents import Biodata
from services.verification.domain.likeness import check_awaited, has_alike
from services.verification.domain.policy import CaseRoute, route
from services.verification.domain.recording import AwaitedChange
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application, CardWish, Likeness, NikWish
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.contracts.contents import BiodataContent
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import NEW_KK, NEW_NIK, TODAY, WITNESSES, after, application, codes, fields, orders, planned, recorded
from tests.support.families import HUSBAND, KK

HOME = {"home": "own", "street": "Dusun Krajan", "rt": 3, "rw": 2, "village": "3519081001"}


def newcomer(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "name": "Sumiyati Rahayu",
        "sex": "P",
        "birth_place": "3578",
        "born_on": "1971-07-01",
        "mother_name": "Marsinah",
        "religion": "islam",
        "blood_type": "unknown",
        "education": "primary_school",
        "occupation": "o009",
        "marital": "widowed",
        "card": "new",
        **HOME,
        "witnesses": WITNESSES,
    }
    return application("biodata", **{name: value for name, value in (answers | changes).items() if value is not None})


def joining(**changes: Any) -> Application:
    card = {"card": "join", "host_kk_number": KK, "host_nik": HUSBAND, "relation_to_head": "other_kin"}
    return newcomer(**dict.fromkeys(HOME), **card | changes)


def test_a_new_nik_is_of_the_district_of_registration_and_the_first_card_has_a_new_number() -> None:
    rules, register = RULES["biodata"], Register.of([])
    wishes = rules.wishes(newcomer(), register)
    assert wishes == (NikWish("351908", date(1971, 7, 1), "P"), CardWish("351908"))
    plan = planned(newcomer(), register)
    assert orders(plan) == [("biodata", f"biodata:{NEW_NIK}"), ("kk", f"kk:{NEW_KK}")]
    (family,) = after(plan).values()
    assert [(row.nik, row.relation, row.name) for row in family.members] == [(NEW_NIK, Relation.HEAD, "SUMIYATI RAHAYU")]
    assert (family.address, family.rt, family.village_code) == ("DUSUN KRAJAN", "003", "3519081001")
    assert plan.change is not None
    assert (plan.change.born, plan.change.basis.kind) == ((NEW_NIK,), "f_101")


def test_who_joins_a_family_stands_on_its_card_which_keeps_its_number() -> None:
    register = people.register()
    assert RULES["biodata"].wishes(joining(), register) == (NikWish("351908", date(1971, 7, 1), "P"),)
    plan = planned(joining(), register)
    assert orders(plan) == [("biodata", f"biodata:{NEW_NIK}"), ("kk", f"kk:{KK}")]
    family = recorded(plan, register)[KK]
    assert family.members[-1].nik == NEW_NIK
    assert family.members[-1].relation is Relation.OTHER_KIN
    assert len(family.members) == len(people.family().members) + 1


def test_the_sheet_says_what_form_f_108_asks() -> None:
    told = {"former_address": "Jalan Melati 5, Surabaya", "disability": "physical", "father_name": "Kasan", "father_nik": HUSBAND}
    content = planned(newcomer(**told), people.register()).documents[0].content
    assert isinstance(content, Biodata)
    wire = content_of(content)
    assert isinstance(wire, BiodataContent)
    assert (wire.person.nik, wire.kk_number, wire.person.mother, wire.person.father) == (NEW_NIK, NEW_KK, "MARSINAH", "KASAN")
    assert (wire.former_address, wire.disability, wire.father_nik) == ("JALAN MELATI 5, SURABAYA", "FISIK", HUSBAND)
    assert (wire.person.birth_place, wire.person.education) == ("SURABAYA", "SD/SEDERAJAT")


def test_it_is_never_automatic_and_the_sender_is_missed_no_nik() -> None:
    service, request = catalogue().get("biodata"), newcomer()
    found = check_application(request, service, Register.of([]), today=TODAY)
    assert {finding.code for finding in found if finding.is_failure} == {"identity_unproven", "attachment_missing"}, "no NIK is missed"
    everything = (*found[:1], *RULES["biodata"].check(request, Register.of([]), TODAY))
    assert route(everything, replace(service, automatic=True)).route is CaseRoute.STAFF
    assert service.needs_second(request.first.answers.values, TODAY)


@pytest.mark.parametrize(
    ("told", "is_perhaps"),
    [
        ({"name": "Titik Fitriyani", "born_on": "1990-04-19"}, True),
        ({"name": "Sumiyati Rahayu", "born_on": "1990-04-19", "mother_name": "Intan Azizah"}, True),
        ({"name": "Sumiyati Rahayu", "born_on": "1990-04-19", "mother_name": "Intan Azizah", "sex": "L"}, False),
        ({"name": "Titik Fitriyani", "born_on": "1990-04-20"}, False),
        ({"name": "Sumiyati Rahayu", "born_on": "1990-04-19"}, False),
    ],
)
def test_whoever_may_be_in_the_register_under_another_spelling_is_named(told: dict[str, str], *, is_perhaps: bool) -> None:
    request, register = newcomer(**told), people.register()
    assert ("person_perhaps_registered" in codes(request, register)) is is_perhaps
    (wanted,) = RULES["biodata"].people(request).alike
    assert has_alike(people.family(), [wanted]) is is_perhaps, "the store looks by the same rule"
    if is_perhaps:
        assert fields(request, register)["person_perhaps_registered"] == "registered[0].members[1]"


def test_somebody_who_left_the_register_is_named_without_a_row() -> None:
    gone = replace(people.family(), former=(Former(people.wife(nik="3519084107710009", name="SUMIYATI RAHAYU"), TODAY, Effect.LEFT),))
    request = newcomer(born_on="1990-04-19")
    assert has_alike(gone, [Likeness("SUMIYATI RAHAYU", date(1990, 4, 19), "P", "MARSINAH")])
    assert fields(request, Register.of([gone]))["person_perhaps_registered"] == "registered[0]"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (newcomer(born_on="2012-01-05", marital="single"), "head_is_child"),
        (joining(born_on="2012-01-05", marital="single"), "child_by_birth"),
        (joining(relation_to_head="head"), "relation_not_allowed"),
        (joining(relation_to_head="wife", marital="married", married_on="2000-01-01"), "relation_not_spouse"),
        (joining(host_nik="3519084505160001"), "host_is_child"),
        (newcomer(marital="married", married_on="1971-07-01"), "married_before_birth"),
        (newcomer(mother_nik=HUSBAND), "mother_sex_differs"),
    ],
)
def test_what_does_not_fit_is_found(request_: Application, code: str) -> None:
    assert code in codes(request_, people.register())


def test_a_wife_without_a_nik_joins_a_married_head_whose_wife_is_not_on_the_card() -> None:
    alone = people.family(people.member())
    request = joining(relation_to_head="wife", marital="married", married_on="2011-12-14")
    assert codes(request, Register.of([alone]), failures_only=True) == {"biometrics_needed"}
    assert after(planned(request, Register.of([alone])))[KK].members[-1].relation is Relation.WIFE
    single = people.family(people.member(marital=KkMarital.SINGLE, marital_on=None))
    with pytest.raises(DomainError, match="relation_not_allowed"):
        planned(request, Register.of([single]))


def test_nothing_follows_without_a_family_to_join() -> None:
    with pytest.raises(DomainError, match="not_in_register"):
        planned(joining(), Register.of([]), numbers=())


@pytest.mark.parametrize(
    ("given", "kept"), [("3519 lu 10052016 0007", "3519-LU-10052016-0007"), ("AL.716.0012345", "AL.716.0012345"), (None, None)]
)
def test_a_number_is_kept_as_it_is_looked_for_when_somebody_else_names_it(given: str | None, kept: str | None) -> None:
    request = newcomer(**{"birth_certificate_number": given} if given else {})
    (family,) = after(planned(request, Register.of([]))).values()
    assert family.head.birth_certificate == kept


@pytest.mark.parametrize(("known", "code"), [("birth_certificate", "certificate_of_another"), ("annulled", "certificate_void")])
def test_a_certificate_that_is_somebody_elses_or_void_is_not_written(known: str, code: str) -> None:
    akta = "3519-LU-10052016-0007"
    value: Any = akta if known == "birth_certificate" else (akta,)
    register = people.register(people.family(replace(people.member(), **{known: value}), people.wife()))
    request = newcomer(birth_certificate_number=akta)
    assert RULES["biodata"].people(request).certificates == (akta,)
    assert fields(request, register)[code] == "answers.birth_certificate_number"
    with pytest.raises(DomainError, match=code):
        planned(request, register)


def test_nobody_gets_a_second_nik_while_the_first_one_waits_for_its_documents() -> None:
    first = planned(newcomer(), Register.of([]))
    assert first.change is not None
    waiting = replace(Register.of([]), awaited=tuple(AwaitedChange(first.change, ()).newcomers("case-1")))
    other = planned(newcomer(name="Sumiati Rahayu"), waiting, numbers=("3519084107710002", "3519082411260002"))
    assert [finding.code for finding in check_awaited("case-2", other, waiting)] == ["register_change_pending"]
    assert not list(check_awaited("case-1", first, waiting)), "its own"
    stranger = planned(newcomer(name="Endang Lestari", mother_name="Painem"), waiting, numbers=("3519084107710002", "3519082411260002"))
    assert not list(check_awaited("case-2", stranger, waiting))
    assert RULES["biodata"].people(newcomer()).newcomers
