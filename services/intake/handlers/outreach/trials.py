"""Comparisons of two sources, begun with the rule by which they are concluded."""

from __future__ import annotations

from services.intake.domain.outreach.source_trials import SourceTrial, begin_trial
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.ids import new_id
from shared.trials import StoppingRule


async def begin_source_trial(tx: Tx, deps: Deps, name: str, codes: tuple[str, str], rule: StoppingRule, by: str) -> SourceTrial:
    """Keep a comparison.

    Raises:
        DomainError: as `domain.outreach.source_trials.begin_trial`.
    """
    at = deps.clock()
    pair = (await tx.find_source(codes[0]), await tx.find_source(codes[1]))
    trial = begin_trial(new_id(), name, pair, rule, by, at, at.astimezone(WIB).date())
    tx.add_source_trial(trial)
    return trial
