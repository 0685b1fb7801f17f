from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.deliveries import delivered, fetched, issue, revoked, voided
from services.intake.domain.docket import repeated
from services.intake.domain.documents import IssuedDocument, IssuedState, Notice
from services.intake.domain.filled_form import FilledForm, Person
from services.intake.domain.requests import Request, RequestOrigin, RequestState, Step, approve, progress, resubmit, returned, submit
from shared.errors import DomainError
from shared.values import Channel

AT = datetime(2026, 11, 24, tzinfo=UTC)
FORM = FilledForm("kk_hilang", 1, {"nik": "1"})
REQUEST, _ = submit(Request("r-1", "MDN-7K4Q-9F2X", RequestOrigin(Channel.ADAPTER, "x"), "kk_hilang", ("kk",), FORM, "1", AT, None, ()))
CITIZENS = replace(REQUEST, origin=RequestOrigin(Channel.WHATSAPP, "628123"))
DOCUMENT = IssuedDocument("r-1.kk", "3519-KK-24112026-0001", "0" * 64, "kk")
SLIP = IssuedDocument("r-1.ktp", "3519-KT-24112026-0001", "1" * 64, "ktp")
DOCUMENT_VOID = IssuedDocument("r-1.kk", "3519-KK-24112026-0001", product="kk")
SLIP_VOID = IssuedDocument("r-1.ktp", "3519-KT-24112026-0001", product="ktp")
MADE = {"issue kk": DOCUMENT, "issue ktp": SLIP}
RANK = {
    RequestState.SUBMITTED: 0,
    RequestState.RETURNED: 1,
    RequestState.APPROVED: 2,
    RequestState.ISSUED: 3,
    RequestState.READY: 4,
    RequestState.UNDELIVERED: 4,
    RequestState.DELIVERED: 5,
    RequestState.REJECTED: 5,
    RequestState.ANSWERED: 5,
    RequestState.VOID: 5,
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
    issued = issue(REQUEST, DOCUMENT, 1, AT)
    assert (REQUEST.document_number, issued.document_number) == (None, "3519-KK-24112026-0001")


def test_a_document_is_ready_for_an_adapter_and_on_its_way_to_everybody_else() -> None:
    assert issue(REQUEST, DOCUMENT, 1, AT).state is RequestState.READY
    assert issue(CITIZENS, DOCUMENT, 1, AT).state is RequestState.ISSUED


def test_what_an_adapter_fetched_is_delivered_once() -> None:
    ready = issue(REQUEST, DOCUMENT, 1, AT)
    first = fetched(ready, "r-1.kk", AT + timedelta(minutes=1))
    assert first.state is RequestState.DELIVERED
    assert fetched(first, "r-1.kk", AT + timedelta(minutes=2)) == first
    assert [step.state for step in first.timeline] == [RequestState.SUBMITTED, RequestState.READY, RequestState.DELIVERED]


@given(st.permutations(["issue kk", "issue ktp", "deliver kk", "deliver ktp"]))
def test_a_request_is_issued_and_delivered_with_the_last_of_its_documents(order: list[str]) -> None:
    request = progress(CITIZENS, Step(RequestState.APPROVED, AT))
    done: set[str] = set()
    for minute, act in enumerate(order):
        at = AT + timedelta(minutes=minute)
        before = request
        if act in MADE:
            request = issue(request, MADE[act], 2, at)
        else:
            request = delivered(request, f"r-1.{act.split()[1]}", IssuedState.DELIVERED, at)
        done.add(act)
        assert RANK[request.state] >= RANK[before.state]
        assert (request.state in (RequestState.ISSUED, RequestState.DELIVERED)) == ({"issue kk", "issue ktp"} <= done)
        assert (request.state is RequestState.DELIVERED) == (len(done) == 4)
    assert {document.state for document in request.documents} == {IssuedState.DELIVERED}


def test_one_document_that_did_not_arrive_shows_until_it_does() -> None:
    request = issue(issue(CITIZENS, DOCUMENT, 2, AT), SLIP, 2, AT)
    failed = delivered(request, "r-1.kk", IssuedState.UNDELIVERED, AT + timedelta(minutes=1), ("meta_131026",))
    assert (failed.state, failed.reasons) == (RequestState.UNDELIVERED, ("meta_131026",))
    other = delivered(failed, "r-1.ktp", IssuedState.DELIVERED, AT + timedelta(minutes=2))
    assert other.state is RequestState.UNDELIVERED
    assert delivered(other, "r-1.kk", IssuedState.DELIVERED, AT + timedelta(minutes=3)).state is RequestState.DELIVERED


def test_a_document_that_was_taken_back_says_so_and_the_request_stays_what_it_was() -> None:
    sent = delivered(issue(CITIZENS, DOCUMENT, 1, AT), "r-1.kk", IssuedState.DELIVERED, AT)
    taken_back = revoked(sent, "r-1.kk")
    assert (taken_back.state, taken_back.documents[0].state) == (RequestState.DELIVERED, IssuedState.REVOKED)
    assert delivered(taken_back, "r-1.kk", IssuedState.DELIVERED, AT).documents[0].state is IssuedState.REVOKED


ACTS: dict[str, Callable[[Request, datetime], Request]] = {
    "issue kk": lambda request, at: issue(request, DOCUMENT, 2, at),
    "issue ktp": lambda request, at: issue(request, SLIP, 2, at),
    "deliver kk": lambda request, at: delivered(request, "r-1.kk", IssuedState.DELIVERED, at),
    "deliver ktp": lambda request, at: delivered(request, "r-1.ktp", IssuedState.DELIVERED, at),
    "revoke ktp": lambda request, _: revoked(request, "r-1.ktp"),
    "approve": lambda request, at: approve(request, 2, at),
}


@given(st.permutations(sorted(ACTS)), st.lists(st.sampled_from(sorted(ACTS)), max_size=4))
def test_in_whatever_order_and_however_often_it_is_told_the_end_is_the_same(order: list[str], again: list[str]) -> None:
    request = replace(CITIZENS, products=("kk", "ktp"))
    moments = {act: AT + timedelta(minutes=minute) for minute, act in enumerate(sorted(ACTS), start=1)}
    for act in order:
        request = ACTS[act](request, moments[act])
    assert (request.state, request.expected) == (RequestState.DELIVERED, 2)
    assert [(document.product, document.state) for document in request.issued] == [
        ("kk", IssuedState.DELIVERED),
        ("ktp", IssuedState.REVOKED),
    ]
    for act in again:
        assert ACTS[act](request, moments[act]) == request


def test_a_document_revoked_before_it_arrived_does_not_keep_its_request_open() -> None:
    taken_back = revoked(issue(CITIZENS, DOCUMENT, 1, AT), "r-1.kk")
    assert taken_back.state is RequestState.ISSUED, "its notice may be on its way"
    after = delivered(taken_back, "r-1.kk", IssuedState.DELIVERED, AT + timedelta(minutes=1))
    assert (after.state, after.documents[0].state) == (RequestState.DELIVERED, IssuedState.REVOKED)


VOIDS: dict[str, Callable[[Request, datetime], Request]] = {
    "approve": lambda request, at: approve(request, 2, at),
    "void kk": lambda request, at: voided(request, DOCUMENT_VOID, 2, at, "sheet_unprintable"),
    "void ktp": lambda request, at: voided(request, SLIP_VOID, 2, at, "wrong_data"),
}
SOME = {name: act for name, act in VOIDS.items() if name != "void ktp"} | {name: ACTS[name] for name in ("issue ktp", "deliver ktp")}


def told(acts: dict[str, Callable[[Request, datetime], Request]], order: list[str], again: list[str]) -> Request:
    """A citizen's request once it heard all of these, and some again."""
    request = replace(CITIZENS, products=("kk", "ktp"))
    moments = {act: AT + timedelta(minutes=minute) for minute, act in enumerate(sorted(acts), start=1)}
    for act in order:
        before, request = request, acts[act](request, moments[act])
        assert RANK[request.state] >= RANK[before.state]
    for act in again:
        assert acts[act](request, moments[act]) == request
    return request


@given(st.permutations(sorted(VOIDS)), st.lists(st.sampled_from(sorted(VOIDS)), max_size=4))
def test_a_request_of_which_nothing_is_issued_ends_void_whatever_is_told_first(order: list[str], again: list[str]) -> None:
    request = told(VOIDS, order, again)
    assert (request.state, request.is_open, request.issued, request.document_number) == (RequestState.VOID, False, (), None)
    assert [(document.product, document.state) for document in request.settled] == [("kk", IssuedState.VOID), ("ktp", IssuedState.VOID)]
    assert repeated([request], AT, timedelta(days=30)) is None, "it may be asked for again at once"
    steps = {(step.document_number, step.reasons) for step in request.timeline if step.state is RequestState.VOID}
    assert steps == {(DOCUMENT_VOID.number, ("sheet_unprintable",)), (SLIP_VOID.number, ("wrong_data",))}


@given(st.permutations(sorted(SOME)), st.lists(st.sampled_from(sorted(SOME)), max_size=4))
def test_a_void_document_keeps_nobody_from_the_others(order: list[str], again: list[str]) -> None:
    request = told(SOME, order, again)
    assert (request.state, request.document_number) == (RequestState.DELIVERED, SLIP.number)
    assert [(document.product, document.state) for document in request.settled] == [
        ("ktp", IssuedState.DELIVERED),
        ("kk", IssuedState.VOID),
    ]


def test_what_is_left_of_an_adapters_request_can_be_fetched() -> None:
    ready = voided(issue(REQUEST, SLIP, 2, AT), DOCUMENT_VOID, 2, AT, "wrong_data")
    assert (ready.state, [document.product for document in ready.issued]) == (RequestState.READY, ["ktp"])
    assert fetched(ready, "r-1.ktp", AT).state is RequestState.DELIVERED


def test_a_return_of_an_earlier_round_does_not_move_the_next_one() -> None:
    first = returned(REQUEST, 1, AT + timedelta(minutes=1), ("nik_not_in_kk:answers.nik",))
    assert (first.state, first.reasons, first.reasons_at) == (RequestState.RETURNED, ("nik_not_in_kk",), ("nik_not_in_kk:answers.nik",))
    again, _ = resubmit(first, FORM, None, AT + timedelta(minutes=2))
    late = returned(again, 1, AT + timedelta(minutes=3), ("name_differs",))
    assert (late.state, len(late.timeline)) == (RequestState.SUBMITTED, len(again.timeline) + 1)
    assert returned(again, 2, AT + timedelta(minutes=3), ("name_differs",)).state is RequestState.RETURNED


def test_a_notice_counts_where_it_brings_a_document_to_somebody_who_is_sent_it() -> None:
    assert Notice("document", "whatsapp", "r-1.kk").document_of(IssuedState.DELIVERED) == "r-1.kk"
    assert Notice("received", "whatsapp", "r-1.kk").document_of(IssuedState.DELIVERED) is None
    assert Notice("document", "adapter", "r-1.kk").document_of(IssuedState.DELIVERED) is None
    assert Notice("document", "adapter", "r-1.kk").document_of(IssuedState.UNDELIVERED) == "r-1.kk"


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.READY])
def test_only_what_is_ready_can_be_fetched(state: RequestState) -> None:
    request = replace(REQUEST, state=state)
    assert fetched(request, "r-1.kk", AT) == request


def test_a_returned_request_comes_in_again_under_its_receipt_and_goes_on() -> None:
    returned = progress(REQUEST, Step(RequestState.RETURNED, AT + timedelta(minutes=1), ("nik_not_in_kk:nik",)))
    again, fact = resubmit(returned, FORM, None, AT + timedelta(minutes=2))
    assert (again.state, again.receipt, again.round, fact.request) == (RequestState.SUBMITTED, REQUEST.receipt, 2, again)
    assert progress(again, returned.timeline[-1]).state is RequestState.SUBMITTED, "the return of the round before, told once more"
    assert progress(again, Step(RequestState.RETURNED, AT + timedelta(minutes=3), ("nik_not_in_kk:nik",))).state is RequestState.RETURNED
    assert issue(again, DOCUMENT, 1, AT).state is RequestState.READY


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.RETURNED])
def test_only_a_returned_request_can_be_mended(state: RequestState) -> None:
    with pytest.raises(DomainError, match="request_not_returned"):
        resubmit(replace(REQUEST, state=state), FORM, None, AT)


def test_a_person_does_not_show_in_a_repr() -> None:
    form = FilledForm("s", 1, {"nik": "3519"}, party=Person("3519", "3520", "Budi"))
    text = repr(Request("r", "x", RequestOrigin(Channel.WHATSAPP, "628123"), "s", ("kk",), form, "3519", AT, None, ()))
    assert not any(value in text for value in ("628123", "3519", "3520", "Budi"))
