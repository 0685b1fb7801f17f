"""I2 for the register: a change is recorded once, when its documents are issued; nobody stands in two families; nothing stays marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.chaos.findings import Finding
from tests.chaos.world import Doc, World

PROMISE: Final = "I2"
CHANGING: Final = frozenset({"cerai"})  # of the services that are asked for, those that change the register
UNDER_WAY: Final = frozenset({"gathering", "opened", "in_review", "approved", "unrecorded"})


def check(world: World) -> Iterator[Finding]:
    """Families and persons, and the changes that cases made of them."""
    families = world.of("verification", "families")
    standing = Counter(nik for family in families if not family.get("closed_on") for nik in _present(family))
    twice = sum(1 for count in standing.values() if count > 1)
    if twice:
        yield Finding(PROMISE, "person_doubled", {"persons": twice})
    cases = {case["_id"]: case for case in world.of("verification", "cases")}
    recorded = {entry["_id"] for entry in world.of("verification", "register_history")}
    for case_id, case in cases.items():
        if case["state"] == "issued" and case["service"] in CHANGING and case_id not in recorded:
            yield Finding(PROMISE, "change_lost", {"case_id": case_id})
    for case_id in sorted(recorded):
        if case_id not in cases or cases[case_id]["state"] != "issued":
            yield Finding(PROMISE, "change_without_documents", {"case_id": case_id})
    for family in families:
        marked = cases.get(family.get("pending") or "", {"state": "nowhere"})
        if family.get("pending") and marked["state"] not in UNDER_WAY:
            yield Finding(PROMISE, "family_left_marked", {"case_id": family["pending"]})


def _present(family: Doc) -> Iterator[str]:
    yield from (str(row["nik"]) for row in family["members"] if not row.get("closed_on"))
