"""Collections and indexes, each with the query that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.mongo import IndexModel

CASES: Final = "cases"
TASKS: Final = "tasks"
FAMILIES: Final = "families"

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    CASES: (
        IndexModel([("state", 1)], name="state"),  # census: how many are in flight
        IndexModel([("case_id", 1)], name="case_id", sparse=True),  # all requests of one court decision
    ),
    TASKS: (
        IndexModel([("state", 1), ("due_at", 1), ("_id", 1)], name="urgent"),  # the list, the most urgent first
        IndexModel([("state", 1), ("service", 1), ("due_at", 1), ("_id", 1)], name="urgent_by_service"),  # the same for one service
        IndexModel([("claim.officer_id", 1), ("due_at", 1), ("_id", 1)], name="mine", sparse=True),  # an officer's own
        IndexModel([("personal.search_terms", 1)], name="search"),  # by receipt, number or name
        IndexModel([("request_id", 1)], name="request"),  # the tasks of one case
    ),
    FAMILIES: (
        IndexModel([("members.nik", 1)], name="nik"),  # in which family is this person
    ),
}
