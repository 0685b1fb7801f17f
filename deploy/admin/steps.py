"""The way of one request, read from the JSON logs of all services: what happened, where, when, and how long it took to come to that."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from shared.clock import WIB

_WORDS: Final = Path(__file__).with_name("steps.toml")
_EMITTED: Final = "event.emitted"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a log."""

    at: datetime
    service: str
    event: str
    fields: dict[str, Any]

    @property
    def trace_id(self) -> str:
        """The trace it belongs to; empty for none."""
        return str(self.fields.get("trace_id", ""))

    @property
    def text(self) -> str | None:
        """What an operator reads; None for what says nothing about a request."""
        if self.event == _EMITTED:
            kind = str(self.fields.get("type", ""))
            return _words()["event"].get(kind, kind)
        template = _words()["line"].get(self.event)
        if template is None:
            return None
        said = {name: _words().get(name, {}).get(str(value), value) for name, value in self.fields.items() if name != "event"}
        return " ".join(template.format_map(defaultdict(str, said)).split())


def steps_in(lines: Iterable[bytes], ids: Sequence[str]) -> list[Step]:
    """Return the steps of a request in order.

    One query: what was logged under one of `ids` (its id, or that of its court case), and what was logged in the same traces under no
    other's, such as the webhook that came before there was an id.
    """
    found, nameless = [], []
    for line in lines:
        step = _read(line)
        if step is None:
            continue
        about = step.fields.get("correlation_id")
        if about in ids:
            found.append(step)
        elif about is None and step.trace_id:
            nameless.append(step)
    traces = {step.trace_id for step in found} - {""}
    found += [step for step in nameless if step.trace_id in traces]
    return sorted((step for step in found if step.text is not None), key=lambda step: step.at)


def timeline(steps: Sequence[Step]) -> list[str]:
    """Return the steps as lines for a person, each with the time since the one before, and at the end how long all of it took."""
    rows = []
    day, before = None, None
    for step in steps:
        at = step.at.astimezone(WIB)
        if at.date() != day:
            day = at.date()
            rows.append(f"{day:%d-%m-%Y} (WIB)")
        since = "" if before is None else "+" + duration(step.at - before)
        rows.append(f"  {at:%H:%M:%S},{at.microsecond // 1000:03d} {since:>15}  {step.service:<12}  {step.text}")
        before = step.at
    if steps:
        rows.append(f"Seluruhnya {duration(steps[-1].at - steps[0].at)}, {len(steps)} langkah")
    return rows


def duration(time: timedelta) -> str:
    """Return a duration as people say it."""
    seconds = max(0.0, time.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds:.3f}".replace(".", ",") + " d"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} m {seconds % _MINUTE:.0f} d"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} j {seconds % _HOUR // _MINUTE:.0f} m"
    return f"{seconds // _DAY:.0f} hari {seconds % _DAY // _HOUR:.0f} j"


def _read(line: bytes) -> Step | None:
    """Read a line, with whatever a collector of logs put before it; None for one that is not of a service."""
    begin = line.find(b"{")
    if begin < 0:
        return None
    try:
        fields = orjson.loads(line[begin:])
        return Step(datetime.fromisoformat(fields["timestamp"]), str(fields["service"]), str(fields["event"]), fields)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
