"""Collections and indexes, each with the query that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.verification.domain.case import CaseState
from shared.messaging.operations.accounting import by_state
from shared.mongo import IndexModel

CASES: Final = "cases"
TASKS: Final = "tasks"
FAMILIES: Final = "families"

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    CASES: (
        IndexModel([("state", 1)], name="state"),  # tally: how many are in flight
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

ACCOUNTS: Final = (
    by_state(
        "cases",
        CASES,
        finished=tuple(state.value for state in (CaseState.APPROVED, CaseState.ISSUED, CaseState.RETURNED, CaseState.REJECTED)),
        parked=(),
        in_flight=(CaseState.OPENED.value, CaseState.IN_REVIEW.value),
    ),
)
"""This service's accounts for the reconciliation: each request is decided, or waits for an officer."""
