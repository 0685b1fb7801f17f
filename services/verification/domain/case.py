"""A case: what the office judges as one. Immutable; each act returns the next state and the facts that follow from it.

It is one request, or all requests of a court case, which come in any order and are judged together when the last one is in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.verification.domain.answers import UnclearAnswer
from services.verification.domain.documents import CaseDocument, KeyedDocument, awaited
from services.verification.domain.facts import CaseAnswered, CaseApproved, CaseRejected, CaseReturned
from services.verification.domain.finding import Finding
from services.verification.domain.identity import IDENTITY_UNPROVEN, LINKABLE_CHANNEL, SELFIE
from services.verification.domain.reasons import missing
from services.verification.domain.recording import AwaitedChange
from services.verification.domain.rules import Application
from services.verification.domain.submission import Submission
from shared.errors import DomainError


class CaseState(StrEnum):
    """The state of a case. Nothing goes backwards; a returned case begins its next round when the corrected request comes in."""

    GATHERING = "gathering"
    OPENED = "opened"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    ANSWERED = "answered"
    UNRECORDED = "unrecorded"
    ISSUED = "issued"
    VOID = "void"


MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = MappingProxyType(
    {
        CaseState.GATHERING: frozenset({CaseState.OPENED}),
        CaseState.OPENED: frozenset({CaseState.IN_REVIEW, CaseState.APPROVED, CaseState.RETURNED, CaseState.REJECTED}),
        CaseState.IN_REVIEW: frozenset({CaseState.APPROVED, CaseState.RETURNED, CaseState.REJECTED, CaseState.ANSWERED}),
        CaseState.APPROVED: frozenset({CaseState.ISSUED, CaseState.UNRECORDED, CaseState.VOID}),
        CaseState.RETURNED: frozenset({CaseState.GATHERING, CaseState.OPENED}),
        CaseState.REJECTED: frozenset(),
        CaseState.ANSWERED: frozenset(),
        CaseState.UNRECORDED: frozenset({CaseState.ISSUED}),
        CaseState.ISSUED: frozenset(),
        CaseState.VOID: frozenset(),
    },
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about a case: who, when, with which words. `officer_id` None: the rules alone."""

    at: datetime
    officer_id: str | None = None
    note: str | None = None
    grant_link: bool = False
    first_officer_id: str | None = None
    """Who approved before, where it took two."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the office judges as one. `round` counts how often it came in: 1, then +1 after each return."""

    id: str
    submissions: tuple[Submission, ...]
    state: CaseState
    opened_at: datetime
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Finding, ...] = ()
    round: int = 1
    task_id: str | None = None
    officer_id: str | None = None
    returned_by: str | None = None
    """The officer who returned it last: they get it again, and it is not approved without one."""
    first_officer_id: str | None = None
    """Who approved it first, where the decision was a second one: mended, it is theirs again, so that the head stays the second."""
    decided_at: datetime | None = None
    note: str | None = None
    documents: tuple[CaseDocument, ...] = ()
    issued_at: datetime | None = None
    change: AwaitedChange | None = None
    """What the register becomes when all documents are issued."""
    conflict_at: datetime | None = None
    """Since when the change waits for a person: the register changed in between, or a document is void."""
    link_granted: bool = False
    """Whether the officer's decision linked the sender's contact to the person."""
    unclear: tuple[UnclearAnswer, ...] = ()
    """What the register answered and made no sense, when it was looked at last and did; kept when the register is mended."""

    @property
    def first(self) -> Submission:
        """The request, or the first of the court case."""
        return self.submissions[0]

    @property
    def application(self) -> Application:
        """What is judged."""
        return Application(self.submissions)

    @property
    def link_ids(self) -> tuple[str, ...]:
        """The links by which its senders are vouched for."""
        return tuple(each.vouching.link_id for each in self.submissions if each.vouching is not None and each.vouching.link_id)

    @property
    def is_unproven(self) -> bool:
        """Whether nobody vouches for the sender."""
        return any(finding.code == IDENTITY_UNPROVEN for finding in self.findings)

    @property
    def can_grant_link(self) -> bool:
        """Whether a decision may link the sender's contact to the person: it is a contact, and there is a selfie to compare."""
        return self.is_unproven and self.first.channel == LINKABLE_CHANNEL and SELFIE in self.first.attachment_kinds


def without_links(case: Case, ended: Collection[str]) -> Case:
    """Return the case with nobody vouching where that rests on a link that ended: who has the number now is not whom it was granted to."""
    lapsed = tuple(
        replace(each, vouching=None, sender_nik=None) if each.vouching is not None and each.vouching.link_id in ended else each
        for each in case.submissions
    )
    return case if lapsed == case.submissions else replace(case, submissions=lapsed)


def take_in(held: Case | None, submission: Submission, *, at: datetime) -> Case:
    """Take a request into its case: a new one, one that waits for the other requests of the court, or the next round of a returned one.

    It is OPENED once it is complete, else GATHERING. A request that is there already changes nothing.

    Raises:
        DomainError: `case_not_returned`: the case is judged, or was judged in this round already.
    """
    if held is None:
        return _gathered(Case(submission.case_key, (), CaseState.GATHERING, at, round=submission.round), submission)
    if held.state is CaseState.GATHERING and submission.round == held.round:
        return _gathered(held, submission)
    if held.state is not CaseState.RETURNED or submission.round <= held.round:
        raise DomainError("case_not_returned", f"The case is {held.state.value} in round {held.round}.")
    again = Case(held.id, (), CaseState.GATHERING, at, round=submission.round, returned_by=_returned_by(held))
    return _gathered(again, submission)


def _returned_by(case: Case) -> str | None:
    return case.first_officer_id or case.officer_id or case.returned_by


def _gathered(case: Case, submission: Submission) -> Case:
    if any(known.request_id == submission.request_id for known in case.submissions):
        return case
    wanted = submission.case_requests or (submission.request_id,)
    order = {request_id: place for place, request_id in enumerate(wanted)}
    held = sorted((*case.submissions, submission), key=lambda each: order.get(each.request_id, len(order)))
    gathered = replace(case, submissions=tuple(held))
    is_complete = order.keys() <= {each.request_id for each in held}
    return _moved(gathered, CaseState.OPENED) if is_complete else gathered


def review(case: Case, *, findings: tuple[Finding, ...], reasons: tuple[Finding, ...], task_id: str) -> Case:
    """Leave the case to the officers; the task is a document of its own."""
    return replace(_moved(case, CaseState.IN_REVIEW), findings=findings, reasons=reasons, task_id=task_id)


def judged(case: Case, findings: tuple[Finding, ...], unclear: tuple[UnclearAnswer, ...] = ()) -> Case:
    """Record what the checks found, and answers of the register that made no sense to them."""
    return replace(case, findings=findings, unclear=unclear or case.unclear)


def approve(
    case: Case, documents: tuple[KeyedDocument, ...], change: AwaitedChange | None, decided: Decided
) -> tuple[Case, tuple[CaseApproved, ...]]:
    """Approve the case, so that the documents of each of its requests are made."""
    moved = replace(_decided(case, CaseState.APPROVED, (), decided), documents=awaited(documents), change=change)
    facts = tuple(
        CaseApproved(
            submission,
            tuple(document for document in documents if document.request_id == submission.request_id),
            decided.officer_id,
            decided.at,
            is_proven=not case.is_unproven,
            link_granted=decided.grant_link,
        )
        for submission in case.submissions
    )
    return moved, facts


def return_to_sender(case: Case, reasons: tuple[Finding, ...], decided: Decided) -> tuple[Case, tuple[CaseReturned, ...]]:
    """Return the case to its sender for what is missing or wrong.

    Raises:
        BadInput: `reason_missing`: the sender must know what to correct.
    """
    moved = _turned_down(case, CaseState.RETURNED, reasons, decided)
    facts = tuple(
        CaseReturned(submission, reasons, decided.at, decided.note, decided.officer_id, link_granted=decided.grant_link)
        for submission in case.submissions
    )
    return moved, facts


def reject(case: Case, reasons: tuple[Finding, ...], decided: Decided) -> tuple[Case, tuple[CaseRejected, ...]]:
    """Reject the case: it belongs to another office, or the law forbids it.

    Raises:
        BadInput: `reason_missing`.
    """
    moved = _turned_down(case, CaseState.REJECTED, reasons, decided)
    return moved, tuple(CaseRejected(submission, reasons, decided.at, decided.note) for submission in case.submissions)


def answer(case: Case, reasons: tuple[Finding, ...], decided: Decided) -> tuple[Case, tuple[CaseAnswered, ...]]:
    """End a case of which nothing is made with an officer's answer in words."""
    moved = _decided(case, CaseState.ANSWERED, reasons, decided)
    facts = tuple(
        CaseAnswered(submission, reasons, decided.at, decided.note, decided.officer_id, link_granted=decided.grant_link)
        for submission in case.submissions
    )
    return moved, facts


def issued(case: Case, *, at: datetime) -> Case:
    """End the case: its documents are issued, and the register is what it said."""
    return replace(_moved(case, CaseState.ISSUED), issued_at=case.issued_at or at, change=None, conflict_at=None)


def voided(case: Case) -> Case:
    """End the case: each of its documents is void, and the register stays as it is."""
    return replace(_moved(case, CaseState.VOID), change=None)


def unrecorded(case: Case, *, at: datetime) -> Case:
    """Leave the change to a person: documents are issued, but not all of them, or the register changed in between."""
    return replace(_moved(case, CaseState.UNRECORDED), issued_at=at, conflict_at=at)


def awaiting(case: Case) -> AwaitedChange:
    """Return the change that waits for a person.

    Raises:
        DomainError: `change_not_waiting`.
    """
    if case.state is not CaseState.UNRECORDED or case.change is None:
        raise DomainError("change_not_waiting", f"The case is {case.state.value}.")
    return case.change


def _turned_down(case: Case, state: CaseState, reasons: tuple[Finding, ...], decided: Decided) -> Case:
    if not reasons:
        raise missing()
    return _decided(case, state, reasons, decided)


def _decided(case: Case, state: CaseState, reasons: tuple[Finding, ...], decided: Decided) -> Case:
    return replace(
        _moved(case, state),
        reasons=reasons or case.reasons,
        decided_at=decided.at,
        officer_id=decided.officer_id,
        first_officer_id=decided.first_officer_id,
        note=decided.note,
        link_granted=decided.grant_link,
    )


def _moved(case: Case, state: CaseState) -> Case:
    if state not in MOVES[case.state]:
        raise DomainError("case_already_decided", f"A case that is {case.state.value} can't become {state.value}.")
    return replace(case, state=state)
