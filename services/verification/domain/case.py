"""A case: one request while the office judges it. Immutable; each act returns the next state and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.verification.domain.facts import CaseApproved, CaseFact, CaseRejected, CaseReturned
from services.verification.domain.family import Card
from services.verification.domain.finding import Finding
from services.verification.domain.identity import IDENTITY_UNPROVEN, LINKABLE_CHANNEL, SELFIE
from services.verification.domain.reasons import missing
from services.verification.domain.submission import Submission
from shared.errors import DomainError


class CaseState(StrEnum):
    """The state of a case. Nothing goes backwards; a returned case begins its next round when the corrected request comes in."""

    OPENED = "opened"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    ISSUED = "issued"


MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = MappingProxyType(
    {
        CaseState.OPENED: frozenset({CaseState.IN_REVIEW, CaseState.APPROVED, CaseState.RETURNED, CaseState.REJECTED}),
        CaseState.IN_REVIEW: frozenset({CaseState.APPROVED, CaseState.RETURNED, CaseState.REJECTED}),
        CaseState.APPROVED: frozenset({CaseState.ISSUED}),
        CaseState.RETURNED: frozenset({CaseState.OPENED}),
        CaseState.REJECTED: frozenset(),
        CaseState.ISSUED: frozenset(),
    },
)


FAMILY_CARD: Final = "kk"  # the product that changes what the register says of a family


@dataclass(frozen=True, slots=True)
class Case:
    """One request that the office judges. `round` counts how often it came in: 1, then +1 after each return."""

    submission: Submission
    state: CaseState
    opened_at: datetime
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Finding, ...] = ()
    round: int = 1
    task_id: str | None = None
    officer_id: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    document_id: str | None = None
    document_number: str | None = None
    issued_at: datetime | None = None
    card: Card | None = None
    """The approved card, if it changes the register: stored until the document is issued."""
    link_granted: bool = False
    """Whether the officer's decision linked the sender's contact to the person."""

    @property
    def id(self) -> str:
        """The request id."""
        return self.submission.request_id

    @property
    def is_unproven(self) -> bool:
        """Whether nobody vouches for the sender."""
        return any(finding.code == IDENTITY_UNPROVEN for finding in self.findings)

    @property
    def can_grant_link(self) -> bool:
        """Whether a decision may link the sender's contact to the person: it is a contact, and there is a selfie to compare."""
        return self.is_unproven and self.submission.channel == LINKABLE_CHANNEL and SELFIE in self.submission.attachment_kinds


def open_case(submission: Submission, *, at: datetime) -> Case:
    """Open a case for a request."""
    return Case(submission=submission, state=CaseState.OPENED, opened_at=at)


def reopen(case: Case, submission: Submission, *, at: datetime) -> Case:
    """Begin the next round of a returned case with the corrected request.

    Raises:
        DomainError: `case_not_returned`.
    """
    if case.state is not CaseState.RETURNED:
        raise DomainError("case_not_returned", f"The case is {case.state.value}.")
    return Case(submission=submission, state=CaseState.OPENED, opened_at=at, round=case.round + 1)


def review(case: Case, *, findings: tuple[Finding, ...], reasons: tuple[Finding, ...], task_id: str) -> Case:
    """Leave the case to the officers; the task is a document of its own."""
    return replace(_moved(case, CaseState.IN_REVIEW), findings=findings, reasons=reasons, task_id=task_id)


def judged(case: Case, findings: tuple[Finding, ...]) -> Case:
    """Record what the checks found."""
    return replace(case, findings=findings)


def approve(case: Case, card: Card, *, at: datetime, officer_id: str | None, grant_link: bool = False) -> tuple[Case, CaseFact]:
    """Approve the case, so that the document is made. `officer_id` None: by the rules alone."""
    changes_register = case.submission.decision is not None and case.submission.product == FAMILY_CARD
    moved = _moved(case, CaseState.APPROVED)
    kept = card if changes_register else None
    decided = replace(moved, decided_at=at, officer_id=officer_id, card=kept, link_granted=grant_link)
    proven = not case.is_unproven
    return decided, CaseApproved(case.submission, card, officer_id, at, is_proven=proven, link_granted=grant_link)


def return_to_sender(
    case: Case,
    reasons: tuple[Finding, ...],
    *,
    at: datetime,
    officer_id: str | None = None,
    note: str | None = None,
    grant_link: bool = False,
) -> tuple[Case, CaseFact]:
    """Return the case to its sender for what is missing or wrong.

    Raises:
        BadInput: `reason_missing`: the sender must know what to correct.
    """
    decided = _turned_down(case, CaseState.RETURNED, reasons, at=at, officer_id=officer_id, note=note)
    decided = replace(decided, link_granted=grant_link)
    return decided, CaseReturned(case.submission, reasons, at, note, officer_id, link_granted=grant_link)


def reject(
    case: Case, reasons: tuple[Finding, ...], *, at: datetime, officer_id: str | None = None, note: str | None = None
) -> tuple[Case, CaseFact]:
    """Reject the case: it belongs to another office, or the law forbids it.

    Raises:
        BadInput: `reason_missing`.
    """
    decided = _turned_down(case, CaseState.REJECTED, reasons, at=at, officer_id=officer_id, note=note)
    return decided, CaseRejected(submission=case.submission, reasons=reasons, at=at, note=note)


def issued(case: Case, *, document_id: str, document_number: str, at: datetime) -> Case:
    """Record the issued document. The same document again changes nothing.

    Raises:
        DomainError: `case_not_approved`, or `other_document_issued` when another document was recorded before.
    """
    if case.state is CaseState.ISSUED:
        if case.document_id != document_id:
            raise DomainError("other_document_issued", "The case already has another document.")
        return case
    if case.state is not CaseState.APPROVED:
        raise DomainError("case_not_approved", f"The case is {case.state.value}.")
    moved = _moved(case, CaseState.ISSUED)
    return replace(moved, card=None, document_id=document_id, document_number=document_number, issued_at=at)


def _turned_down(
    case: Case, state: CaseState, reasons: tuple[Finding, ...], *, at: datetime, officer_id: str | None, note: str | None
) -> Case:
    if not reasons:
        raise missing()
    return replace(_moved(case, state), reasons=reasons, decided_at=at, officer_id=officer_id, note=note)


def _moved(case: Case, state: CaseState) -> Case:
    if state not in MOVES[case.state]:
        raise DomainError("case_already_decided", f"A case that is {case.state.value} can't become {state.value}.")
    return replace(case, state=state)
