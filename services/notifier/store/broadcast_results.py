"""What became of a broadcast's people, out of counts by state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.notifier.domain.job import OPEN, JobState, Progress
from services.notifier.domain.news import BROADCAST_STOPPED, NO_OPT_IN, OPTED_OUT, RecipientState
from services.notifier.domain.ownership import ADDRESS_LOST
from services.notifier.ports import BroadcastResults
from shared.mongo import Doc

_OURS: Final = frozenset({OPTED_OUT, NO_OPT_IN, BROADCAST_STOPPED, ADDRESS_LOST})
"""Why a message never left although it stood in its lane: people, or we, wanted it so."""


def results_of(people: Sequence[Doc], jobs: Sequence[Doc]) -> BroadcastResults:
    """Return the results. `people`: counts of the list by state and why; `jobs`: of messages by how far they came."""
    planned, skipped, failed = 0, dict[str, int](), dict[str, int]()
    for row in people:
        state, why = row["_id"]["state"], row["_id"].get("why")
        if state == RecipientState.SKIPPED:
            skipped[why or ""] = skipped.get(why or "", 0) + row["n"]
        elif state == RecipientState.PLANNED:
            planned += row["n"]
    counted = {"waiting": 0, "sent": 0, "delivered": 0, "read": 0}
    for row in jobs:
        by = row["_id"]
        place = _how_far(JobState(by["state"]), Progress(by["progress"]))
        if place is not None:
            counted[place] += row["n"]
            continue
        into = skipped if by["reason"] in _OURS else failed
        into[by["reason"] or ""] = into.get(by["reason"] or "", 0) + row["n"]
    twice = sum(row["n"] for row in jobs if row["_id"]["twice"])
    return BroadcastResults(planned=planned, maybe_twice=twice, skipped=skipped, failed=failed, **counted)


def _how_far(state: JobState, progress: Progress) -> str | None:
    """Return where a message counts; None: it failed."""
    if state in OPEN:
        return "waiting"
    if state is not JobState.DONE:
        return None
    return {Progress.DELIVERED: "delivered", Progress.READ: "read"}.get(progress, "sent")
