"""The events that verification publishes: facts as wire contracts. The only place that names the contracts."""

from __future__ import annotations

from typing import Any, assert_never

from services.verification.domain.documents import KeyedDocument
from services.verification.domain.facts import (
    CaseAnswered,
    CaseApproved,
    CaseRejected,
    CaseReturned,
    CitizenAsked,
    CitizenTold,
    Fact,
    PromiseMoved,
    RegisterChanged,
    RegisterStateChanged,
    TaskClaimed,
    TaskClosed,
    TaskOpened,
    TaskOverdue,
    TaskReleased,
)
from services.verification.domain.finding import Finding
from services.verification.domain.submission import Submission
from services.verification.events.contents import content_of as content_of
from shared.contracts import verification, verification_tasks
from shared.contracts.envelope import Event
from shared.reference.population import Effect


def to_event(fact: Fact) -> Event:
    """Return the event of a fact."""
    match fact:
        case CaseApproved():
            return _approved(fact)
        case CaseReturned() | CaseRejected() | CaseAnswered():
            return _ended(fact)
        case CitizenAsked() | CitizenTold() | PromiseMoved():
            return _in_review(fact)
        case RegisterChanged() | RegisterStateChanged():
            return _register_changed(fact)
        case TaskOpened():
            return verification_tasks.TaskOpened(
                **_request(fact.submission),
                products=fact.products,
                task_id=fact.task_id,
                reasons=_reasons(fact.reasons),
                opened_at=fact.at,
                due_at=fact.due_at,
                priority=fact.priority,
                place_at=fact.place_at,
            )
        case TaskClaimed() | TaskReleased() | TaskOverdue() | TaskClosed():
            return _task(fact)
        case _:
            assert_never(fact)


def _in_review(fact: CitizenAsked | CitizenTold | PromiseMoved) -> Event:
    submission = fact.submission
    if isinstance(fact, PromiseMoved):
        return verification.PromiseMoved(
            request_id=submission.request_id, receipt=submission.receipt, promised_at=fact.promised_at, moved_at=fact.at
        )
    named = _request(submission) | {"case_id": submission.case_id}
    if isinstance(fact, CitizenTold):
        how = {name: getattr(fact, name) for name in ("message_id", "visit_on", "visit_at", "promised_at")}
        told = verification.CitizenToldPersonal(contact=submission.contact, text=fact.text)
        return verification.CitizenTold(**named, **how, told_at=fact.at, personal=told)
    asked = verification.CitizenAskedPersonal(contact=submission.contact, text=fact.text)
    return verification.CitizenAsked(**named, question_id=fact.question_id, asked_at=fact.at, personal=asked)


def _task(fact: TaskClaimed | TaskReleased | TaskOverdue | TaskClosed) -> Event:
    named = {"task_id": fact.task.task_id, "request_id": fact.task.request_id, "receipt": fact.task.receipt}
    match fact:
        case TaskClaimed():
            return verification_tasks.TaskClaimed(**named, officer_id=fact.officer_id, claimed_at=fact.at, until=fact.until)
        case TaskReleased():
            return verification_tasks.TaskReleased(**named, stage=fact.stage, released_at=fact.at)
        case TaskOverdue():
            return verification_tasks.TaskOverdue(**named, level=fact.level, due_at=fact.due_at, noticed_at=fact.at)
        case TaskClosed():
            return verification_tasks.TaskClosed(**named, outcome=verification_tasks.TaskOutcome(fact.outcome), closed_at=fact.at)
        case _:
            assert_never(fact)


def _approved(fact: CaseApproved) -> verification.RequestApproved:
    submission = fact.submission
    return verification.RequestApproved(
        **_request(submission),
        case_id=submission.case_id,
        documents=tuple(document.key for document in fact.documents),
        decided_by=verification.Decider.AUTOMATIC if fact.officer_id is None else verification.Decider.STAFF,
        officer_id=fact.officer_id,
        approved_at=fact.at,
        vouching=submission.vouching if fact.is_proven else None,
        link_granted=fact.link_granted,
        personal=verification.RequestApprovedPersonal(
            contact=submission.contact, documents=tuple(map(_order, fact.documents)), residence=fact.residence
        ),
    )


def _order(document: KeyedDocument) -> verification.DocumentOrder:
    content = content_of(document.ordered.content)
    return verification.DocumentOrder(
        key=document.key,
        product=document.ordered.product,
        content_type=content.content_type,
        content=content.model_dump(mode="json"),
        holder_name=document.ordered.holder_name,
        about=document.ordered.about,
        replaces=document.ordered.replaces,
        annulled_by=document.ordered.annulled_by,
    )


def _ended(fact: CaseReturned | CaseRejected | CaseAnswered) -> Event:
    common: dict[str, Any] = {
        **_request(fact.submission),
        "products": fact.submission.products,
        "case_id": fact.submission.case_id,
        "reasons": _reasons(fact.reasons),
        "personal": verification.OfficerNotePersonal(contact=fact.submission.contact, note=fact.note),
    }
    if isinstance(fact, CaseRejected):
        return verification.RequestRejected(**common, rejected_at=fact.at)
    common |= {"officer_id": fact.officer_id, "link_granted": fact.link_granted}
    if isinstance(fact, CaseAnswered):
        return verification.RequestAnswered(**common, answered_at=fact.at)
    return verification.RequestReturned(**common, returned_at=fact.at, round=fact.submission.round)


def _register_changed(fact: RegisterChanged | RegisterStateChanged) -> verification.RegisterChanged | verification.RegisterStateChanged:
    if isinstance(fact, RegisterStateChanged):
        return verification.RegisterStateChanged(paused_since=fact.paused_since, changed_at=fact.at)
    entry = fact.entry
    return verification.RegisterChanged(
        request_id=entry.request_id,
        case_id=entry.case_id,
        service=entry.service,
        basis=entry.basis.kind,
        changed_at=entry.at,
        born=entry.count(Effect.BORN),
        died=entry.count(Effect.DIED),
        families_opened=entry.opened,
        families_closed=entry.closed,
        personal=verification.RegisterChangedPersonal(
            persons=tuple(
                verification.PersonChange(nik=person.nik, kk_number=person.kk_after, effect=person.effect) for person in entry.persons
            ),
            families=entry.families,
            cardless=entry.cardless,
        ),
    )


def _request(submission: Submission) -> dict[str, Any]:
    return {name: getattr(submission, name) for name in ("request_id", "receipt", "channel", "service")}


def _reasons(findings: tuple[Finding, ...]) -> tuple[verification.Reason, ...]:
    return tuple(verification.Reason(code=finding.code, field=finding.field) for finding in findings)
