"""A person on two cards: who moves them would be refused by the register, when the signed cards are out already."""

from datetime import date

import pytest

from shared.errors import DomainError
from shared.reference.population import Relation
from tests.support import families as people
from tests.support.applications import GUARDIAN, guardian_family, planned
from tests.support.families import HUSBAND
from tests.unit.verification.test_household_rules import GROOM, groom, grown, split


def test_who_stands_on_two_cards_is_moved_from_neither_before_the_register_is_mended() -> None:
    """The register would refuse it when the signed cards are out already (`register_conflict`); so it is refused before."""
    register = people.register(grown(), guardian_family(people.member(GUARDIAN, born_on=date(1985, 2, 15)), groom(relation=Relation.OTHER)))
    assert GROOM in register.twice
    with pytest.raises(DomainError) as refused:
        planned(split((GROOM, "head"), nik=HUSBAND), register)
    assert refused.value.code == "register_change_unsound"
