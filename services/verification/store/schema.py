"""Collections and indexes, each with the query that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.verification.domain.case import CaseState
from services.verification.domain.task_parts import TaskState
from shared.messaging.operations.accounting import by_state
from shared.mongo import IndexModel

CASES: Final = "cases"
TASKS: Final = "tasks"
FAMILIES: Final = "families"
REQUESTS: Final = "requests"
COUNTERS: Final = "counters"
PAUSES: Final = "pauses"
ENDED_LINKS: Final = "ended_links"
REGISTER_HISTORY: Final = "register_history"
RECORDED_DECISIONS: Final = "recorded_decisions"
OVERVIEW_DAYS: Final = "overview_days"
STAFF: Final = "staff"
STAFF_SESSIONS: Final = "staff_sessions"
SIGN_IN_TRIES: Final = "sign_in_tries"
PASSWORD_STEPS: Final = "password_steps"  # noqa: S105 - the name of a collection

CERTIFICATES: Final = ("birth_certificate", "death_certificate", "annulled")
"""Columns of a family's rows with numbers of certificates."""

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    CASES: (
        IndexModel([("state", 1), ("_id", 1)], name="by_state"),  # tally: how many are in flight; what waits to be recorded
    ),
    TASKS: (
        IndexModel([("state", 1), ("due_at", 1), ("_id", 1)], name="urgent"),  # the list, the most urgent first
        IndexModel([("state", 1), ("service", 1), ("due_at", 1), ("_id", 1)], name="urgent_by_service"),  # the same for one service
        IndexModel([("claim.officer_id", 1), ("due_at", 1), ("_id", 1)], name="mine", sparse=True),  # an officer's own
        IndexModel(
            [("personal.search_terms", 1), ("state", 1)], name="search_open"
        ),  # by receipt, number or name; closed ones are not read
        IndexModel([("request_id", 1)], name="request"),  # the tasks of one case
        IndexModel([("stage", 1), ("place_at", 1), ("_id", 1), ("priority", 1)], name="queue"),  # who is next; how many of each class
        IndexModel(
            [("stage", 1), ("service", 1), ("place_at", 1), ("_id", 1)], name="queue_by_service"
        ),  # the same for some services; counts
        IndexModel(
            [("stage", 1), ("areas", 1), ("place_at", 1), ("_id", 1), ("due_at", 1)], name="queue_of_area"
        ),  # the same for some areas; late ones of an area are told apart without reading the others
        IndexModel([("state", 1), ("closed_at", 1), ("closed_by", 1), ("outcome", 1)], name="closed"),  # what was decided, by whom
        # what was decided, the latest first, and whether before its promise; open tasks have no place in it
        IndexModel(
            [("closed_at", -1), ("_id", -1), ("due_at", 1), ("service", 1), ("state", 1)],
            name="decided",
            partialFilterExpression={"state": TaskState.CLOSED.value},
        ),
        IndexModel([("state", 1), ("runs_since", 1)], name="running"),  # from which clocks a pause is to be taken out
        IndexModel([("opened_at", 1)], name="opened"),  # how many came in today
        IndexModel([("alarm_at", 1)], name="alarm", sparse=True),  # what turns amber or red
        IndexModel([("held.effective_at", 1)], name="held", sparse=True),  # decisions that take effect
        IndexModel([("preferred_officer", 1), ("due_at", 1), ("_id", 1)], name="preferred", sparse=True),  # mended, for who returned them
    ),
    FAMILIES: (
        IndexModel([("members.nik", 1)], name="nik"),  # in which family is this person
        IndexModel([("members.born_on", 1)], name="born_on"),  # whether somebody who has no number is there under another spelling
        *(IndexModel([(f"members.{column}", 1)], name=column, sparse=True) for column in CERTIFICATES),  # whose certificate is this
    ),
    REQUESTS: (),
    COUNTERS: (),
    PAUSES: (),
    ENDED_LINKS: (),  # asked for by their ids alone
    OVERVIEW_DAYS: (),
    REGISTER_HISTORY: (
        IndexModel([("personal.kk_numbers", 1), ("at", -1)], name="family"),  # what became of a family
        IndexModel([("personal.persons.nik", 1), ("at", -1)], name="person"),  # what became of a person
    ),
    RECORDED_DECISIONS: (
        IndexModel([("personal.relied_on_by", 1)], name="relied_on_by", sparse=True),  # on what may this person rely
        IndexModel([("personal.wards", 1)], name="wards", sparse=True),  # who had the care of a child before or since
    ),
    STAFF: (
        IndexModel([("personal.login", 1)], name="login", unique=True),  # who signs in
        IndexModel([("personal.name", 1), ("_id", 1)], name="by_name"),  # the list
        IndexModel([("personal.search_terms", 1)], name="search"),  # by beginnings of names
        IndexModel([("invitation.digest", 1)], name="invitation", sparse=True),  # whose invitation is this
    ),
    STAFF_SESSIONS: (
        IndexModel([("account_id", 1), ("started_at", -1)], name="account"),  # somebody's sessions; which of them to end
        IndexModel([("ends_at", 1)], name="over", expireAfterSeconds=0),  # nobody can renew them any more
    ),
    SIGN_IN_TRIES: (
        IndexModel([("last_at", 1)], name="over", expireAfterSeconds=48 * 3600),  # twice as long as they count
    ),
    PASSWORD_STEPS: (IndexModel([("expires_at", 1)], name="over", expireAfterSeconds=0),),
}

ACCOUNTS: Final = (
    by_state(
        "cases",
        CASES,
        finished=tuple(
            state.value
            for state in (
                *(CaseState.APPROVED, CaseState.ISSUED, CaseState.VOID),
                *(CaseState.RETURNED, CaseState.REJECTED, CaseState.ANSWERED),
            )
        ),
        parked=(CaseState.UNRECORDED.value,),
        in_flight=(CaseState.GATHERING.value, CaseState.OPENED.value, CaseState.IN_REVIEW.value),
    ),
)
"""This service's accounts for the reconciliation: each case is decided, waits for an officer, or for the other requests of a court."""
