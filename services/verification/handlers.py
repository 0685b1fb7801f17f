"""The use cases: load, decide, save, emit. No HTTP, no wire types, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain.case import Case, CaseState
from services.verification.domain.checks import check_request
from services.verification.domain.family import Card, card_for, record
from services.verification.domain.finding import Finding
from services.verification.domain.policy import CaseRoute, Verdict, route
from services.verification.domain.printing import check_printing, ensure_printable
from services.verification.domain.reasons import check_neutral, check_reasons
from services.verification.domain.register import Register
from services.verification.domain.submission import Submission
from services.verification.domain.task import Outcome, Task
from services.verification.ports import Deps, FileStream, Tx
from shared.clock import WIB
from shared.errors import BadInput, DomainError, FieldProblem, NotFound, Stale
from shared.logs import get

BY_THE_RULES: Final = "rules"  # who decided, in the log, when no officer did

_log = get("decisions")


class Act(StrEnum):
    """The kind of an officer's decision."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class TaskDecision:
    """An officer's decision. `version` is the one that was on the screen; `note` is a text for the citizen and may be personal.

    `grant_link`: the officer has compared the selfie, and the sender's contact is linked to the person from now on.
    """

    act: Act
    version: str
    reasons: tuple[Finding, ...] = ()
    note: str | None = None
    grant_link: bool = False


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all that an officer needs to decide it. `card` is None if the register has no family to print."""

    task: Task
    case: Case
    register: Register
    card: Card | None
    version: str


async def open_case(tx: Tx, deps: Deps, submission: Submission) -> None:
    """Open a case for a request, judge it, and approve, return, reject or give it to an officer.

    A returned request that comes in again, corrected, begins the next round of its case.

    Raises:
        NotFound: `unknown_service`.
        DomainError: `product_not_of_service`, or `case_not_returned` when the case is still open or decided.
    """
    service = deps.catalogue.get(submission.service)
    if submission.product not in service.products:
        raise DomainError("product_not_of_service", "The catalogue does not give this product with this service.")
    now = deps.clock()
    held = await tx.cases.find(submission.request_id)
    if held is None:
        case = cases.open_case(submission, at=now)
        tx.cases.add(case)
    else:
        case = cases.reopen(held, submission, at=now)
    register = await _register(tx, submission)
    findings = (*check_request(submission, service, register, today=_today(deps)), *check_printing(submission, register))
    tx.cases.save(_settle(tx, deps, cases.judged(case, findings), route(findings, service), register))


def _settle(tx: Tx, deps: Deps, case: Case, verdict: Verdict, register: Register) -> Case:
    now = deps.clock()
    if verdict.route is CaseRoute.STAFF:
        return _to_officers(tx, deps, case, verdict)
    if verdict.route is CaseRoute.APPROVE:
        settled, fact = cases.approve(case, card_for(case.submission, register), at=now, officer_id=None)
    elif verdict.route is CaseRoute.RETURN:
        settled, fact = cases.return_to_sender(case, verdict.reasons, at=now)
    else:
        settled, fact = cases.reject(case, verdict.reasons, at=now)
    tx.emit(fact)
    _log_decision(tx, settled)
    return settled


def _to_officers(tx: Tx, deps: Deps, case: Case, verdict: Verdict) -> Case:
    submission = case.submission
    promise = deps.catalogue.get(submission.service).promise
    due_at = submission.promised_at or deps.hours.promise(submission.submitted_at, promise)
    task, fact = tasks.open_task(deps.new_id(), submission, verdict.reasons, at=deps.clock(), due_at=due_at)
    tx.tasks.add(task)
    tx.emit(fact)
    return cases.review(case, findings=case.findings, reasons=verdict.reasons, task_id=task.id)


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """A document that issuance made. `kk_number` is the card's new number, if it got one."""

    request_id: str
    document_id: str
    document_number: str
    kk_number: str | None = None


async def record_document(tx: Tx, deps: Deps, document: IssuedReport) -> None:
    """Record the document of an approved case, and apply its card to the register.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `case_not_approved`, `other_document_issued`, or `kk_number_missing`.
    """
    case = await tx.cases.get(document.request_id)
    known = cases.issued(case, document_id=document.document_id, document_number=document.document_number, at=deps.clock())
    if known is case:
        return
    tx.cases.save(known)
    if case.card is not None:
        await _record_card(tx, case.card, document.kk_number or case.card.kk_number)


async def _record_card(tx: Tx, card: Card, kk_number: str | None) -> None:
    if kk_number is None:
        raise DomainError("kk_number_missing", "A card without a number was issued.")
    families = await tx.families.holding(kk_number, [member.nik for member in card.members])
    for family in record(card, kk_number, families):
        tx.families.put(family)


async def view_task(tx: Tx, _deps: Deps, task_id: str) -> TaskView:
    """Return everything about one task, with the version that a decision must carry.

    Raises:
        NotFound: `tasks_not_found`.
    """
    return await _view(tx, await tx.tasks.get(task_id))


async def claim_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Claim a task, or renew one's own claim; nobody else can claim or decide it until the claim expires.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `task_closed` or `task_claimed`.
    """
    task = tasks.claim(await tx.tasks.get(task_id), officer_id, at=deps.clock(), lease=deps.claim_lease)
    tx.tasks.save(task)
    return await _view(tx, task)


async def release_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Release a task.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: `task_closed` or `task_claimed` by another officer.
    """
    task = await tx.tasks.get(task_id)
    released = tasks.release(task, officer_id, at=deps.clock())
    if released != task:
        tx.tasks.save(released)
    return await _view(tx, released)


async def decide_task(tx: Tx, deps: Deps, task_id: str, officer_id: str, decision: TaskDecision) -> TaskView:
    """Decide a task in the version that the officer saw.

    Raises:
        NotFound: `tasks_not_found`.
        Stale: `version_stale`: the task or the register changed since; look again.
        BadInput: `reason_missing`, `reason_unknown`, `reason_not_for_this`, `reason_tells_register` or `link_not_grantable`.
        DomainError: `task_closed`, `task_not_claimed`, `nik_missing`, `holder_not_in_register`, `card_too_large` or `register_unprintable`.
    """
    check_reasons(decision.reasons, decision.act.value, needed=decision.act is not Act.APPROVE)
    seen = await _view(tx, await tx.tasks.get(task_id))
    now, grant = deps.clock(), decision.grant_link
    task, closed = tasks.close(seen.task, _OUTCOMES[decision.act], officer_id, at=now)
    if decision.version != seen.version:
        raise Stale("version_stale", "The task or the register changed since you looked at it.")
    _check_identity(seen.case, decision)
    if decision.act is Act.APPROVE:
        card = ensure_printable(card_for(seen.case.submission, seen.register))
        case, fact = cases.approve(seen.case, card, at=now, officer_id=officer_id, grant_link=grant)
    elif decision.act is Act.RETURN:
        case, fact = cases.return_to_sender(
            seen.case, decision.reasons, at=now, officer_id=officer_id, note=decision.note, grant_link=grant
        )
    else:
        case, fact = cases.reject(seen.case, decision.reasons, at=now, officer_id=officer_id, note=decision.note)
    tx.tasks.save(task)
    tx.cases.save(case)
    tx.emit(fact)
    tx.emit(closed)
    _log_decision(tx, case)
    return TaskView(task=task, case=case, register=seen.register, card=seen.card, version=_version(tx, task, seen.register))


def _check_identity(case: Case, decision: TaskDecision) -> None:
    """Check that the decision fits what is known of the sender.

    Raises:
        BadInput: `link_not_grantable` or `reason_tells_register`.
    """
    if decision.grant_link and (decision.act is Act.REJECT or not case.can_grant_link):
        detail = "Only with approve or return, of an unproven request of a chat that has a selfie (selfie_ktp)."
        raise BadInput("link_not_grantable", detail, (FieldProblem("grant_link", "link_not_grantable", detail),))
    if decision.act is not Act.APPROVE and case.is_unproven and not decision.grant_link:
        check_neutral(decision.reasons)


def _log_decision(tx: Tx, case: Case) -> None:
    """Log each decision after the commit: of which request, what, by whom, and why in codes."""
    submission = case.submission

    def say() -> None:
        _log.info(
            "request.decided",
            receipt=submission.receipt,
            request_id=submission.request_id,
            outcome=case.state.value,
            decider=case.officer_id or BY_THE_RULES,
            reasons=[reason.code for reason in case.reasons],
            round=case.round,
            vouched_by=submission.vouching.by if submission.vouching and not case.is_unproven else None,
            link_id=submission.vouching.link_id if submission.vouching and not case.is_unproven else None,
            link_granted=case.link_granted,
        )

    tx.on_commit(say)


async def open_attachment(tx: Tx, deps: Deps, task_id: str, file_id: str) -> FileStream:
    """Open an attachment of the task's case; files of other cases can't be opened this way.

    Raises:
        NotFound: `tasks_not_found`, `attachment_not_found`, or the file is no longer in intake.
        Transient: intake can't be reached.
    """
    task = await tx.tasks.get(task_id)
    case = await tx.cases.get(task.request_id)
    if all(attachment.file_id != file_id for attachment in case.submission.attachments):
        raise NotFound("attachment_not_found")
    return await deps.files.open(file_id)


_OUTCOMES = {Act.APPROVE: Outcome.APPROVED, Act.RETURN: Outcome.RETURNED, Act.REJECT: Outcome.REJECTED}


async def _view(tx: Tx, task: Task) -> TaskView:
    case = await tx.cases.get(task.request_id)
    register = await _register(tx, case.submission)
    return TaskView(task=task, case=case, register=register, card=_card(case, register), version=_version(tx, task, register))


def _card(case: Case, register: Register) -> Card | None:
    try:
        return card_for(case.submission, register) if case.state is CaseState.IN_REVIEW else None
    except DomainError:
        return None


def _version(tx: Tx, task: Task, register: Register) -> str:
    return f"{tx.tasks.version(task.id)}-{register.editions}"


async def _register(tx: Tx, submission: Submission) -> Register:
    kk_numbers = (submission.kk_number,) if submission.kk_number else ()
    return await tx.register(kk_numbers=kk_numbers, niks=submission.person_niks)


def _today(deps: Deps) -> date:
    return deps.clock().astimezone(WIB).date()
