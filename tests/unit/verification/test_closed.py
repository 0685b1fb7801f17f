"""Who is no longer in the register: kept, never printed as if present, an officer's when asked for."""

from dataclasses import replace

import pytest

from services.verification.domain.checks import check_card
from services.verification.domain.finding import Finding
from services.verification.domain.register import GONE, Former, Register
from services.verification.domain.rules import Application
from services.verification.domain.services.reprint import home_of
from services.verification.domain.submission import Submission
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, Relation
from tests.support import families as people


def found(request: Submission, register: Register) -> list[str]:
    findings: list[Finding] = list(check_card(request, catalogue().get("kk_hilang"), register, today=people.TODAY))
    return [finding.code for finding in findings]


def test_a_closed_family_is_nobodys_and_the_person_is_printed_from_where_they_are() -> None:
    closed = replace(people.family(), closed_on=people.TODAY)
    register = people.register(closed)
    assert register.family_of(people.HUSBAND) is None
    assert people.HUSBAND in register.closed
    assert found(people.lost_card(), register) == ["family_closed"]
    with pytest.raises(DomainError, match="holder_not_in_register"):
        home_of(Application((people.lost_card(),)), register)
    moved = people.family(people.member(), kk_number="3519081611230009")
    assert people.HUSBAND not in people.register(closed, moved).closed
    assert people.HUSBAND not in people.register(closed, moved).twice
    request = people.lost_card(kk_number=moved.kk_number)
    assert home_of(Application((request,)), people.register(closed, moved))[0] is moved


@pytest.mark.parametrize(
    ("reason", "code"), [(GONE, "person_closed"), (Effect.MOVED_OUT, "person_moved_out"), (Effect.DIED, "applicant_is_dead")]
)
def test_it_is_said_why_somebody_is_in_no_family(reason: str, code: str) -> None:
    family = replace(people.family(people.wife(relation=Relation.HEAD)), former=(Former(people.member(), people.TODAY, reason),))
    assert found(people.lost_card(), people.register(family)) == [code]


def test_who_came_back_and_died_is_dead() -> None:
    left = Former(people.member(), people.TODAY, Effect.MOVED_OUT, letter="SKPWNI/3519/01102026/0001")
    old = replace(people.family(people.wife(relation=Relation.HEAD)), former=(left,))
    new = replace(
        people.family(people.child(people.SON, people.TODAY, relation=Relation.HEAD), kk_number="3519081611230009"),
        former=(Former(people.member(), people.TODAY, Effect.DIED),),
    )
    register = people.register(old, new)
    assert (register.moved_out(people.HUSBAND), register.gone(people.HUSBAND)) == (None, "person_closed")
    assert found(people.lost_card(), register) == ["applicant_is_dead"]
    assert people.register(old).moved_out(people.HUSBAND) == left


@pytest.mark.parametrize(
    ("kk_number", "code"), [(people.KK, "person_closed"), (None, "person_closed"), ("3519081611230009", "person_closed")]
)
def test_a_person_who_left_every_family_is_an_officers(kk_number: str | None, code: str) -> None:
    family = people.family(people.wife(relation=Relation.HEAD))
    family = replace(family, former=(Former(people.member(), people.TODAY),))
    request = people.lost_card(kk_number=kk_number)
    assert found(request, people.register(family)) == [code]
