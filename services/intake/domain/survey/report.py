"""What the survey found in some months: the index, its parts, who answered, without what would tell of single people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.intake.domain.figures import hidden
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
    """Return counts without those below `least`, and others where the sum would tell them."""
    return dict(zip(counts, hidden(list(counts.values()), least), strict=True))


def _grouped(tallies: Iterable[tuple[str, SurveyTally]]) -> dict[str, SurveyTally]:
    groups: dict[str, list[SurveyTally]] = {}
    for name, tally in tallies:
        groups.setdefault(name, []).append(tally)
    return {name: together(groups[name]) for name in sorted(groups)}


def village_lines(tallies: Iterable[VillageTally], rules: SurveyRules) -> tuple[SurveyLine, ...]:
    """Return a line for each village in which somebody answered, by their codes; those of few people without what they said."""
    return _lines({tally.village: tally for tally in sorted(tallies, key=lambda each: each.village)}, rules)


def _lines(groups: Mapping[str, SurveyTally | VillageTally], rules: SurveyRules) -> tuple[SurveyLine, ...]:
    told = shown({name: tally.answered for name, tally in groups.items()}, rules.smallest_cell)
    return tuple(
        SurveyLine(
            name=name,
            asked=tally.asked if isinstance(tally, SurveyTally) else 0,
            answered=told[name],
            index=None if told[name] is None else index_of(tally),
            is_hidden=told[name] is None,
            is_small=told[name] is not None and 0 < tally.answered < rules.small_sample,
        )
        for name, tally in groups.items()
    )
