"""The way of a request as whoever waits for it reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain.deliveries import issue, voided
from services.intake.domain.journey import JourneyPlace, JourneyStage, journey_of, papers_missing
from services.intake.domain.requests import Request, RequestState, Step, approve, progress, resubmit, returned
from tests.unit.intake.test_request_states import AT, CITIZENS, DOCUMENT, FORM, SLIP, SLIP_VOID


def way(request: Request, *, is_answered: bool = False) -> list[tuple[str, str]]:
    return [(step.what.value, step.place.value) for step in journey_of(request, is_answered=is_answered)]


def test_what_is_to_come_follows_where_it_is() -> None:
    assert way(CITIZENS) == [("submitted", "done"), ("in_review", "here"), ("to_make", "todo"), ("to_send", "todo")]
    approved = approve(CITIZENS, 1, AT + timedelta(hours=1))
    assert way(approved)[1:] == [("approved", "done"), ("to_make", "here"), ("to_send", "todo")]
    issued = issue(approved, DOCUMENT, 1, AT + timedelta(hours=2))
    assert way(issued)[2:] == [("issued", "done"), ("to_send", "here")]
    assert way(progress(issued, Step(RequestState.DELIVERED, AT + timedelta(hours=3))))[-1] == ("delivered", "done")


def test_whoever_is_asked_for_more_sees_that_the_clock_stands() -> None:
    back = returned(CITIZENS, 1, AT + timedelta(hours=1), ("attachment_unreadable:answers.surat_kehilangan",))
    steps = journey_of(back, is_answered=False)
    here = next(step for step in steps if step.place is JourneyPlace.HERE)
    assert (here.what, here.at) == (JourneyStage.WAITING_FOR_SENDER, AT + timedelta(hours=1))
    assert [step.what for step in steps if step.place is JourneyPlace.TODO] == [
        JourneyStage.IN_REVIEW,
        JourneyStage.TO_MAKE,
        JourneyStage.TO_SEND,
    ]
    again, _ = resubmit(back, FORM, None, AT + timedelta(days=1))
    assert [what for what, _ in way(again)][:4] == ["submitted", "returned", "resubmitted", "in_review"]


def test_a_service_that_ends_with_an_answer_promises_no_document() -> None:
    assert way(CITIZENS, is_answered=True)[1:] == [("in_review", "here"), ("to_answer", "todo")]


def test_one_document_that_was_given_up_is_no_step_of_the_whole() -> None:
    partly = voided(issue(approve(CITIZENS, 2, AT), DOCUMENT, 2, AT), SLIP_VOID, 2, AT + timedelta(hours=1), "wrong_data")
    assert "void" not in [what for what, _ in way(partly)]
    assert SLIP.document_id == SLIP_VOID.document_id


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("attachment_unreadable:answers.ktp", (("attachment_unreadable", "answers.ktp"),)),
        ("nik_unknown:answers.nik", ()),
        ("identity_unproven", ()),
    ],
)
def test_only_what_speaks_of_a_photo_is_told_to_everybody(reason: str, told: tuple[tuple[str, str], ...]) -> None:
    back = returned(CITIZENS, 1, AT, (reason,))
    assert papers_missing(back) == told
    assert papers_missing(replace(back, state=RequestState.SUBMITTED)) == ()
