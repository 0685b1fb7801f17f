"""The webhook: store what came, then handle statuses. Messages are the dialogue's (`chat.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.intake.domain.inflow import Kind, split
from services.intake.domain.messages import read_status
from services.intake.ports import Deps, SentMessage, Tx
from shared.logs import get

_log = get("inflow")


async def receive_webhook(deps: Deps, body: Any, digest: str, traceparent: str) -> int:
    """Store every piece of a signed body durably, in one round trip.

    Args:
        deps: The process.
        body: The parsed JSON, of any shape.
        digest: SHA-256 of the raw bytes.
        traceparent: The trace that everything of this body belongs to.

    Returns:
        How many pieces were new.

    Raises:
        Transient: the database is down; the provider sends it again.
    """
    pieces = split(body, digest)
    new = await deps.inflow.append(pieces, deps.clock(), traceparent)
    kinds = Counter(piece.kind.value for piece in pieces)
    _log.info("webhook.stored", new=new, repeated=len(pieces) - new, **{f"{kind}_count": kinds[kind] for kind in Kind if kinds[kind]})
    return new


async def prefetch_statuses(tx: Tx, keys: Sequence[str]) -> None:
    """Read at once what `handle_status` will ask for."""
    await tx.prefetch_pieces(keys)
    facts = [read_status(piece.content, piece.received_at) for piece in [await tx.piece(key) for key in keys] if piece.is_new]
    await tx.prefetch_sent_messages([fact.wamid for fact in facts if fact])


async def handle_status(tx: Tx, key: str) -> None:
    """Tell how far a message of ours came. A piece that was handled meanwhile is left alone; an unknown status is kept and not told."""
    piece = await tx.piece(key)
    if not piece.is_new:
        return
    fact = read_status(piece.content, piece.received_at)
    if fact is not None:
        sent = await tx.sent_message(fact.wamid) or SentMessage(fact.wamid)
        tx.keep_sent_message(replace(sent, statuses=(*sent.statuses, fact.status)))
        tx.publish(fact)
    tx.finish_piece(piece)
