"""Villages of which few are served, each with why, by what was counted; and what to do next. Pure (ADR 53).

On the way from a poster to a document there are four passages at which people are lost. A village is held against the whole regency: a
passage is why where more are lost there than could be by chance (the low end of Wilson's interval lies above the share of all). The first
one on the way counts, for what comes later rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from services.intake.domain.counting import SMALL
from services.intake.domain.outreach.funnel import FunnelStep, StepCounts
from services.intake.domain.outreach.participation import THOUSAND, VillageParticipation
from shared.intervals import wilson


class Why(StrEnum):
    """Why few of a village are served."""

    UNREACHED = "unreached"
    """Nobody came, or too few to say more."""
    NO_CHAT = "no_chat"
    """They open the page, and do not chat."""
    STOPPING = "stopping"
    """They begin, and stop at a question."""
    RETURNED = "returned"
    LATE = "late"
    FEW = "few"
    """They get through like everybody else; fewer come."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The number that shows it: so many of so many, and the share of the whole regency."""

    count: int
    of: int
    usual: float


@dataclass(frozen=True, slots=True)
class LaggingVillage:
    """A village with why. `is_clear`: whether fewer are served than chance alone would explain."""

    stands: VillageParticipation
    why: Why
    evidence: Evidence
    came: int
    is_clear: bool


_Lost: TypeAlias = Mapping[Why, tuple[int, int]]
"""Of each passage, how many were lost of how many, in the order of the way."""
_PASSAGES: Final = (Why.NO_CHAT, Why.STOPPING, Why.RETURNED, Why.LATE)
_COUNTED: Final = (
    FunnelStep.VISITED,
    FunnelStep.CHATTED,
    FunnelStep.STOPPED,
    FunnelStep.SUBMITTED,
    FunnelStep.RETURNED,
    FunnelStep.FINISHED,
    FunnelStep.LATE,
)


def lagging(stands: Mapping[str, VillageParticipation], counts: Mapping[str, StepCounts]) -> tuple[LaggingVillage, ...]:
    """Return the villages of which fewer are served than of the regency, or nobody, the lowest first.

    Args:
        stands: How each village stands in a period.
        counts: What was counted of each in it, as the funnel has it; a code that is no village counts for the regency alone.
    """
    whole = _summed(counts)
    usual = next(((each.per_thousand - each.gap) / THOUSAND for each in stands.values()), 0.0)
    low = [each for each in stands.values() if each.gap < 0 or not each.rated[0]]
    rows = [_judged(each, counts.get(each.village, {}), whole, usual) for each in low]
    return tuple(sorted(rows, key=lambda row: (row.stands.per_thousand, -row.stands.residents, row.stands.village)))


def _judged(stands: VillageParticipation, counts: StepCounts, whole: _Lost, usual: float) -> LaggingVillage:
    came = max(counts.get(FunnelStep.VISITED, 0), counts.get(FunnelStep.CHATTED, 0))
    served, residents = stands.rated
    is_clear = wilson(min(served, residents), residents).high < usual
    if came < SMALL:
        return LaggingVillage(stands, Why.UNREACHED, Evidence(came, stands.residents, 0.0), came, is_clear)
    for why, (lost, of) in _lost(counts).items():
        all_lost, all_of = whole[why]
        share = all_lost / all_of if all_of else 0.0
        if of >= SMALL and wilson(lost, of).low > share:
            return LaggingVillage(stands, why, Evidence(lost, of, share), came, is_clear)
    return LaggingVillage(stands, Why.FEW, Evidence(came, stands.residents, 0.0), came, is_clear)


def _lost(counts: StepCounts) -> _Lost:
    """Return what was lost at each passage. Who chats without the page before, by a poster's code, is not lost before it."""
    visited, chatted, stopped, submitted, returned, finished, late = (counts.get(step, 0) for step in _COUNTED)
    came = max(visited, chatted)
    found = ((came - chatted, came), (stopped, stopped + submitted), (returned, submitted), (late, finished))
    return {why: (min(lost, of), of) for why, (lost, of) in zip(_PASSAGES, found, strict=True)}


def _summed(counts: Mapping[str, StepCounts]) -> _Lost:
    each = [_lost(row) for row in counts.values()]
    return {why: (sum(row[why][0] for row in each), sum(row[why][1] for row in each)) for why in _PASSAGES}
