"""Who is no longer in the register: kept, never printed as if present, an officer's when asked for."""

from dataclasses import replace

import pytest

from services.verification.domain.checks import check_membership
from services.verification.domain.family import card_for, record
from services.verification.domain.register import Former
from shared.errors import DomainError
from shared.reference.population import Relation
from tests.support import families as people


def test_a_closed_family_is_nobodys_and_what_is_issued_leaves_it_as_it_was() -> None:
    closed = replace(people.family(), closed_on=people.TODAY)
    register = people.register(closed)
    assert register.family_of(people.HUSBAND) is None
    assert people.HUSBAND in register.closed
    assert [finding.code for finding in check_membership(people.lost_card(), register, today=people.TODAY)] == ["family_closed"]
    with pytest.raises(DomainError, match="holder_not_in_register"):
        card_for(people.lost_card(), register)
    moved = people.family(people.member(), kk_number="3519081611230009")
    assert people.HUSBAND not in people.register(closed, moved).closed
    assert people.HUSBAND not in people.register(closed, moved).twice
    card = card_for(people.lost_card(kk_number=moved.kk_number), people.register(closed, moved))
    assert card.kk_number == moved.kk_number
    assert record(card, moved.kk_number, (closed, moved)) == ()


@pytest.mark.parametrize(
    ("kk_number", "code"), [(people.KK, "person_closed"), (None, "person_closed"), ("3519081611230009", "person_closed")]
)
def test_a_person_who_left_every_family_is_an_officers(kk_number: str | None, code: str) -> None:
    family = people.family(people.wife(relation=Relation.HEAD))
    family = replace(family, former=(Former(people.member(), people.TODAY),))
    request = people.lost_card(kk_number=kk_number)
    assert [finding.code for finding in check_membership(request, people.register(family), today=people.TODAY)] == [code]
