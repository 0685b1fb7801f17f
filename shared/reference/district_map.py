"""Where each kecamatan stands on the map of tiles (`data/district_tiles.toml`): rough geography, not a survey."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class DistrictTile:
    """A kecamatan on the map: column and row, and its name in the lines in which it fits."""

    at: tuple[int, int]
    lines: tuple[str, ...]


@cache
def district_tiles() -> Mapping[str, DistrictTile]:
    """Return the tiles by the code of the kecamatan."""
    document = tomllib.loads(files(__package__).joinpath("data/district_tiles.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: DistrictTile((row["at"][0], row["at"][1]), tuple(row["lines"])) for code, row in document.items()})
