"""The rules of a change of name by the Pengadilan Negeri. Pure.

Sources: UU 23/2006 article 52, Perpres 96/2018 article 53, Permendagri 73/2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.intake.domain.court import CourtDecision, CourtParty
from shared.errors import FieldProblem


def check_name(decision: CourtDecision, _today: date) -> Iterator[FieldProblem]:
    """Yield every problem of a change of name: it changes something, and begins with the name that the person has."""
    old, new, person = decision.text("old_name") or "", decision.text("new_name") or "", decision.answers.get("person")
    if new and new.casefold() == old.casefold():
        yield FieldProblem("new_name", "name_unchanged", "The new name is the old one.")
    if isinstance(person, CourtParty) and old and person.name.casefold() != old.casefold():
        yield FieldProblem("person.name", "old_name_differs", "The person is named as before the decision: old_name.")
