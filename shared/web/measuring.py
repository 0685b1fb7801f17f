"""What `/metrics` counts anew when it is asked for: gauges of what stands now. A counter knows nothing of before the last restart.

Whoever asks more often shares one count. What can't be counted is not told at all: an old number would look like a fresh one.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import Gauge

from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.health import Check, Health

_COUNT_SECONDS: Final = 3.0  # Prometheus gives up after ten; indexes answer within milliseconds
_DISK: Final = "/"  # in a container a file system of the host's disk on which Docker keeps everything
_CGROUP: Final = Path("/sys/fs/cgroup")  # version 2, as every system has that Docker of these years runs on

_log = logs.get("metrics")

Found = Mapping[tuple[str, ...], float]
"""Values by labels, in the order in which the gauge names them."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """One count that fills some gauges. `count` asks for what indexes answer."""

    what: str
    count: Callable[[], Awaitable[Mapping[Gauge, Found]]]
    gauges: tuple[Gauge, ...]


class Measuring:
    """The counts of one process."""

    def __init__(self, health: Health, fresh_seconds: float) -> None:
        self._health = health
        self._fresh_seconds = fresh_seconds
        self._counts: list[StateCount] = []
        self._counted_at = float("-inf")
        self._turn = asyncio.Lock()

    def add(self, *counts: StateCount) -> None:
        """Count this too."""
        self._counts += counts

    async def refresh(self) -> None:
        """Count what is not fresh any more."""
        async with self._turn:
            if monotonic_seconds() - self._counted_at < self._fresh_seconds:
                return
            _set_machine()
            metrics.LOGS_MASKED.inc(logs.take_masked_count())
            due = self._counts if self._health.started else []
            (_, checks), _ = await asyncio.gather(self._health.ready(), asyncio.gather(*map(_count, due)))
            _set_checks(checks)
            self._counted_at = monotonic_seconds()


async def _count(each: StateCount) -> None:
    try:
        async with asyncio.timeout(_COUNT_SECONDS):
            found = await each.count()
    except Exception as error:  # noqa: BLE001 - whatever is away, the other measurements are told
        _log.warning("count.failed", what=each.what, reason=type(error).__name__)
        found = {}
        metrics.COUNT_FAILED.labels(each.what).set(1)
    else:
        metrics.COUNT_FAILED.labels(each.what).set(0)
    for gauge in each.gauges:
        fill(gauge, found.get(gauge, {}))


def fill(gauge: Gauge, values: Found) -> None:
    """Tell these values and no others. A gauge without labels whose value is not known says NaN."""
    gauge.clear()
    for labels, value in values.items():
        (gauge.labels(*labels) if labels else gauge).set(value)
    if not values:
        with suppress(ValueError):  # it has labels, and so is not told
            gauge.set(float("nan"))


def _set_checks(checks: Mapping[str, Check]) -> None:
    fill(metrics.READY, {(name,): float(check.ok) for name, check in checks.items()})
    fill(metrics.READY_VALUE, {(name,): float(check.value) for name, check in checks.items() if isinstance(check.value, int | float)})


def _set_machine() -> None:
    disk = shutil.disk_usage(_DISK)
    metrics.DISK_FREE_BYTES.labels("system").set(disk.free)
    metrics.DISK_SIZE_BYTES.labels("system").set(disk.total)
    limit = _number(_CGROUP / "memory.max")
    used = _number(_CGROUP / "memory.current")
    if limit is not None and used is not None:
        metrics.MEMORY_LIMIT_BYTES.set(limit)
        metrics.MEMORY_USED_BYTES.set(used - _cache_bytes(_CGROUP / "memory.stat"))


def _number(file: Path) -> float | None:
    """Return the number in a file; None where there is no such file, or it says that there is no limit."""
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None


def _cache_bytes(file: Path) -> float:
    try:
        rows = dict(line.split() for line in file.read_text().splitlines())
    except OSError:
        return 0.0
    return float(rows.get("inactive_file", 0))
