"""What can no longer be after the day of a death that the register was told of: a birth, a marriage, to ask, to witness."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.verification.domain.checks import check_card
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Family, Former, Member, Register
from services.verification.domain.services import RULES
from services.verification.store.registry import family_doc, family_from
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, KkMarital
from tests.support import families as people
from tests.support.applications import TODAY, WITNESSES, codes
from tests.support.families import HUSBAND, WIFE
from tests.unit.verification.test_birth_rules import birth
from tests.unit.verification.test_household_rules import wedding

BORN_ON = date(2026, 11, 20)
CERTIFICATE = "3519-KM-21112026-0003"


def bereft(late: Member, died_on: date | None, *, survivor: Member) -> Family:
    """The family of somebody whose spouse died."""
    widowed = replace(survivor, marital=KkMarital.WIDOWED)
    return replace(people.family(widowed), former=(Former(late, TODAY, Effect.DIED, died_on, CERTIFICATE if died_on else None),))


def of_late_father(died_on: date | None) -> Register:
    return people.register(bereft(people.member(), died_on, survivor=people.wife()))


@pytest.mark.parametrize(("days", "found"), [(0, False), (300, False), (301, True)])
def test_a_father_who_died_long_before_the_birth_is_an_officers(days: int, *, found: bool) -> None:
    register = of_late_father(BORN_ON - timedelta(days=days))
    request = birth(relation="mother", nik=WIFE)
    assert ("father_died_before" in codes(request, register, failures_only=True)) is found
    assert way_of("father_died_before", RULES["akta_lahir"].ways) is CaseRoute.STAFF


def test_a_death_of_which_the_register_knows_no_day_says_nothing_of_it() -> None:
    assert "father_died_before" not in codes(birth(relation="mother", nik=WIFE), of_late_father(None))


@pytest.mark.parametrize(("days", "found"), [(0, False), (1, True)])
def test_a_mother_who_died_before_the_birth_is_returned(days: int, *, found: bool) -> None:
    register = people.register(bereft(people.wife(), BORN_ON - timedelta(days=days), survivor=people.member()))
    assert ("mother_died_before" in codes(birth(), register)) is found
    for service in ("akta_lahir", "lahir_mati"):
        assert way_of("mother_died_before", RULES[service].ways) is CaseRoute.RETURN


def test_a_marriage_after_the_death_of_one_of_the_couple_is_returned() -> None:
    request = wedding(married_on="2026-11-21", wife_nik=WIFE)
    register = people.register(bereft(people.wife(), BORN_ON, survivor=people.member()))
    assert "married_after_death" in codes(request, register)
    assert "married_after_death" not in codes(wedding(married_on="2026-11-19", wife_nik=WIFE), register)
    assert way_of("married_after_death", RULES["kk_baru"].ways) is CaseRoute.RETURN


def test_a_dead_witness_is_returned() -> None:
    late = people.member(WITNESSES[0]["nik"], name=WITNESSES[0]["name"])
    theirs = replace(bereft(late, None, survivor=people.wife(nik="3519010203800009")), kk_number="3519010203150009")
    found = codes(birth(), people.register(people.family(), theirs))
    assert found == {"witness_is_dead"}
    assert way_of("witness_is_dead", RULES["akta_lahir"].ways) is CaseRoute.RETURN


@pytest.mark.parametrize("kk_number", [people.KK, None, "3519081611230009"])
def test_who_is_dead_can_not_ask(kk_number: str | None) -> None:
    request = people.lost_card(nik=HUSBAND, kk_number=kk_number)
    found = check_card(request, catalogue().get("kk_hilang"), of_late_father(BORN_ON), today=TODAY)
    assert [finding.code for finding in found] == ["applicant_is_dead"]
    assert way_of("applicant_is_dead", RULES["kk_hilang"].ways) is CaseRoute.RETURN


@pytest.mark.parametrize("died_on", [BORN_ON, None])
def test_the_register_stores_the_day_and_the_certificate(died_on: date | None) -> None:
    family = bereft(people.wife(), died_on, survivor=people.member())
    assert family_from(family_doc(family) | {"_id": family.kk_number, "version": 1}) == family
