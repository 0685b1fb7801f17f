"""The rules of decisions about children: whose they are, who adopts them. Pure.

Sources: KHI article 103 and UU 1/1974 article 55 (asal usul), UU 35/2014 article 39 (adoption).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.intake.domain.court import CourtDecision, CourtParty
from shared.errors import FieldProblem


def check_origin(decision: CourtDecision, _today: date) -> Iterator[FieldProblem]:
    """Yield every problem of an asal usul anak: parents are older than their child."""
    born_on = _born_on(decision, "child")
    for role in ("father", "mother"):
        parent_born_on = _born_on(decision, role)
        if born_on is not None and parent_born_on is not None and parent_born_on >= born_on:
            yield FieldProblem(f"{role}.born_on", "child_older_than_parent", "A parent is older than the child.")


def check_adoption(decision: CourtDecision, _today: date) -> Iterator[FieldProblem]:
    """Yield every problem of an adoption: somebody adopts, who is not the natural parent."""
    adopters = [(role, person) for role, person in decision.persons if role.startswith("adoptive_")]
    if not adopters:
        yield FieldProblem("adoptive_mother", "adopter_missing", "Name the adoptive father, the adoptive mother, or both.")
    for role, person in adopters:
        natural = decision.text("birth_father_name" if role == "adoptive_father" else "birth_mother_name")
        if natural is not None and natural.casefold() == person.name.casefold():
            yield FieldProblem(f"{role}.name", "adopter_is_parent", "Nobody adopts their own child: the natural parent has this name.")


def _born_on(decision: CourtDecision, role: str) -> date | None:
    person = decision.answers.get(role)
    return person.born_on if isinstance(person, CourtParty) and isinstance(person.born_on, date) else None
