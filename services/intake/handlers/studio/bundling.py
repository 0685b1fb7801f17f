"""Bundles ordered."""

from __future__ import annotations

from services.intake.domain.studio.bundles import BundleOrder, BundleState, PieceBundle
from services.intake.domain.studio.wishes import check_wish
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, FieldProblem


async def order_bundle(tx: Tx, deps: Deps, order: BundleOrder, by: str) -> PieceBundle:
    """Order a bundle; the same one is not ordered twice as long as its file is there, and one that was given up begins anew.

    Raises:
        BadInput: `piece_refused`: a piece of it can't be made.
    """
    kind = deps.studio.kinds.get(order.wish.kind)
    if kind is None or kind.form(order.form) is None or not order.villages:
        raise BadInput("piece_refused", problems=(FieldProblem("kind", "kind_unknown"),))
    for wish in order.wishes():
        check_wish(wish, deps.studio.kinds, deps.cards.of)
    at = deps.clock()
    bundle = PieceBundle(order.bundle_id, order, at, by, at + deps.bundles_kept)
    known = await tx.find_bundle(order.bundle_id)
    if known is None:
        tx.add_bundle(bundle)
        return bundle
    if known.state is BundleState.FAILED:
        tx.save_bundle(bundle)
        return bundle
    return known
