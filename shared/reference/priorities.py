"""The classes of the queue as data (`data/queue.toml`): what they are called, and how much earlier they stand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PriorityClass:
    """A class of requests. `head_start`: how much earlier than their first message they stand in the queue."""

    code: str
    name: str
    head_start: timedelta


@cache
def priorities() -> Mapping[str, PriorityClass]:
    """Return the classes by their code, the most urgent first.

    Raises:
        ValueError: a head start is negative, or a later one is longer: the order of the file would not be that of the queue.
    """
    rows = tomllib.loads(files(__package__).joinpath("data/queue.toml").read_text(encoding="utf-8"))
    found = {code: PriorityClass(code, row["name"], timedelta(hours=row["head_start_hours"])) for code, row in rows.items()}
    starts = [each.head_start for each in found.values()]
    if starts != sorted(starts, reverse=True) or starts[-1] < timedelta():
        raise ValueError("queue.toml: the head starts must fall, and end at zero or more")
    return found
