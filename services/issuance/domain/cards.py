"""Moves of cards over the board, and the blanks that they are printed on. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.issuance.domain.card_order import NEXT, CardMove, CardOrder, CardState
from services.issuance.domain.document import CardReady, Document, DocumentState
from services.issuance.domain.office import Pickup
from shared.errors import DomainError
from shared.reference.catalogue import catalogue

_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRTUVWXY"  # none that is read as another
_CODE_LENGTH: Final = 6  # 30^6: at the counter, before an officer, nobody tries seven hundred million of them
MOST_BLANKS: Final = 1_000_000  # of one kind: a typing mistake, not a delivery


class Receiver(StrEnum):
    """Who fetched a card."""

    HOLDER = "holder"
    PARENT = "parent"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class CardClerk:
    """Who moves a card: the account, and the name that colleagues know."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class BlankStock:
    """How many blank cards of one product there are."""

    product: str
    left: int = 0


def pickup_code(token: str) -> str:
    """Return the code on the slip. It follows from the token in the slip's QR code, and tells nothing of it."""
    number = int.from_bytes(hashlib.sha256(b"pickup " + token.encode()).digest())
    letters = []
    for _ in range(_CODE_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)


def is_code_of(document: Document, code: str) -> bool:
    """Return whether that is the code on this document's slip, however it was typed."""
    return "".join(filter(str.isalnum, code.upper())) == pickup_code(document.token)


def mark_printed(document: Document, *, seen: int, by: CardClerk, at: datetime) -> Document:
    """Note that it was printed.

    Raises:
        DomainError: `card_none`, `document_<state>` (its slip is not valid), `card_changed` (somebody was faster) or `card_<state>`.
    """
    return _moved(document, CardMove(CardState.PRINTED, at, by.staff_id, by.name), seen=seen)


def mark_ready(document: Document, *, pickup: Pickup, seen: int, by: CardClerk, at: datetime) -> tuple[Document, CardReady]:
    """Note that it is good and lies where it is fetched.

    Raises:
        DomainError: as `mark_printed`.
    """
    moved = _moved(document, CardMove(CardState.READY, at, by.staff_id, by.name), seen=seen)
    if document.contact is None:
        raise DomainError(f"document_{document.state}")
    return moved, CardReady(moved, _card(moved).prints, pickup, document.contact, at)


def spoil(document: Document, *, reason: str, seen: int, by: CardClerk, at: datetime) -> Document:
    """Send a printed card that is no good back to be printed again.

    Raises:
        DomainError: as `mark_printed`.
    """
    return _moved(document, CardMove(CardState.TO_PRINT, at, by.staff_id, by.name, reason), seen=seen)


def hand_over(
    document: Document, *, code: str, receiver: Receiver, old_card: bool | None, seen: int, by: CardClerk, at: datetime
) -> Document:
    """Hand it over to whoever shows the slip. `old_card`: whether the older card was taken back.

    Raises:
        DomainError: `pickup_code_wrong`, `old_card_unanswered` where there is one and nothing is said of it, or as `mark_printed`.
    """
    moved = _moved(document, CardMove(CardState.HANDED_OVER, at, by.staff_id, by.name, receiver, old_card), seen=seen)
    if not is_code_of(document, code):
        raise DomainError("pickup_code_wrong")
    if old_card is None and has_old_card(document):
        raise DomainError("old_card_unanswered")
    return moved


def has_old_card(document: Document) -> bool:
    """Return whether whoever fetches it has an older card, by its service; of a service that there is no more it is asked too."""
    service = catalogue().services.get(document.service)
    return service is None or service.old_card


def take_blank(stock: BlankStock) -> BlankStock:
    """Take one for a print.

    Raises:
        DomainError: `blanks_none`.
    """
    if stock.left <= 0:
        raise DomainError("blanks_none")
    return replace(stock, left=stock.left - 1)


def ran_low(before: BlankStock, after: BlankStock, *, low: int) -> bool:
    """Return whether there are too few since this print, and were enough before it: that is told once."""
    return after.left < low <= before.left


def add_blanks(stock: BlankStock, count: int) -> BlankStock:
    """Add what came in; below zero where a count found fewer.

    Raises:
        DomainError: `blanks_too_few` or `blanks_too_many`.
    """
    left = stock.left + count
    if left < 0:
        raise DomainError("blanks_too_few")
    if left > MOST_BLANKS:
        raise DomainError("blanks_too_many")
    return replace(stock, left=left)


def _moved(document: Document, move: CardMove, *, seen: int) -> Document:
    card = _card(document)
    if document.state is not DocumentState.ISSUED:
        raise DomainError(f"document_{document.state}")
    if card.seen != seen:
        raise DomainError("card_changed")
    if move.state not in NEXT[card.state]:
        raise DomainError(f"card_{card.state}")
    prints = card.prints + (move.state is CardState.PRINTED)
    return replace(document, card=replace(card, state=move.state, since=move.at, prints=prints, moves=(*card.moves, move)))


def _card(document: Document) -> CardOrder:
    if document.card is None:
        raise DomainError("card_none")
    return document.card
