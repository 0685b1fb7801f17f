"""Pieces made, each with its source in the same unit of work."""

from __future__ import annotations

from services.intake.domain.studio.pieces import Piece, PieceWish, described
from services.intake.domain.studio.wishes import check_wish
from services.intake.handlers.outreach.managing import add_source
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import DomainError
from shared.reference.ideas import ideas


async def make_piece(tx: Tx, deps: Deps, wish: PieceWish, by: str) -> Piece:
    """Make the piece of a wish with a source of its own; the one that was made before is the same.

    Raises:
        BadInput: `piece_refused`, with every field that is wrong.
        DomainError: `piece_ended`: it was made before, and its source has been retired since.
    """
    check_wish(wish, deps.studio.kinds, deps.cards.of)
    known = await tx.find_piece(wish.piece_id)
    if known is not None:
        source = await tx.source(known.source)
        if not source.is_running(deps.clock().astimezone(WIB).date()):
            raise DomainError("piece_ended", about={"source": source.code})
        return known
    card = deps.cards.of.get(wish.service)
    subject = f"{ideas()[wish.idea].name}: {card.name}" if card else ideas()[wish.idea].name
    source = await add_source(tx, deps, described(wish, deps.studio.kinds[wish.kind], subject), by)
    piece = Piece(wish.piece_id, wish, source.code, source.made_at, by)
    tx.add_piece(piece)
    return piece
