"""Cases while two releases work side by side: each reads what the other writes, though the older one takes known fields only."""

from dataclasses import replace

from services.verification.domain import case as cases
from services.verification.store.cases import CASE
from shared.ids import new_traceparent
from tests.support import families as people

FIELDS_OF_A_REQUEST = {
    *("request_id", "receipt", "channel", "service", "products", "submitted_at", "relation", "form_version", "round", "case_id"),
    *("case_requests", "promised_at", "attachments", "vouching", "repeats", "began_at"),
}
"""What the release before traces takes of a request; anything else it refuses."""


def case() -> cases.Case:
    return cases.take_in(None, replace(people.lost_card(), traceparent=new_traceparent()), at=people.NOW)


def test_an_older_release_finds_nothing_in_a_request_that_it_does_not_know() -> None:
    [row] = CASE.to_doc(case())["requests"]
    assert set(row) == FIELDS_OF_A_REQUEST


def test_the_trace_of_a_request_is_kept_beside_it_and_may_be_missing() -> None:
    known = case()
    doc = {**CASE.to_doc(known), "_id": known.id}
    assert CASE.from_doc(doc).first.traceparent == known.first.traceparent
    del doc["traceparents"]
    read = CASE.from_doc(doc)
    assert (read, read.first.traceparent) == (known, "")


def test_what_a_later_release_put_into_a_request_is_left_aside() -> None:
    known = case()
    doc = {**CASE.to_doc(known), "_id": known.id}
    doc["requests"] = [{**row, "later": 1} for row in doc["requests"]]
    assert CASE.from_doc(doc) == known
