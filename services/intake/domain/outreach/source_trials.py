"""Two sources compared: which village gets which, by a hash, and who filed of those who chatted. Pure (ADR 53)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.intake.domain.outreach.funnel import FunnelStep, StepCounts
from services.intake.domain.outreach.sources import OutreachSource
from shared.errors import DomainError
from shared.trials import Arm, ArmCount, StoppingRule, arm_of

FEWEST: Final = 20  # people for each text: of fewer no interval says anything
MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class SourceTrial:
    """Two sources that are compared. `a`, `b`: their codes."""

    trial_id: str
    name: str
    a: str
    b: str
    rule: StoppingRule
    made_by: str
    made_at: datetime


def begin_trial(
    trial_id: str,
    name: str,
    pair: tuple[OutreachSource | None, OutreachSource | None],
    rule: StoppingRule,
    by: str,
    at: datetime,
    today: date,
) -> SourceTrial:
    """Return a new comparison, its rule said before anybody came.

    Raises:
        DomainError: `trial_name_missing`, `trial_source_unknown`, `trial_sources_same`, `trial_sources_differ`: not for one service;
            `trial_rule_wrong`: of too few or too many people, or of a day that is over.
    """
    one, other = pair
    if not name:
        raise DomainError("trial_name_missing")
    if one is None or other is None or not (one.is_running(today) and other.is_running(today)):
        raise DomainError("trial_source_unknown")
    if one.code == other.code:
        raise DomainError("trial_sources_same")
    if one.what.service != other.what.service:
        raise DomainError("trial_sources_differ")
    if not FEWEST <= (rule.per_arm or FEWEST) <= MOST or (rule.ends_on is not None and rule.ends_on <= today):
        raise DomainError("trial_rule_wrong")
    return SourceTrial(trial_id, name, one.code, other.code, rule, by, at)


def villages_by_arm(trial_id: str, villages: Sequence[str]) -> dict[Arm, list[str]]:
    """Return which villages get which of the two."""
    found: dict[Arm, list[str]] = {Arm.A: [], Arm.B: []}
    for village in villages:
        found[arm_of(trial_id, village)].append(village)
    return found


def arm_count(counts: StepCounts) -> ArmCount:
    """Return how many filed a request, of those who chatted by a source."""
    return ArmCount(counts.get(FunnelStep.SUBMITTED, 0), counts.get(FunnelStep.CHATTED, 0))
