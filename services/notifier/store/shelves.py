"""Where failed notices lie, and what an operator's decision does to them."""

from __future__ import annotations

from typing import Final

from services.notifier.domain.job import RETRIED_BY_HAND, JobState
from services.notifier.store.schema import JOBS, LANES
from shared.messaging.operations.shelves import Also, Move, Shelf

_RING: Final = {"$set": {"revision": {"$add": ["$revision", 1]}, "due_at": {"$min": ["$due_at", "$$NOW"]}}}
"""Whoever gives the lane back now sees that something came; the dispatcher finds it due."""

SHELVES: Final = (
    Shelf(
        name="notices",
        collection=JOBS,
        waits={"state": JobState.FAILED.value},
        kind="kind",
        reason="reason",
        since="done_at",
        times="attempt",
        # As `domain.job.retry_by_hand`, and its lane is rung.
        replay=Move(
            (
                {
                    "$set": {
                        "state": JobState.READY.value,
                        "failures": 0,
                        "waits": 0,
                        "next_at": "$$NOW",
                        "reason": RETRIED_BY_HAND,
                        "done_at": None,
                    }
                },
            ),
            also=(Also(LANES, "lane", (_RING,)),),
        ),
        discard=Move(({"$set": {"state": JobState.DISCARDED.value, "note": "$$note", "done_at": "$$NOW"}},)),
        personal=("address", "lane", "message", "fallback", "provider_ids"),
    ),
)
