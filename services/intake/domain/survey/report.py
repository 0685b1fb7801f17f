"""What the survey found in some months: the index, its parts, who answered, without what would tell of single people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.intake.domain.survey.counting import SurveyTally, VillageTally, together
from services.intake.domain.survey.index import ElementIndex, SatisfactionIndex, index_of, response_rate
from services.intake.domain.survey.invitations import SurveyRules

WEAKEST = 3


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One row: a service, a month, or a village by its code.

    `index`: None where nobody answered, or so few that it is not shown (`is_hidden`).
    `asked`: 0 of a village: who is asked is counted by month and service alone.
    """

    name: str
    asked: int
    answered: int | None
    index: SatisfactionIndex | None
    is_hidden: bool
    is_small: bool

    @property
    def value(self) -> Decimal | None:
        """The rounded index."""
        return self.index.value if self.index else None


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """The survey of some months, of one service or all of them (`service` "").

    `counts`: people by sex, age band, and topic of their words; None in place of a number that is too small to be shown.
    """

    first: str
    last: str
    service: str
    whole: SurveyLine
    rate: Decimal | None
    declined: int
    services: tuple[SurveyLine, ...]
    months: tuple[SurveyLine, ...]
    sexes: Mapping[str, int | None]
    ages: Mapping[str, int | None]
    topics: Mapping[str, int]
    remarks: int

    @property
    def index(self) -> SatisfactionIndex | None:
        """The index of all of it."""
        return self.whole.index

    @property
    def weakest(self) -> tuple[ElementIndex, ...]:
        """The elements for which a plan is made."""
        return self.index.weakest(WEAKEST) if self.index else ()


def report_of(tallies: Sequence[SurveyTally], first: str, last: str, service: str, rules: SurveyRules) -> SurveyReport:
    """Return the report of the tallies of these months; `service`: of this one alone."""
    chosen = [tally for tally in tallies if service in ("", tally.service)]
    total = together(chosen)
    whole = _lines({"": total}, rules)[0]
    return SurveyReport(
        first,
        last,
        service,
        whole,
        response_rate(total),
        total.declined,
        _lines(_grouped((tally.service, tally) for tally in chosen), rules),
        _lines(_grouped((tally.month, tally) for tally in chosen), rules),
        shown(total.sexes, rules.smallest_cell),
        shown(total.ages, rules.smallest_cell),
        total.topics,
        total.remarks,
    )


def shown(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Return counts without those below `least`; where one alone is hidden, the next smallest too: the sum would tell it."""
    hidden = _hidden(counts, least)
    return {name: None if name in hidden else count for name, count in counts.items()}


def _hidden(counts: Mapping[str, int], least: int) -> frozenset[str]:
    few = [name for name, count in counts.items() if 0 < count < least]
    if len(few) == 1:
        others = sorted((name for name, count in counts.items() if count and name not in few), key=lambda name: (counts[name], name))
        few += others[:1]
    return frozenset(few)


def _grouped(tallies: Iterable[tuple[str, SurveyTally]]) -> dict[str, SurveyTally]:
    groups: dict[str, list[SurveyTally]] = {}
    for name, tally in tallies:
        groups.setdefault(name, []).append(tally)
    return {name: together(groups[name]) for name in sorted(groups)}


def village_lines(tallies: Iterable[VillageTally], rules: SurveyRules) -> tuple[SurveyLine, ...]:
    """Return a line for each village in which somebody answered, by their codes; those of few people without what they said."""
    return _lines({tally.village: tally for tally in sorted(tallies, key=lambda each: each.village)}, rules)


def _lines(groups: Mapping[str, SurveyTally | VillageTally], rules: SurveyRules) -> tuple[SurveyLine, ...]:
    hidden = _hidden({name: tally.answered for name, tally in groups.items()}, rules.smallest_cell)
    return tuple(
        SurveyLine(
            name=name,
            asked=tally.asked if isinstance(tally, SurveyTally) else 0,
            answered=None if name in hidden else tally.answered,
            index=None if name in hidden else index_of(tally),
            is_hidden=name in hidden,
            is_small=name not in hidden and 0 < tally.answered < rules.small_sample,
        )
        for name, tally in groups.items()
    )
