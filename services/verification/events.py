"""Facts become wire contracts here, and nowhere else: the only place that names what verification publishes."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from services.verification.domain.facts import CaseApproved, CaseFact, CaseRejected, CaseReturned, TaskClosed, TaskFact, TaskOpened
from services.verification.domain.family import Card
from services.verification.domain.finding import Finding
from services.verification.domain.register import Member
from services.verification.domain.submission import Contact, Submission, Vouching
from shared.contracts import parts, verification
from shared.contracts.envelope import Event
from shared.errors import DomainError
from shared.reference.regions import find_regency, find_village


def to_event(fact: CaseFact | TaskFact) -> Event:
    """The event that tells this fact."""
    return _event(fact)


@singledispatch
def _event(fact: Any) -> Event:
    raise TypeError(type(fact).__name__)


@_event.register
def _(fact: CaseApproved) -> Event:
    automatic = fact.officer_id is None
    return verification.RequestApproved(
        **_request(fact.submission),
        decided_by=verification.Decider.AUTOMATIC if automatic else verification.Decider.STAFF,
        officer_id=fact.officer_id,
        approved_at=fact.at,
        vouching=_vouching(fact.submission.vouching) if fact.is_proven else None,
        link_granted=fact.link_granted,
        personal=verification.RequestApprovedPersonal(
            contact=_contact(fact.submission.contact),
            holder_nik=fact.submission.nik,
            card=family_card(fact.card),
        ),
    )


@_event.register
def _(fact: CaseReturned) -> Event:
    return verification.RequestReturned(
        **_request(fact.submission),
        reasons=_reasons(fact.reasons),
        returned_at=fact.at,
        officer_id=fact.officer_id,
        link_granted=fact.link_granted,
        personal=_turned_down(fact),
    )


@_event.register
def _(fact: CaseRejected) -> Event:
    return verification.RequestRejected(
        **_request(fact.submission), reasons=_reasons(fact.reasons), rejected_at=fact.at, personal=_turned_down(fact)
    )


@_event.register
def _(fact: TaskOpened) -> Event:
    submission = fact.submission
    return verification.TaskOpened(
        task_id=fact.task_id,
        request_id=submission.request_id,
        receipt=submission.receipt,
        channel=parts.Channel(submission.channel),
        service=submission.service,
        product=parts.Product(submission.product),
        reasons=_reasons(fact.reasons),
        opened_at=fact.at,
        due_at=fact.due_at,
    )


@_event.register
def _(fact: TaskClosed) -> Event:
    return verification.TaskClosed(
        task_id=fact.task_id,
        request_id=fact.request_id,
        receipt=fact.receipt,
        outcome=verification.TaskOutcome(fact.outcome),
        closed_at=fact.at,
    )


def _request(submission: Submission) -> dict[str, Any]:
    return {
        "request_id": submission.request_id,
        "receipt": submission.receipt,
        "case_id": submission.case_id,
        "channel": parts.Channel(submission.channel),
        "service": submission.service,
        "product": parts.Product(submission.product),
    }


def _reasons(findings: tuple[Finding, ...]) -> tuple[verification.Reason, ...]:
    return tuple(verification.Reason(code=finding.code, field=finding.field) for finding in findings)


def _turned_down(fact: CaseReturned | CaseRejected) -> verification.RequestTurnedDownPersonal:
    return verification.RequestTurnedDownPersonal(contact=_contact(fact.submission.contact), note=fact.note)


def _vouching(vouching: Vouching | None) -> parts.Vouching | None:
    if vouching is None:
        return None
    return parts.Vouching(by=parts.VouchedBy(vouching.by), link_id=vouching.link_id, level=vouching.level)


def _contact(contact: Contact) -> parts.Contact:
    return parts.Contact(
        channel=parts.Channel(contact.channel),
        address=contact.address,
        reference=contact.reference,
        last_inbound_at=contact.last_inbound_at,
    )


def family_card(card: Card) -> parts.FamilyCard:
    """The card as it is printed: codes become names, in capitals as on the KK.

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
