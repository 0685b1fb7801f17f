"""The use cases of cards: printed, ready, spoiled, handed over; blanks that came in."""

from __future__ import annotations

from services.issuance.domain import cards
from services.issuance.domain.cards import BlankStock, CardClerk, Receiver
from services.issuance.domain.document import Document
from services.issuance.ports import Deps, Tx
from shared import logs

_log = logs.get("cards")


async def mark_card_printed(tx: Tx, deps: Deps, document_id: str, *, seen: int, by: CardClerk) -> BlankStock | None:
    """Note that a card was printed; it takes a blank. Return the stock where it has run low with this print, which is logged as well.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: what `cards.mark_printed` raises, or `blanks_none`.
    """
    document = cards.mark_printed(await tx.get_document(document_id), seen=seen, by=by, at=deps.clock())
    before = await tx.blanks(document.product)
    after = cards.take_blank(before)
    await tx.keep_blanks(after)
    tx.save_document(document)
    if not cards.ran_low(before, after, low=deps.blanks_low):
        return None
    tx.on_commit(lambda: _log.warning("blanks.low", product=after.product, left=after.left, low=deps.blanks_low))
    return after


async def mark_card_ready(tx: Tx, deps: Deps, document_id: str, *, seen: int, by: CardClerk) -> Document:
    """Note that a card is good and lies ready, and emit the fact: its holder is told where and when it can be fetched.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: what `cards.mark_ready` raises.
    """
    document, fact = cards.mark_ready(await tx.get_document(document_id), pickup=deps.office.pickup, seen=seen, by=by, at=deps.clock())
    tx.save_document(document)
    tx.emit(fact)
    return document


async def spoil_card(tx: Tx, deps: Deps, document_id: str, *, reason: str, seen: int, by: CardClerk) -> Document:
    """Note that a printed card is no good: it is printed again on another blank.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: what `cards.spoil` raises.
    """
    document = cards.spoil(await tx.get_document(document_id), reason=reason, seen=seen, by=by, at=deps.clock())
    tx.save_document(document)
    return document


async def hand_over_card(
    tx: Tx, deps: Deps, document_id: str, *, code: str, receiver: Receiver, old_card: bool | None, seen: int, by: CardClerk
) -> Document:
    """Hand a card over to whoever shows the slip.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: what `cards.hand_over` raises.
    """
    document = cards.hand_over(
        await tx.get_document(document_id), code=code, receiver=receiver, old_card=old_card, seen=seen, by=by, at=deps.clock()
    )
    tx.save_document(document)
    return document


async def receive_blanks(tx: Tx, product: str, count: int) -> BlankStock:
    """Add blanks that came in; below zero where a count found fewer.

    Raises:
        DomainError: `blanks_too_few`.
    """
    stock = cards.add_blanks(await tx.blanks(product), count)
    await tx.keep_blanks(stock)
    return stock
