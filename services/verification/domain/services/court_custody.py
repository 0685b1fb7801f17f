"""Custody that a Religious Court gives, first or anew: the child moves to the card of the holder. Pure.

Sources: KHI articles 105 and 156, Permendagri 108/2019. Whether a child is old enough to choose, or whose it should be, is never reckoned
here: only the operative words count. A child who has not been handed over is a dispute, and an officer's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.court import check_case, check_children, check_names, check_party
from services.verification.domain.finding import Finding, failure
from services.verification.domain.households import Households
from services.verification.domain.members import check_stayers
from services.verification.domain.orders import child_card, family_card
from services.verification.domain.parting import needed_decision, people_of_decision, relation_of_ward
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, Basis, Ordered, Plan, RegisterChange, Rules
from services.verification.domain.services.court_marriage import ORDER
from services.verification.domain.submission import CourtDecision
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    holders = [submission.applicant.nik for submission in application.submissions]
    for role in ("holder", "other_parent"):
        yield from check_party(decision, role, register, holders)
    yield from check_children(decision, register, today)
    if not decision.answers.is_yes("handed_over"):
        yield failure("handover_disputed", "decision.handed_over")
    yield from _check_move(decision, register, today)


def _check_move(decision: CourtDecision, register: Register, today: date) -> Iterator[Finding]:
    home, other = (register.family_of(decision.parties[role].nik) for role in ("holder", "other_parent"))
    if home is None:
        yield failure("custody_holder_elsewhere", "decision.holder.nik")
        return
    moving = _moving(decision, home)
    if home is other:
        yield failure("parents_on_one_card", "decision")
    elif not moving:
        yield failure("child_is_there_already", "decision.children")
    elif other is not None:
        yield from check_stayers(other, moving, "decision.children", today)


def _moving(decision: CourtDecision, home: Family) -> tuple[str, ...]:
    """Return the children who come to the holder's card. A party whom the decision names as a child as well does not move."""
    parties = {party.nik for party in decision.parties.values()}
    return tuple(child.nik for child in decision.children if child.nik not in parties and home.member(child.nik) is None)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    holder, other = needed(register, decision.parties["holder"].nik), needed(register, decision.parties["other_parent"].nik)
    home, left = needed_home(register, holder.nik), needed_home(register, other.nik)
    moving = _moving(decision, home)
    if home is left:
        raise DomainError("parents_on_one_card", "Holder and other parent are on one card: nobody moves.")
    if not moving or any(left.member(nik) is None for nik in moving):
        raise DomainError("child_is_there_already", "No child stands on the other parent's card.")
    households = Households((home, left))
    for nik in moving:
        households.move(nik, home.kk_number, relation_of_ward(holder.relation))
    families = households.families
    documents = tuple(_documents(families, (holder.nik, other.nik), moving, today))
    return Plan(documents, RegisterChange(families, Basis(ORDER, decision.decided_on, decision.case_number)))


def _documents(families: tuple[Family, ...], parties: tuple[str, str], moving: tuple[str, ...], today: date) -> Iterator[Ordered]:
    """Yield a card for each party, and one for each child that moved."""
    now = Register.of(families)
    for nik in parties:
        yield family_card(needed(now, nik), needed_home(now, nik))
    home = needed_home(now, parties[0])
    for nik in moving:
        yield replace(child_card(needed(now, nik), home, today), holder_nik=parties[0])


RULES: Final = Rules(
    people=people_of_decision,
    check=_check,
    plan=_plan,
    may_be_automatic=True,
    ways=MappingProxyType(
        {
            **dict.fromkeys((CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
            CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
        }
    ),
)
