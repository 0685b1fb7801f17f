"""Counts of the funnel and the public figures, read out of their tables (ADR 54)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.intake.domain.counting import DIMENSIONS, MONTH, CountSeries, CountTable, Wanted
from services.intake.domain.figures import FigureCell, cells_of
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep, StepCounts
from services.intake.store.count_tables import CountTables
from shared.clock import WIB, Clock

_DIMENSION: Final[Mapping[Facet, int]] = {
    Facet.SOURCE: DIMENSIONS[CountSeries.FUNNEL].index("source"),
    Facet.SERVICE: DIMENSIONS[CountSeries.FUNNEL].index("service"),
    Facet.VILLAGE: DIMENSIONS[CountSeries.FUNNEL].index("village"),
    Facet.SEX: DIMENSIONS[CountSeries.FUNNEL].index("sex"),
    Facet.AGE: DIMENSIONS[CountSeries.FUNNEL].index("age"),
}


class FunnelCells:
    """Implements `ports.Funnel`."""

    def __init__(self, tables: CountTables) -> None:
        self._tables = tables
        self.fold = tables.fold
        self.roll = tables.roll
        self.rebuild = tables.rebuild

    async def counts(self, question: FunnelQuestion, facet: Facet) -> Mapping[str, StepCounts]:
        if facet is Facet.QUESTION:
            return await self._stops(question)
        tables = await self._tables.tables(CountSeries.FUNNEL, question.first, question.last, by_day=facet is Facet.DAY)
        return await asyncio.to_thread(_counts, tables, question, facet)

    async def _stops(self, question: FunnelQuestion) -> Mapping[str, StepCounts]:
        asked = (("service", None if question.service is None else frozenset({question.service})), ("village", question.villages))
        dimensions = DIMENSIONS[CountSeries.STOPS]
        wanted = tuple((dimensions.index(name), codes) for name, codes in asked if codes is not None)
        found: Counter[str] = Counter()
        for _, table in await self._tables.tables(CountSeries.STOPS, question.first, question.last):
            found.update(table.by(dimensions.index("question"), wanted).get(FunnelStep.STOPPED, {}))
        return {code: {FunnelStep.STOPPED: count} for code, count in found.items()}


def _counts(tables: Sequence[tuple[str, CountTable]], question: FunnelQuestion, facet: Facet) -> Mapping[str, StepCounts]:
    wanted, dimension = _wanted(question), _DIMENSION.get(facet)
    sums: dict[str, dict[str, int]] = {}
    for period, table in tables:
        for step, counts in table.by(dimension, wanted, question.steps).items():
            whole = sums.setdefault(step, {})
            for name, count in counts.items():
                key = period if dimension is None else name
                whole[key] = whole.get(key, 0) + count
    found: dict[str, dict[FunnelStep, int]] = {}
    for known, step in ((step.value, step) for step in FunnelStep if step.value in sums):
        for name, count in sums[known].items():
            if count:
                found.setdefault(name, {})[step] = count
    return found


def _wanted(question: FunnelQuestion) -> Wanted:
    """Return the codes that a question accepts."""
    asked = {
        Facet.SOURCE: question.sources,
        Facet.SERVICE: None if question.service is None else frozenset({question.service}),
        Facet.VILLAGE: question.villages,
        Facet.SEX: None if question.sex is None else frozenset({question.sex}),
        Facet.AGE: None if question.age is None else frozenset({question.age}),
    }
    return tuple((_DIMENSION[facet], codes) for facet, codes in asked.items() if codes is not None)


class MongoFigureReader:
    """Implements `ports.FigureReader`."""

    def __init__(self, tables: CountTables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def cells(self, first_month: str) -> Sequence[FigureCell]:
        first, last = date.fromisoformat(f"{first_month}-01"), self._clock().astimezone(WIB).date()
        tables = await self._tables.tables(CountSeries.FIGURES, first, last)
        return cells_of((period[:MONTH], table.counts) for period, table in tables)
