"""Keep what a court decided and nothing follows from, for whoever may rely on it."""

from __future__ import annotations

from services.verification.domain.recorded import RecordedDecision
from services.verification.ports import Tx


async def keep_decision(tx: Tx, recorded: RecordedDecision) -> None:
    """Keep a decision; the same again changes nothing."""
    await tx.recorded.keep(recorded)
