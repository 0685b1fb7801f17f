"""A trace as an indented waterfall: what was a part of what, when it began, how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 24  # columns of the bar
_NAME: Final = 58
_US_PER_MS: Final = 1000
_PARENT: Final = "CHILD_OF"


@dataclass(frozen=True, slots=True)
class _Bar:
    span_id: str
    parent_id: str
    name: str
    service: str
    began_us: int
    took_us: int
    failed: str


def waterfall(trace: dict[str, Any]) -> list[str]:
    """Return a trace, as Jaeger's query API gives it, as lines. What hangs on a span that did not come stands at the left."""
    bars = [_bar(span, trace["processes"]) for span in trace["spans"]]
    if not bars:
        return []
    began = min(bar.began_us for bar in bars)
    whole = max(max(bar.began_us + bar.took_us for bar in bars) - began, 1)
    rows = [f"Jejak {trace['traceID']}: {whole / _US_PER_MS:.0f} md, {len(bars)} bagian", ""]
    for depth, bar in _in_order(bars):
        start = (bar.began_us - began) * _WIDTH // whole
        length = max(1, min(_WIDTH - start, round(bar.took_us * _WIDTH / whole)))
        name = "  " * depth + bar.name + (f"  GAGAL: {bar.failed}" if bar.failed else "")
        times = f"{(bar.began_us - began) / _US_PER_MS:>9.1f} {bar.took_us / _US_PER_MS:>8.1f}"
        rows.append(f"{times}  {(' ' * min(start, _WIDTH - 1) + '█' * length)[:_WIDTH]:<{_WIDTH}}  {name:<{_NAME}} {bar.service}".rstrip())
    return rows


def _in_order(bars: Sequence[_Bar]) -> Iterator[tuple[int, _Bar]]:
    known = {bar.span_id for bar in bars}
    below: dict[str, list[_Bar]] = defaultdict(list)
    for bar in sorted(bars, key=lambda each: each.began_us):
        below[bar.parent_id if bar.parent_id in known else ""].append(bar)
    left = [(0, bar) for bar in reversed(below[""])]
    while left:
        depth, bar = left.pop()
        yield depth, bar
        left += [(depth + 1, each) for each in reversed(below[bar.span_id])]


def _bar(span: dict[str, Any], processes: dict[str, Any]) -> _Bar:
    tags = {tag["key"]: tag["value"] for tag in span["tags"]}
    parents = [each["spanID"] for each in span["references"] if each["refType"] == _PARENT]
    return _Bar(
        span_id=span["spanID"],
        parent_id=parents[0] if parents else "",
        name=span["operationName"],
        service=processes[span["processID"]]["serviceName"],
        began_us=span["startTime"],
        took_us=span["duration"],
        failed=str(tags.get("otel.status_description", "")) if tags.get("error") else "",
    )
