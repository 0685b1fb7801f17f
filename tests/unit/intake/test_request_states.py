from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.requests import (
    IssuedDocument,
    Person,
    Request,
    RequestOrigin,
    RequestState,
    Step,
    fetched,
    issue,
    progress,
    resubmit,
    submit,
)
from shared.errors import DomainError
from shared.values import Channel

AT = datetime(2026, 11, 24, tzinfo=UTC)
REQUEST, _ = submit(Request("r-1", "MDN-7K4Q-9F2X", RequestOrigin(Channel.ADAPTER, "x"), "kk_hilang", "kk", Person("1"), AT, None, ()))
CITIZENS = replace(REQUEST, origin=RequestOrigin(Channel.WHATSAPP, "628123"))
DOCUMENT = IssuedDocument("r-1.kk", "3519-KK-24112026-0001", "0" * 64)
RANK = {
    RequestState.SUBMITTED: 0,
    RequestState.RETURNED: 1,
    RequestState.APPROVED: 2,
    RequestState.ISSUED: 3,
    RequestState.READY: 4,
    RequestState.UNDELIVERED: 4,
    RequestState.DELIVERED: 5,
    RequestState.REJECTED: 5,
}
STEPS = st.builds(lambda state, minute: Step(state, AT + timedelta(minutes=minute)), st.sampled_from(RequestState), st.integers(0, 9))


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


@given(st.permutations([RequestState.APPROVED, RequestState.ISSUED, RequestState.DELIVERED]))
def test_the_order_of_hearing_does_not_matter(order: list[RequestState]) -> None:
    request = REQUEST
    for state in order:
        request = progress(request, Step(state, AT + timedelta(minutes=RANK[state])))
    assert request.state is RequestState.DELIVERED
    assert [step.state for step in request.timeline] == [
        RequestState.SUBMITTED,
        RequestState.APPROVED,
        RequestState.ISSUED,
        RequestState.DELIVERED,
    ]


def test_the_document_number_is_that_of_the_step_that_issued_it() -> None:
    issued = issue(REQUEST, DOCUMENT, AT)
    assert (REQUEST.document_number, issued.document_number) == (None, "3519-KK-24112026-0001")


def test_a_document_is_ready_for_an_adapter_and_on_its_way_to_everybody_else() -> None:
    assert issue(REQUEST, DOCUMENT, AT).state is RequestState.READY
    assert issue(CITIZENS, DOCUMENT, AT).state is RequestState.ISSUED


def test_what_an_adapter_fetched_is_delivered_once() -> None:
    ready = issue(REQUEST, DOCUMENT, AT)
    first = fetched(ready, AT + timedelta(minutes=1))
    assert first.state is RequestState.DELIVERED
    assert fetched(first, AT + timedelta(minutes=2)) == first
    assert [step.state for step in first.timeline] == [RequestState.SUBMITTED, RequestState.READY, RequestState.DELIVERED]


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.READY])
def test_only_what_is_ready_can_be_fetched(state: RequestState) -> None:
    request = replace(REQUEST, state=state)
    assert fetched(request, AT) == request


def test_a_returned_request_comes_in_again_under_its_receipt_and_goes_on() -> None:
    returned = progress(REQUEST, Step(RequestState.RETURNED, AT + timedelta(minutes=1), ("nik_not_in_kk:nik",)))
    again, fact = resubmit(returned, AT + timedelta(minutes=2))
    assert (again.state, again.receipt, fact.request) == (RequestState.SUBMITTED, REQUEST.receipt, again)
    assert progress(again, returned.timeline[-1]).state is RequestState.SUBMITTED, "the return of the round before, told once more"
    assert progress(again, Step(RequestState.RETURNED, AT + timedelta(minutes=3), ("nik_not_in_kk:nik",))).state is RequestState.RETURNED
    assert issue(again, DOCUMENT, AT).state is RequestState.READY


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.RETURNED])
def test_only_a_returned_request_can_be_mended(state: RequestState) -> None:
    with pytest.raises(DomainError, match="request_not_returned"):
        resubmit(replace(REQUEST, state=state), AT)


def test_a_person_does_not_show_in_a_repr() -> None:
    text = repr(Request("r", "x", RequestOrigin(Channel.WHATSAPP, "628123"), "s", "kk", Person("3519", "3520", "Budi"), AT, None, ()))
    assert not any(value in text for value in ("628123", "3519", "3520", "Budi"))
