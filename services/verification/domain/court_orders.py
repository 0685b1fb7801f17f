"""A court's order (penetapan) on which a change rests, as a form names it. Pure.

The office records what a court decided and does not try it again; a report after the term is taken, and an officer sees that it is late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.submission import Answers, CourtDecision
from shared.reference.courts import find_court

ORDER: Final = "PENETAPAN PENGADILAN"
"""What a side note and a certificate call it."""
COURT_ORDER: Final = "court_order"
"""What the basis of a change that rests on it is called."""
_TERM: Final = timedelta(days=30)  # UU 24/2013 articles 49 and 50, UU 23/2006 article 47


@dataclass(frozen=True, slots=True)
class CourtOrder:
    """An order: its number, its day, the court."""

    number: str
    on: date
    court: str

    @property
    def noted(self) -> dict[str, Any]:
        """The fields of a side note or a certificate that rests on it."""
        return {"basis": ORDER, "basis_issuer": self.court, "basis_number": self.number, "basis_on": self.on}


def order_of(answers: Answers) -> CourtOrder | None:
    """Return the order that a form names in `order_number`, `order_on` and `order_court`; None where it names none."""
    number, on, court = answers.text("order_number"), answers.date("order_on"), answers.text("order_court")
    return CourtOrder(number, on, court.upper()) if number and on and court else None


def order_by(decision: CourtDecision) -> CourtOrder:
    """Return what a court decided and sent by itself, as an order."""
    court = find_court(decision.court_code)
    return CourtOrder(decision.case_number, decision.decided_on, (court.name if court else decision.court_code).upper())


def check_reported(happened_on: date | None, reported_on: date, field: str) -> Iterator[Finding]:
    """Warn where a report comes after the term of 30 days: it is late, and no reason to refuse it."""
    if happened_on is not None and reported_on - happened_on > _TERM:
        yield warning("reported_late", field)


def check_day(order: CourtOrder | None, born_on: date | None, field: str) -> Iterator[Finding]:
    """Check that the order is not older than the child."""
    if order is not None and born_on is not None and order.on < born_on:
        yield failure("order_before_birth", field)
