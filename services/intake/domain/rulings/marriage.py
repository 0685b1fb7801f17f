"""The rules of decisions about a marriage: confirmed after the fact, or void. Pure.

Sources: KHI article 7 and Perma 1/2015 (itsbat), UU 1/1974 articles 22-28 and KHI articles 70-76 (annulment).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.intake.domain.court import CourtDecision
from services.intake.domain.rulings.every_kind import check_children, check_custody, check_marriage_day
from shared.errors import FieldProblem


def check_confirmation(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    """Yield every problem of an itsbat nikah. The book of the KUA comes with its number and its day, or not at all."""
    yield from check_marriage_day(decision, "married_on")
    number, book_on = decision.text("book_number"), decision.day("book_on")
    if (number is None) != (book_on is None):
        yield FieldProblem("book_on" if book_on is None else "book_number", "book_incomplete", "The buku nikah has a number and a day.")
    elif book_on is not None and book_on < decision.decided_on:
        yield FieldProblem("book_on", "book_before_decision", "The KUA issues the buku nikah on the decision, not before it.")
    yield from check_children(decision, today)


def check_annulment(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    """Yield every problem of an annulment."""
    yield from check_marriage_day(decision, "marriage_certificate_on")
    yield from check_custody(decision)
    yield from check_children(decision, today)


def check_polygamy(decision: CourtDecision, _today: date) -> Iterator[FieldProblem]:
    """Yield every problem of a leave for a further marriage: whom he has is not whom he will marry, and each is named once."""
    others, seen = {person.nik for _, person in decision.persons}, set[str]()
    for number, wife in enumerate(decision.rows("wives")):
        if wife.get("nik") in others | seen:
            yield FieldProblem(f"wives[{number}].nik", "wife_named_twice", "Each wife is named once, and is not the intended one.")
        seen.add(str(wife.get("nik")))
