"""Conservation of what is counted: every request counts once, every row is in its table once, and no table has more than its rows."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.chaos.findings import Finding, hidden
from tests.chaos.world import Doc, World

PROMISE: Final = "conservation"
DONE: Final = frozenset({"issued", "ready", "delivered", "undelivered", "answered"})
"""States with which the office has done its part."""


def check(world: World) -> Iterator[Finding]:
    """The rows of requests, and the tables of days."""
    rows = world.of("intake", "funnel_steps")
    known = {row["_id"] for row in rows}
    for request in world.of("intake", "requests"):
        wanted = {f"{request['_id']}.filed"}
        if DONE & {step["state"] for step in request["timeline"]}:
            wanted.add(f"{request['_id']}.done")
        if missing := wanted - known:
            yield Finding(PROMISE, "not_counted", {"request": hidden(request["_id"]), "what": sorted(key[-5:] for key in missing)})
    folded, every = (_rows([row for row in rows if is_all or "is_new" not in row]) for is_all in (False, True))
    tables = _tables(world)
    for place in sorted(every.keys() | tables.keys()):  # rows are read first: some may have been folded before the tables were
        if not folded[place] <= tables[place] <= every[place]:
            found = {"place": "/".join(place), "rows": every[place], "folded": folded[place], "table": tables[place]}
            yield Finding(PROMISE, "counts_differ", found)


def _rows(rows: list[Doc]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        found[row["series"], row["day"], row["step"]] += row["count"]
    return found


def _tables(world: World) -> Counter[tuple[str, str, str]]:
    """Return what the tables of days say, those that pages read."""
    found: Counter[tuple[str, str, str]] = Counter()
    for state in world.of("intake", "funnel_state"):
        for table in world.of("intake", "funnel_cells"):
            generation, series, period = table["_id"].split("|")
            if int(generation) == state["generation"] and period.count("-") == 2:
                for step, columns in table["columns"].items():
                    found[series, period, step] += sum(array(columns["kind"], columns["counts"]))
    return found
