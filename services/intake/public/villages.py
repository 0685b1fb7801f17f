"""People served by village and kecamatan, as tiles of a map and as rows. Small counts are hidden within each kecamatan, and among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, starmap
from typing import Final

from services.intake.domain.figures import hidden
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep
from services.intake.domain.outreach.participation import per_thousand
from services.intake.ports import Deps
from shared.clock import WIB
from shared.reference.district_map import district_tiles
from shared.reference.regions import District, Village, VillageKind, districts, villages
from shared.reference.village_changes import UNCHANGED, VillageHistory
from shared.web.desk.words import count as count_words
from shared.web.desk.words import decimal

_DISTRICT_DIGITS: Final = 6
_TENTHS: Final = 10
_STEP: Final = 107  # from one tile to the next: 100 wide, with 7 between
_SHADES: Final = (("#e3f1e8", "#12263f"), ("#b5d6c1", "#12263f"), ("#7fb896", "#12263f"), ("#2f8354", "#fff"), ("#0b4726", "#fff"))
"""Fill and ink of the classes, the smallest first: each pair has a contrast of 4.7 or more."""


@dataclass(frozen=True, slots=True)
class ServedVillage:
    """A village with how many were served (None: hidden), and how many of its thousand people; None where that is not known.

    `share`: its bar, in percent of the longest of its kecamatan.
    """

    village: Village
    served: int | None
    per_thousand: float | None
    share: float


@dataclass(frozen=True, slots=True)
class MapTile:
    """A kecamatan on the map. `said`: what stands on it; rates in tenths where none is ten or more."""

    district: District
    served: int | None
    per_thousand: float | None
    share: float
    x: int
    y: int
    lines: tuple[str, ...]
    said: str
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class MapKey:
    """A class of the map in words."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class ServedVillages:
    """What is shown of a year. `has_rates`: it is known how many people live where, so that a large village does not win by being large."""

    year: int
    has_rates: bool
    tiles: tuple[MapTile, ...]
    rows: Mapping[str, tuple[ServedVillage, ...]]
    keys: tuple[MapKey, ...]

    @property
    def ranked(self) -> Sequence[MapTile]:
        """The kecamatan by the length of their bars, the longest first; what is hidden comes last."""
        return sorted(self.tiles, key=lambda tile: (-tile.share, tile.district.name))

    def of(self, district: str) -> tuple[ServedVillage, ...]:
        """Return the villages of a kecamatan by their names."""
        return self.rows[district]


async def villages_of(deps: Deps) -> ServedVillages:
    """Return the people served in this year. Rates are shown where the office has loaded how many people live where: the sample is none."""
    today = deps.clock().astimezone(WIB).date()
    counts = await deps.funnel.counts(FunnelQuestion(today.replace(month=1, day=1), today), Facet.VILLAGE)
    served = {code: steps.get(FunnelStep.SERVED, 0) for code, steps in counts.items()}
    people = None if deps.residents.is_sample else {code: each.residents for code, each in deps.residents.by_village.items()}
    return shown(today.year, served, people, deps.village_history)


def shown(
    year: int, served: Mapping[str, int], people: Mapping[str, int] | None = None, history: VillageHistory = UNCHANGED
) -> ServedVillages:
    """Return counts by village code as they are shown. `people`: residents of each village.

    A village that was split in this year stands beside its parts with what was counted until then. None of them has a rate: nobody knows
    in which part those lived who were served before.
    """
    served = history.settled(served)
    by_district = _by_district(served, history)
    everybody = people or {}
    if people is not None:
        shared = history.together(date(year, 1, 1))
        people = {code: 0 if len(shared.get(code, frozenset()) & villages().keys()) > 1 else count for code, count in people.items()}
    totals = _Column([sum(served.get(each.code, 0) for each in held) for held in by_district.values()])
    if people is not None:
        totals = replace(totals, people=[sum(everybody.get(each.code, 0) for each in held) for held in by_district.values()])
    most = max((value for value in totals.values if value), default=0.0)
    scale = _TENTHS if people is not None and most < _TENTHS else 1
    steps = _steps(most * scale)
    columns = zip(by_district, totals.shown, totals.rates, totals.bars, strict=True)
    tiles = tuple(_tile(districts()[code], count, rate, bar, steps, scale) for code, count, rate, bar in columns)
    rows = {code: _rows(held, served, people) for code, held in by_district.items()}
    return ServedVillages(year, people is not None, tiles, rows, _keys(steps, scale))


def village_file(found: ServedVillages) -> Iterable[Sequence[str | int]]:
    """Yield the rows of the file: a hidden count, and a rate that is not known, are empty cells."""
    yield ("tahun", "kode", "kecamatan", "desa", "jenis", "orang_dilayani", "dari_1000_warga")
    for rows in found.rows.values():
        for row in rows:
            each = row.village
            count = "" if row.served is None else row.served
            rate = "" if row.per_thousand is None else decimal(row.per_thousand)
            yield (found.year, each.code, each.district.name, each.name, each.kind.value, count, rate)


@dataclass(frozen=True, slots=True)
class _Column:
    """Counts that stand below each other, with the people behind each where they are known; 0: of this one they are not."""

    counts: Sequence[int]
    people: Sequence[int] | None = None

    @property
    def shown(self) -> Sequence[int | None]:
        return hidden(self.counts)

    @property
    def rates(self) -> Sequence[float | None]:
        if self.people is None:
            return [None] * len(self.counts)
        both = zip(self.shown, self.people, strict=True)
        return [None if count is None or not each else per_thousand(count, each) for count, each in both]

    @property
    def values(self) -> Sequence[float | None]:
        """What bars and shades are drawn by: rates, and where there are none, counts."""
        return self.shown if self.people is None else self.rates

    @property
    def bars(self) -> Sequence[float]:
        longest = max((value for value in self.values if value), default=0.0)
        return [100 * value / longest if value else 0.0 for value in self.values]


def _rows(held: Sequence[Village], served: Mapping[str, int], people: Mapping[str, int] | None) -> tuple[ServedVillage, ...]:
    residents = None if people is None else [people.get(each.code, 0) for each in held]
    column = _Column([served.get(each.code, 0) for each in held], residents)
    return tuple(starmap(ServedVillage, zip(held, column.shown, column.rates, column.bars, strict=True)))


def _steps(largest: float) -> tuple[int, ...]:
    """Return the lower bounds of the classes from the second on: fifths of the largest value; none where there is no room for five."""
    most = int(largest)
    return tuple(dict.fromkeys(most * part // len(_SHADES) for part in range(1, len(_SHADES)))) if most >= len(_SHADES) else ()


def _by_district(served: Mapping[str, int], history: VillageHistory) -> Mapping[str, Sequence[Village]]:
    """Return the villages of each kecamatan by their names, and those that are no more and in which somebody was served."""
    found: dict[str, list[Village]] = {code: [] for code in districts()}
    gone = [history.former[code] for code in served if code in history.former and code[:_DISTRICT_DIGITS] in found]
    former = [Village(each.code, f"{each.name} (dulu)", VillageKind.DESA, districts()[each.code[:_DISTRICT_DIGITS]]) for each in gone]
    for village in sorted((*villages().values(), *former), key=lambda each: each.name):
        found[village.district.code].append(village)
    return found


def _tile(district: District, count: int | None, rate: float | None, share: float, steps: Sequence[int], scale: int) -> MapTile:
    place = district_tiles()[district.code]
    value = round(((count if rate is None else rate) or 0) * scale)  # as it stands on the tile
    said = "\u2013" if count is None else _scaled(value, scale)
    fill, ink = _SHADES[sum(value >= step for step in steps)]
    x, y = place.at
    return MapTile(district, count, rate, share, x * _STEP, y * _STEP, place.lines, said, fill, ink)


def _scaled(value: int, scale: int) -> str:
    """Return a whole number of units or tenths as it is read."""
    return count_words(value) if scale == 1 else decimal(value / scale)


def _keys(steps: Sequence[int], scale: int) -> tuple[MapKey, ...]:
    bounds = [0, *steps]
    spans = [(_scaled(low, scale), _scaled(high - 1, scale)) for low, high in pairwise(bounds)]
    texts = [low if low == high else f"{low} sampai {high}" for low, high in spans] + [f"{_scaled(bounds[-1], scale)} atau lebih"]
    return tuple(MapKey(_SHADES[place][0], text) for place, text in enumerate(texts)) if steps else ()
