"""How long each kind of data is kept, why, and what removes it (`data/retention.toml`, which names the law)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

EVERY: Final = "every"
"""In place of a service: each of the four has it."""
OFFICE: Final = "office"
"""In place of a service: what lies beside the databases."""


class RemovedBy(StrEnum):
    """What removes data when its time is over."""

    TTL = "ttl"
    SWEEP = "sweep"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class KeptKind:
    """A kind of data of one service. `setting`: environment variable, in days; without it `days` or `hours` are fixed, or it is for ever.

    `oldest`: the indexed field that tells how old a row is; "": nobody asks. `indexes`: `collection.name` of TTL indexes.
    """

    id: str
    service: str
    name: str
    why: str
    removed: RemovedBy
    collections: tuple[str, ...] = ()
    oldest: str = ""
    setting: str = ""
    days: int = 0
    hours: int = 0
    after: str = ""
    indexes: tuple[str, ...] = ()


@cache
def kept_kinds() -> tuple[KeptKind, ...]:
    """Return every kind, in the order of the list.

    Raises:
        ValueError, TypeError: a row breaks the form.
    """
    rows = tomllib.loads(files(__package__).joinpath("data/retention.toml").read_text(encoding="utf-8"))["kind"]
    return tuple(map(_kind, rows))


def kinds_of(service: str) -> Sequence[KeptKind]:
    """Return the kinds that lie in a service's database."""
    return tuple(kind for kind in kept_kinds() if kind.service in (service, EVERY))


def days_of(service: str, settings: object) -> Mapping[str, float]:
    """Return for how many days a service keeps its kinds, by the name of the environment variable."""
    names = {kind.setting for kind in kinds_of(service) if kind.setting}
    return {name: float(getattr(settings, name.lower())) for name in sorted(names)}


def expiry_days(service: str, settings: object) -> Mapping[str, float]:
    """Return after how many days rows expire by settings, by `collection.index`."""
    days = days_of(service, settings)
    return {index: days[kind.setting] for kind in kinds_of(service) if kind.setting for index in kind.indexes}


def _kind(row: dict[str, Any]) -> KeptKind:
    values: dict[str, Any] = row | {name: tuple(row.get(name, ())) for name in ("collections", "indexes")}
    return KeptKind(**values | {"removed": RemovedBy(row["removed"])})
