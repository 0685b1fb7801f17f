from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.requests import Channel, Origin, Person, Request, State, Step, progress, submit

AT = datetime(2026, 11, 24, tzinfo=UTC)
REQUEST, _ = submit(Request("r-1", "MDN-7K4Q-9F2X", Origin(Channel.ADAPTER, "x"), "kk_hilang", "kk", Person("1"), AT, None, ()))
RANK = {
    State.SUBMITTED: 0,
    State.RETURNED: 1,
    State.APPROVED: 2,
    State.ISSUED: 3,
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
    issued = progress(REQUEST, Step(State.ISSUED, AT, document_number="3519-KK-24112026-0001"))
    assert (REQUEST.document_number, issued.document_number) == (None, "3519-KK-24112026-0001")


def test_a_person_does_not_show_in_a_repr() -> None:
    text = repr(Request("r", "x", Origin(Channel.WHATSAPP, "628123"), "s", "kk", Person("3519", "3520", "Budi"), AT, None, ()))
    assert not any(value in text for value in ("628123", "3519", "3520", "Budi"))
