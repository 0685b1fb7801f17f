"""People served by village and kecamatan, as tiles of a map and as rows. Small counts are hidden within each kecamatan, and among them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from services.intake.domain.figures import hidden
from services.intake.ports import Deps
from shared.clock import WIB
from shared.reference.regions import District, Village, districts, villages

_TILES: Final = Path(__file__).parent / "data" / "tiles.toml"
_STEP: Final = 107  # from one tile to the next: 100 wide, with 7 between
_SHADES: Final = (("#e3f1e8", "#12263f"), ("#b5d6c1", "#12263f"), ("#7fb896", "#12263f"), ("#2f8354", "#fff"), ("#0b4726", "#fff"))
"""Fill and ink of the classes, the smallest first: each pair has a contrast of 4.7 or more."""


@dataclass(frozen=True, slots=True)
class VillageRow:
    """A village with how many were served (None: hidden), in percent of the most within its kecamatan."""

    village: Village
    served: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A kecamatan on the map."""

    district: District
    served: int | None
    share: float
    x: int
    y: int
    lines: tuple[str, ...]
    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Key:
    """A class of the map in words."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class Villages:
    """What is shown of a year."""

    year: int
    tiles: tuple[Tile, ...]
    rows: Mapping[str, tuple[VillageRow, ...]]
    keys: tuple[Key, ...]

    @property
    def ranked(self) -> Sequence[Tile]:
        """The kecamatan by how many were served, the most first; what is hidden comes last."""
        return sorted(self.tiles, key=lambda tile: (-(tile.served or -1), tile.district.name))

    def of(self, district: str) -> tuple[VillageRow, ...]:
        """Return the villages of a kecamatan by their names."""
        return self.rows[district]


async def villages_of(deps: Deps) -> Villages:
    """Return the people served in this year."""
    year = deps.clock().astimezone(WIB).year
    return shown(year, {})


def shown(year: int, served: Mapping[str, int]) -> Villages:
    """Return counts by village code as they are shown."""
    by_district: dict[str, list[Village]] = {code: [] for code in districts()}
    for village in sorted(villages().values(), key=lambda each: each.name):
        by_district[village.district.code].append(village)
    totals = [sum(served.get(each.code, 0) for each in held) for held in by_district.values()]
    visible = dict(zip(by_district, hidden(totals), strict=True))
    steps = _steps([count for count in visible.values() if count])
    rows = {code: _rows(held, served) for code, held in by_district.items()}
    return Villages(year, tuple(_tile(districts()[code], count, visible, steps) for code, count in visible.items()), rows, _keys(steps))


def village_file(found: Villages) -> Iterable[Sequence[str | int]]:
    """Yield the rows of the file: a hidden count is an empty cell."""
    yield ("tahun", "kode", "kecamatan", "desa", "jenis", "orang_dilayani")
    for rows in found.rows.values():
        for row in rows:
            each = row.village
            yield (found.year, each.code, each.district.name, each.name, each.kind.value, "" if row.served is None else row.served)


def _rows(held: Sequence[Village], served: Mapping[str, int]) -> tuple[VillageRow, ...]:
    counts = hidden([served.get(each.code, 0) for each in held])
    most = max((count for count in counts if count), default=0)
    return tuple(VillageRow(each, count, 100 * count / most if count else 0.0) for each, count in zip(held, counts, strict=True))


def _steps(counts: Sequence[int]) -> tuple[int, ...]:
    """Return the lower bounds of the classes from the second on: fifths of the largest count; none where there is no room for five."""
    most = max(counts, default=0)
    return tuple(dict.fromkeys(most * part // len(_SHADES) for part in range(1, len(_SHADES)))) if most >= len(_SHADES) else ()


def _tile(district: District, count: int | None, visible: Mapping[str, int | None], steps: Sequence[int]) -> Tile:
    place = _tiles()[district.code]
    fill, ink = _SHADES[sum((count or 0) >= step for step in steps)]
    most = max((each for each in visible.values() if each), default=0)
    x, y = place["at"]
    share = 100 * count / most if count else 0.0
    return Tile(district, count, share, x * _STEP, y * _STEP, tuple(place["lines"]), fill, ink)


def _keys(steps: Sequence[int]) -> tuple[Key, ...]:
    bounds = [0, *steps]
    texts = [f"{low} sampai {high - 1}" for low, high in pairwise(bounds)] + [f"{bounds[-1]} atau lebih"]
    return tuple(Key(_SHADES[place][0], text) for place, text in enumerate(texts)) if steps else ()


@cache
def _tiles() -> Mapping[str, Any]:
    return tomllib.loads(_TILES.read_text(encoding="utf-8"))
