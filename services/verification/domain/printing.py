"""Whether a card can be published to issuance and printed: checked before it is approved, not after. Pure.

The limits are those of the contract `verification.request_approved.v1` and of the sheet (`shared.reference.printing`). The register may
hold more: older loads, large families, a divorce that joins children. Only an officer can help then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.verification.domain.family import Card, card_for
from services.verification.domain.finding import Finding, failure
from services.verification.domain.register import Register
from services.verification.domain.submission import Submission
from shared.errors import DomainError
from shared.reference.printing import LONGEST, MOST_MEMBERS, is_printable

_NUMBER_DIGITS: Final = 16  # of a NIK and of a KK number
_SEXES: Final = ("L", "P")
_CARD_TEXTS: Final = ("address", "rt", "rw", "postal_code")
_MEMBER_TEXTS: Final = tuple(column for column in LONGEST if column not in _CARD_TEXTS)


def check_printing(submission: Submission, register: Register) -> tuple[Finding, ...]:
    """Check the card that this request leads to. If there is none, other checks say why."""
    try:
        card = card_for(submission, register)
    except DomainError:
        return ()
    return tuple(check_card(card))


def check_card(card: Card) -> Iterator[Finding]:
    """Yield a failure for everything that can't be printed, named by its place on the card."""
    if not 1 <= len(card.members) <= MOST_MEMBERS:
        yield failure("card_too_large", "card.members")
    if card.kk_number is not None and not _is_number(card.kk_number):
        yield failure("register_unprintable", "card.kk_number")
    for column in _CARD_TEXTS:
        if not _fits(column, getattr(card, column)):
            yield failure("register_unprintable", f"card.{column}")
    for index, member in enumerate(card.members):
        place = f"card.members[{index}]"
        if not _is_number(member.nik):
            yield failure("register_unprintable", f"{place}.nik")
        if member.sex not in _SEXES:
            yield failure("register_unprintable", f"{place}.sex")
        for column in _MEMBER_TEXTS:
            if not _fits(column, getattr(member, column)):
                yield failure("register_unprintable", f"{place}.{column}")


def ensure_printable(card: Card) -> Card:
    """Return the card if it can be printed; called before approval.

    Raises:
        DomainError: `card_too_large` or `register_unprintable`: the register must be corrected first.
    """
    found = next(check_card(card), None)
    if found is not None:
        raise DomainError(found.code, f"{found.field} can't be printed. Mend the register, or return or reject the request.")
    return card


def _fits(column: str, text: str) -> bool:
    if len(text) > LONGEST[column]:
        return False
    return text.isprintable() if text.isascii() else is_printable(text)  # most texts are plain: no look-up by letter


def _is_number(text: str) -> bool:
    return len(text) == _NUMBER_DIGITS and text.isascii() and text.isdigit()
