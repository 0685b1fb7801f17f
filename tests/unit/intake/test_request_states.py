from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.requests import (
    Channel,
    IssuedDocument,
    Origin,
    Person,
    Request,
    State,
    Step,
    fetched,
    issue,
    progress,
    resubmit,
    submit,
)
from shared.errors import DomainError

AT = datetime(2026, 11, 24, tzinfo=UTC)
REQUEST, _ = submit(Request("r-1", "MDN-7K4Q-9F2X", Origin(Channel.ADAPTER, "x"), "kk_hilang", "kk", Person("1"), AT, None, ()))
CITIZENS = replace(REQUEST, origin=Origin(Channel.WHATSAPP, "628123"))
DOCUMENT = IssuedDocument("r-1.kk", "3519-KK-24112026-0001", "0" * 64)
RANK = {
    State.SUBMITTED: 0,
    State.RETURNED: 1,
    State.APPROVED: 2,
    State.ISSUED: 3,
    State.READY: 4,
    State.UNDELIVERED: 4,
    State.DELIVERED: 5,
    State.REJECTED: 5,
}
STEPS = st.builds(lambda state, minute: Step(state, AT + timedelta(minutes=minute)), st.sampled_from(State), st.integers(0, 9))


@given(st.lists(STEPS, max_size=8))
def test_states_never_go_backwards_and_nothing_told_is_lost(steps: list[Step]) -> None:
    request = REQUEST
    for step in steps:
        after = progress(request, step)
        assert RANK[after.state] >= RANK[request.state]
        assert set(after.timeline) == {*request.timeline, step}
        assert [one.at for one in after.timeline] == sorted(one.at for one in after.timeline)
        assert progress(after, step) == after
        request = after


@given(st.permutations([State.APPROVED, State.ISSUED, State.DELIVERED]))
def test_the_order_of_hearing_does_not_matter(order: list[State]) -> None:
    request = REQUEST
    for state in order:
        request = progress(request, Step(state, AT + timedelta(minutes=RANK[state])))
    assert request.state is State.DELIVERED
    assert [step.state for step in request.timeline] == [State.SUBMITTED, State.APPROVED, State.ISSUED, State.DELIVERED]


def test_the_document_number_is_that_of_the_step_that_issued_it() -> None:
    issued = issue(REQUEST, DOCUMENT, AT)
    assert (REQUEST.document_number, issued.document_number) == (None, "3519-KK-24112026-0001")


def test_a_document_is_ready_for_an_adapter_and_on_its_way_to_everybody_else() -> None:
    assert issue(REQUEST, DOCUMENT, AT).state is State.READY
    assert issue(CITIZENS, DOCUMENT, AT).state is State.ISSUED


def test_what_an_adapter_fetched_is_delivered_once() -> None:
    ready = issue(REQUEST, DOCUMENT, AT)
    first = fetched(ready, AT + timedelta(minutes=1))
    assert first.state is State.DELIVERED
    assert fetched(first, AT + timedelta(minutes=2)) == first
    assert [step.state for step in first.timeline] == [State.SUBMITTED, State.READY, State.DELIVERED]


@pytest.mark.parametrize("state", [state for state in State if state is not State.READY])
def test_only_what_is_ready_can_be_fetched(state: State) -> None:
    request = replace(REQUEST, state=state)
    assert fetched(request, AT) == request


def test_a_returned_request_comes_in_again_under_its_receipt_and_goes_on() -> None:
    returned = progress(REQUEST, Step(State.RETURNED, AT + timedelta(minutes=1), ("nik_not_in_kk:nik",)))
    again, fact = resubmit(returned, AT + timedelta(minutes=2))
    assert (again.state, again.receipt, fact.request) == (State.SUBMITTED, REQUEST.receipt, again)
    assert progress(again, returned.timeline[-1]).state is State.SUBMITTED, "the return of the round before, told once more"
    assert progress(again, Step(State.RETURNED, AT + timedelta(minutes=3), ("nik_not_in_kk:nik",))).state is State.RETURNED
    assert issue(again, DOCUMENT, AT).state is State.READY


@pytest.mark.parametrize("state", [state for state in State if state is not State.RETURNED])
def test_only_a_returned_request_can_be_mended(state: State) -> None:
    with pytest.raises(DomainError, match="request_not_returned"):
        resubmit(replace(REQUEST, state=state), AT)


def test_a_person_does_not_show_in_a_repr() -> None:
    text = repr(Request("r", "x", Origin(Channel.WHATSAPP, "628123"), "s", "kk", Person("3519", "3520", "Budi"), AT, None, ()))
    assert not any(value in text for value in ("628123", "3519", "3520", "Budi"))
