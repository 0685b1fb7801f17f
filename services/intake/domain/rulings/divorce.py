"""The rules that a divorce of a Religious Court must meet before the office records it. The office does not try the case again.

Sources: UU 7/1989 with UU 3/2006 and UU 50/2009 articles 66-84 (divorce), KHI article 131 (ikrar talak), UU 24/2013 article 40 (recording).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.intake.domain.court import CourtDecision
from services.intake.domain.rulings.every_kind import check_custody, check_marriage_day
from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CaseNumber
from shared.values import Malformed


def check_lawsuit(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    """Yield every problem of a divorce on the wife's petition: a pledge is none of it."""
    if decision.answers.get("pledge_on") is not None:
        yield FieldProblem("pledge_on", CourtFinding.PLEDGE_UNEXPECTED, "Only cerai_talak has an ikrar talak.")
    yield from _check_divorce(decision, today)


def check_repudiation(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    """Yield every problem of a divorce on the husband's petition: it is complete with his pledge only."""
    pledge_on = decision.day("pledge_on")
    if pledge_on is None:
        yield FieldProblem("pledge_on", CourtFinding.PLEDGE_MISSING, "cerai_talak is complete with the ikrar talak only.")
    elif pledge_on < decision.final_on:
        yield FieldProblem("pledge_on", "pledge_before_final", "The ikrar talak is read after the decision is final.")
    yield from _check_divorce(decision, today)


def _check_divorce(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    deed_on = decision.day("deed_on") or date.min
    yield from _deed_number(decision, deed_on)
    if deed_on < max(decision.final_on, decision.day("pledge_on") or decision.final_on):
        yield FieldProblem("deed_on", "deed_before_final", "An akta cerai is made after the decision is final and the talak pledged.")
    if deed_on > today:
        yield FieldProblem("deed_on", "deed_in_the_future", "The akta cerai is dated in the future.")
    yield from check_marriage_day(decision, "marriage_certificate_on")
    yield from check_custody(decision)


def _deed_number(decision: CourtDecision, deed_on: date) -> Iterator[FieldProblem]:
    try:
        deed = CaseNumber.parse(decision.text("deed_number") or "")
    except Malformed:
        yield FieldProblem("deed_number", "deed_number_malformed", "Expected such as 194/AC/2023/PA.Mdn.")
    else:
        if deed.kind != "AC":
            yield FieldProblem("deed_number", "deed_number_malformed", "The number of an akta cerai has AC in second place.")
        elif deed_on > date.min and deed.year != deed_on.year:  # a clerk's page asks before the day is filled in
            yield FieldProblem("deed_number", "deed_year_differs", "The year in the number is not that of deed_on.")
