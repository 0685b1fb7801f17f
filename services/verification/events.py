"""The events that verification publishes: facts as wire contracts. The only place that names the contracts."""

from __future__ import annotations

from typing import Any, assert_never

from services.verification.domain.facts import CaseApproved, CaseFact, CaseRejected, CaseReturned, TaskClosed, TaskFact, TaskOpened
from services.verification.domain.family import Card
from services.verification.domain.finding import Finding
from services.verification.domain.register import Member
from services.verification.domain.submission import Submission
from shared.contracts import parts, verification
from shared.contracts.envelope import Event
from shared.errors import DomainError
from shared.reference.regions import find_regency, find_village


def to_event(fact: CaseFact | TaskFact) -> Event:
    """Return the event of a fact."""
    match fact:
        case CaseApproved():
            return _approved(fact)
        case CaseReturned():
            return verification.RequestReturned(
                **_turned_down(fact), returned_at=fact.at, officer_id=fact.officer_id, link_granted=fact.link_granted
            )
        case CaseRejected():
            return verification.RequestRejected(**_turned_down(fact), rejected_at=fact.at)
        case TaskOpened():
            return _task_opened(fact)
        case TaskClosed():
            return verification.TaskClosed(
                task_id=fact.task_id,
                request_id=fact.request_id,
                receipt=fact.receipt,
                outcome=fact.outcome,
                closed_at=fact.at,
            )
        case _:
            assert_never(fact)


def _approved(fact: CaseApproved) -> verification.RequestApproved:
    submission = fact.submission
    return verification.RequestApproved(
        **_request(submission),
        case_id=submission.case_id,
        decided_by=verification.Decider.AUTOMATIC if fact.officer_id is None else verification.Decider.STAFF,
        officer_id=fact.officer_id,
        approved_at=fact.at,
        vouching=submission.vouching if fact.is_proven else None,
        link_granted=fact.link_granted,
        personal=verification.RequestApprovedPersonal(
            contact=submission.contact, holder_nik=submission.holder_nik, card=family_card(fact.card)
        ),
    )


def _task_opened(fact: TaskOpened) -> verification.TaskOpened:
    return verification.TaskOpened(
        **_request(fact.submission), task_id=fact.task_id, reasons=_reasons(fact.reasons), opened_at=fact.at, due_at=fact.due_at
    )


def _turned_down(fact: CaseReturned | CaseRejected) -> dict[str, Any]:
    personal = verification.RequestTurnedDownPersonal(contact=fact.submission.contact, note=fact.note)
    return {
        **_request(fact.submission),
        "case_id": fact.submission.case_id,
        "reasons": _reasons(fact.reasons),
        "personal": personal,
    }


def _request(submission: Submission) -> dict[str, Any]:
    return {name: getattr(submission, name) for name in ("request_id", "receipt", "channel", "service", "product")}


def _reasons(findings: tuple[Finding, ...]) -> tuple[verification.Reason, ...]:
    return tuple(verification.Reason(code=finding.code, field=finding.field) for finding in findings)


def family_card(card: Card) -> parts.FamilyCard:
    """Return the card as it is printed: names for codes, in capitals as on the KK.

    Raises:
        DomainError: `village_unknown`: the register has a code that is no village of ours; nothing can be printed.
    """
    village = find_village(card.village_code)
    regency = find_regency(card.village_code)
    if village is None or regency is None:
        raise DomainError("village_unknown", "The register has a village code that is not in the reference.")
    return parts.FamilyCard(
        kk_number=card.kk_number,
        head_name=card.head.name,
        address=card.address,
        rt=card.rt,
        rw=card.rw,
        village_code=village.code,
        village=village.name.upper(),
        district=village.district.name.upper(),
        regency=regency.name.removeprefix("KAB. "),
        province=regency.province,
        postal_code=card.postal_code,
        members=tuple(_member(member) for member in card.members),
    )


def _member(member: Member) -> parts.FamilyMember:
    return parts.FamilyMember(
        nik=member.nik,
        name=member.name,
        sex=member.sex,
        birth_place=member.birth_place,
        born_on=member.born_on,
        religion=member.religion,
        education=member.education,
        occupation=member.occupation,
        blood_type=member.blood_type,
        marital_status=member.marital.value,
        marital_status_on=member.marital_on,
        relation=member.relation.value,
        citizenship=member.citizenship,
        passport=member.passport,
        kitap=member.kitap,
        father=member.father,
        mother=member.mother,
    )
