"""Who may get a person's documents by the rules alone: senders who are vouched for. Pure.

Knowing a NIK and a KK number proves nothing: both stand on every copy that people hand out.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from services.verification.domain.register import Member, Register
from services.verification.domain.submission import Submission
from shared.reference.population import ADULT_AGE_YEARS, KkMarital
from shared.values import VouchedBy

IDENTITY_UNPROVEN: Final = "identity_unproven"
SELFIE: Final = "selfie_ktp"  # the attachment that an officer compares
LINKABLE_CHANNEL: Final = "whatsapp"  # its senders are contacts that intake can link


def is_vouched_for(submission: Submission, register: Register, *, today: date, only_self: bool = False) -> bool:
    """Return whether the sender is vouched for: by court, adapter, the registrar of the own village, or a link.

    The link is to the person or to an adult of the same card.
    `only_self`: nobody but the person may ask for this, so that a link to somebody else of the card proves nothing.
    """
    vouching = submission.vouching
    if vouching is None:
        return False
    if vouching.by is VouchedBy.DESK:
        return _lives_in(vouching.village, submission, register)
    if vouching.by is not VouchedBy.LINK:
        return True
    sender = submission.sender_nik
    if sender is None or sender == submission.applicant.nik:
        return sender is not None
    return not only_self and _is_adult_of_the_card(sender, submission, register, today)


def is_adult(member: Member, *, today: date) -> bool:
    """Return whether a person is 17 years old, or was ever married (UU 24/2013 article 63)."""
    return member.age_on(today) >= ADULT_AGE_YEARS or member.marital is not KkMarital.SINGLE


def _lives_in(village: str | None, submission: Submission, register: Register) -> bool:
    """Return whether by the register the applicant's card is one of this village."""
    return village is not None and residence_of(submission, register) == village


def residence_of(submission: Submission, register: Register) -> str | None:
    """Return the code of the village in which the applicant's card is by the register; None for one who is on two cards or on none."""
    nik = submission.applicant.nik
    card = register.family_of(nik) if nik and nik not in register.twice else None
    return card.village_code if card is not None else None


def _is_adult_of_the_card(sender: str, submission: Submission, register: Register, today: date) -> bool:
    """Return whether by the register, not by the sender, both are on one card. One who is on two cards doesn't count."""
    nik = submission.applicant.nik
    card = register.family_of(nik) if nik else None
    if card is None or not register.twice.isdisjoint((sender, nik)):
        return False
    member = card.member(sender)
    return member is not None and is_adult(member, today=today)
