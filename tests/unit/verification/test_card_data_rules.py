"""Other data on a KTP-el: the card alone where the register is right, else the family card too."""

from typing import Any

import pytest

from services.verification.domain.rules import Application
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from tests.support import families as people
from tests.support.applications import after, application, codes, fields, orders, planned
from tests.support.families import HUSBAND, KK


def change(element: str, value: str) -> dict[str, str]:
    return {"element": element, element: value}


def asked(*changes: dict[str, str], basis_kind: str = "lab_result", **more: Any) -> Application:
    basis = {"basis_kind": basis_kind, "basis_number": "LAB-77", "basis_on": "2026-11-02"}
    return application("ktp_ubah", nik=HUSBAND, kk_number=KK, card_is_right=False, changes=list(changes), **basis, **more)


def test_what_changes_on_the_card_changes_on_the_family_card() -> None:
    request = asked(change("blood_type", "ab"))
    assert codes(request, people.register()) == set()
    plan = planned(request, people.register())
    assert orders(plan) == [("kk", f"kk:{KK}"), ("ktp", f"ktp:{HUSBAND}")]
    assert {member.nik: member.blood_type for member in after(plan)[KK].members}[HUSBAND] == "AB"
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("lab_result", "LAB-77")


def test_a_card_that_is_behind_the_register_is_only_made_anew() -> None:
    request = application("ktp_ubah", nik=HUSBAND, kk_number=KK, card_is_right=True)
    assert codes(request, people.register()) == set()
    plan = planned(request, people.register())
    assert (orders(plan), plan.change) == ([("ktp", f"ktp:{HUSBAND}")], None)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked(change("blood_type", "o")), {"nothing_changes": "answers.changes[0].blood_type"}),
        (
            asked(change("blood_type", "ab"), change("blood_type", "a")),
            {"change_named_twice": "answers.changes[1].element"},
        ),
        (asked(change("religion", "hindu")), {"proof_does_not_fit": "answers.basis_kind"}),
    ],
    ids=["as it is", "twice", "another proof"],
)
def test_what_does_not_fit_is_named(request_: Application, expected: dict[str, str]) -> None:
    assert fields(request_, people.register()) == expected


def test_nothing_follows_where_the_register_says_it_already() -> None:
    with pytest.raises(DomainError, match="nothing_changes"):
        planned(asked(change("blood_type", "o")), people.register())


@pytest.mark.parametrize("element", ["name", "sex", "born_on", "education", "father"])
def test_what_needs_a_court_or_stands_on_no_ktp_is_not_taken(element: str) -> None:
    form = catalogue().get("ktp_ubah").form
    body = {"nik": HUSBAND, "kk_number": KK, "card_is_right": False, "changes": [{"element": element}]}
    _, problems = form.read(body, people.TODAY)
    assert ("answers.changes[0].element", "choice_unknown") in {(problem.field, problem.code) for problem in problems}
