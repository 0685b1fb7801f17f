"""Villages and districts as they are chosen for an account, and as they are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from shared.reference.regions import District, Village, districts, villages


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """A district with its villages."""

    district: District
    villages: tuple[Village, ...]


@cache
def place_groups() -> tuple[PlaceGroup, ...]:
    """Return every district with its villages, by name."""
    found = sorted(villages().values(), key=lambda village: village.name)
    by_name = sorted(districts().values(), key=lambda district: district.name)
    return tuple(PlaceGroup(each, tuple(village for village in found if village.district == each)) for each in by_name)


def chosen_places(codes: Iterable[str]) -> str:
    """Return the names of villages and districts, as they stand in a list."""
    names = []
    for code in codes:
        village, district = villages().get(code), districts().get(code)
        names.append(village.name.title() if village else f"Kec. {district.name.title()}" if district else code)
    return ", ".join(names)
