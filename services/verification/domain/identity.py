"""Whose papers are these: whether somebody answers for the sender, so that the rules alone may decide (ADR 15). Pure."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.verification.domain.finding import Finding, failure
from services.verification.domain.register import Member, Register
from services.verification.domain.submission import Submission, Voucher
from shared.errors import DomainError
from shared.reference.population import ADULT_AGE_YEARS, KkMarital

UNPROVEN: Final = "identity_unproven"
SELFIE: Final = "selfie_ktp"
_CHAT: Final = "whatsapp"


def is_proven(submission: Submission, register: Register, *, today: date) -> bool:
    """Whether the sender may have this person's papers without anybody looking.

    The court and a client that proves people itself answer for whom they name. A linked contact answers for the linked person, who may ask
    for their own papers and, as an adult, for those of the same card.
    """
    vouch = submission.vouch
    if vouch is None:
        return False
    if vouch.by is not Voucher.LINK:
        return True
    if vouch.nik == submission.nik:
        return True
    family = register.family_of(submission.nik)
    sender = family.member(vouch.nik) if family and vouch.nik else None
    return sender is not None and _is_of_age(sender, today)


def _is_of_age(member: Member, today: date) -> bool:
    """17, or married before that (UU 23/2006 article 63)."""
    return member.age_on(today) >= ADULT_AGE_YEARS or member.marital is not KkMarital.SINGLE


def check_sender(submission: Submission, register: Register, *, today: date) -> tuple[Finding, ...]:
    """Find that nobody answers for the sender, and that the same document was given lately."""
    found = [] if is_proven(submission, register, today=today) else [failure(UNPROVEN)]
    if submission.repeats is not None:
        found.append(failure("repeated_recently"))
    return tuple(found)


def check_grant(submission: Submission) -> None:
    """Whether an officer can have compared a face with a KTP, on a contact that can be linked.

    Raises:
        DomainError: `link_not_possible`.
    """
    if submission.contact.channel != _CHAT or SELFIE not in submission.attachment_kinds:
        raise DomainError("link_not_possible", "Only a sender by chat who has sent a selfie with the KTP can be linked.")
