"""Who is married to whom on a card that says only what each is to the head."""

from dataclasses import replace
from datetime import date

import pytest

from services.verification.domain.kinship import are_partners, partners, relation_of_child
from services.verification.domain.register import Member
from shared.reference.population import KkMarital, Relation
from tests.support import families as people

FIRST, SECOND = date(2018, 1, 6), date(2020, 6, 1)


def grown(number: int, sex: str, relation: Relation, married_on: date | None) -> Member:
    row = people.member(f"35190801019500{number:02}", name=f"ANAK {number}", sex=sex, born_on=date(1995, 1, 1), relation=relation)
    return replace(row, marital=KkMarital.MARRIED, marital_on=married_on)


ELDER, YOUNGER = grown(1, "L", Relation.CHILD, FIRST), grown(2, "L", Relation.CHILD, SECOND)
HERS, YOUNGERS = grown(3, "P", Relation.CHILD_IN_LAW, FIRST), grown(4, "P", Relation.CHILD_IN_LAW, SECOND)


def test_of_two_couples_each_is_told_by_the_day_of_its_marriage() -> None:
    family = people.family(people.member(), people.wife(), ELDER, YOUNGER, HERS, YOUNGERS)
    assert partners(ELDER, family) == (HERS,)
    assert partners(YOUNGERS, family) == (YOUNGER,)
    assert not are_partners(ELDER, YOUNGERS, family)


def test_where_the_days_do_not_tell_nobody_is_guessed() -> None:
    undated = [replace(each, marital_on=None) for each in (ELDER, YOUNGER, HERS, YOUNGERS)]
    family = people.family(people.member(), people.wife(), *undated)
    assert partners(undated[0], family) == ()
    only = people.family(people.member(), people.wife(), undated[0], undated[2])
    assert partners(undated[0], only) == (undated[2],)


def test_a_couple_is_a_man_and_a_woman() -> None:
    daughter = grown(5, "P", Relation.CHILD, FIRST)
    family = people.family(people.member(), people.wife(), daughter, HERS)
    assert partners(daughter, family) == ()


def test_other_kin_are_a_couple_only_by_the_same_day() -> None:
    man, woman = grown(1, "L", Relation.OTHER_KIN, FIRST), grown(3, "P", Relation.OTHER_KIN, FIRST)
    assert partners(man, people.family(people.member(), man, woman)) == (woman,)
    undated = replace(woman, marital_on=None)
    assert partners(man, people.family(people.member(), man, undated)) == ()


def test_who_is_not_married_has_no_partner() -> None:
    widow = people.wife(marital=KkMarital.WIDOWED)
    assert partners(widow, people.family(people.member(), widow)) == ()


@pytest.mark.parametrize(
    ("of_parent", "of_child"),
    [(Relation.HUSBAND, Relation.CHILD), (Relation.CHILD, Relation.GRANDCHILD), (Relation.PARENT, Relation.OTHER_KIN)],
)
def test_the_relation_of_a_child_follows_its_parents(of_parent: Relation, of_child: Relation) -> None:
    assert relation_of_child(of_parent) is of_child
