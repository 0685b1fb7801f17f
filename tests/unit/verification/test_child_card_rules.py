"""A child's card made once more."""

from dataclasses import replace
from datetime import date

import pytest

from services.verification.domain.contents import ChildCard
from services.verification.domain.rules import Application
from shared.errors import DomainError
from tests.support import families as people
from tests.support.applications import application, codes, fields, orders, planned
from tests.support.families import HUSBAND, KK, SON

BABY = "3519084111240001"


def asked(child_nik: str = SON, *, turned_five: bool = True) -> Application:
    return application("kia_hilang", nik=HUSBAND, kk_number=KK, child_nik=child_nik, turned_five=turned_five)


def test_a_card_is_ordered_for_the_child_and_nothing_else_happens() -> None:
    register = people.register(people.family())
    assert codes(asked(), register) == set()
    plan = planned(asked(), register)
    assert (orders(plan), plan.change) == ([("kia", f"kia:{SON}")], None)
    (ordered,) = plan.documents
    assert isinstance(ordered.content, ChildCard)
    assert ordered.content.family.kk_number == KK


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("3519080101150002"), {"child_not_on_card": "answers.child_nik"}),
        (asked(SON, turned_five=False), {"turned_five_differs": "answers.turned_five"}),
        (asked(HUSBAND), {"too_old_for_child_card": "answers.child_nik"}),
    ],
    ids=["a stranger", "the age", "an adult"],
)
def test_what_does_not_fit_is_named(request_: Application, expected: dict[str, str]) -> None:
    assert fields(request_, people.register(people.family())) == expected


def test_a_small_child_needs_no_photo() -> None:
    baby = people.child(BABY, date(2024, 11, 1), sex="P")
    register = people.register(replace(people.family(), members=(*people.family().members, baby)))
    assert codes(asked(BABY, turned_five=False), register) == set()
    assert codes(asked(BABY, turned_five=True), register) == {"turned_five_differs"}


def test_without_the_child_there_is_nothing_to_order() -> None:
    with pytest.raises(DomainError):
        planned(asked("3519080101150002"), people.register(people.family()))
