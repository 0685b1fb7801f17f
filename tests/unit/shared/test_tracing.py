"""Traces by setting: which are sampled, what a span says, and that nothing is done where nobody asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared import tracing
from shared.http_client import make_client
from shared.ids import new_traceparent, trace_id_of
from shared.web.middleware import RequestLog
from tests.support.http_server import serving
from tests.support.spans import KeptRecords, recorded

HALF = 0.5
PERSON = "3519062803850001"


@pytest.fixture
def kept() -> Iterator[KeptRecords]:
    with recorded() as found:
        yield found


def test_without_a_collector_nothing_is_sampled_measured_or_current() -> None:
    traceparent = tracing.begin(new_traceparent()[:-2] + "01")
    assert traceparent.endswith("-00")
    assert not tracing.is_on()
    with tracing.span("work", traceparent[:-2] + "01") as span:
        assert (span.own, tracing.current()) == ("", "")


def test_about_the_share_is_sampled_and_a_trace_is_judged_alike_everywhere(kept: KeptRecords) -> None:
    tracing.configure(kept, HALF)
    begun = [tracing.begin(None) for _ in range(2_000)]
    sampled = [each for each in begun if tracing.is_sampled(each)]
    assert 800 < len(sampled) < 1_200
    again = [tracing.begin(each) for each in begun]
    assert [tracing.is_sampled(each) for each in again] == [tracing.is_sampled(each) for each in begun]
    tracing.configure(kept, 0.0)
    assert not any(tracing.is_sampled(tracing.begin(each)) for each in begun)


def test_a_callers_trace_goes_on_and_its_wish_is_not_heard(kept: KeptRecords) -> None:
    caller = new_traceparent()  # says: not sampled
    ours = tracing.begin(caller)
    assert trace_id_of(ours) == trace_id_of(caller)
    assert ours.split("-")[2] != caller.split("-")[2]
    assert tracing.is_sampled(ours)
    assert tracing.begin("garbage").startswith("00-")
    assert kept.spans == []


@pytest.mark.parametrize("parent", ["garbage-01", f"00-{'0' * 32}-{'1' * 16}-01", f"00-{'1' * 32}-{'0' * 16}-01", "-01", ""])
def test_a_trace_context_that_is_none_is_no_span_and_hurts_nobody(kept: KeptRecords, parent: str) -> None:
    with tracing.span("work", parent) as span:
        assert span is tracing.NOTHING
    assert kept.spans == []


def test_spans_hang_together_and_say_how_they_ended(kept: KeptRecords) -> None:
    root = tracing.begin(None)
    with tracing.span("outer", None, own=root, kind=tracing.SpanKind.SERVER):
        assert tracing.current() == root
        with contextlib.suppress(ValueError), tracing.span("inner", tracing.current(), attributes={"adminduk.attempt": 2}):
            raise ValueError(PERSON)
    inner, outer = kept.spans
    assert (inner.parent, outer.parent, tracing.current()) == (root, None, "")
    assert (inner.failed, outer.failed) == ("ValueError", ""), "the kind of the error, never its text"
    assert outer.began_ns <= inner.began_ns <= inner.ended_ns
    assert inner.ended_ns <= outer.ended_ns + 1_000_000_000, "a span reads two clocks, and a busy machine may stop it between them"
    assert PERSON not in str(kept.spans)


async def _called(request: Request) -> Response:
    return PlainTextResponse(request.headers.get("traceparent", ""), status_code=int(request.query_params.get("status", "200")))


APP = RequestLog(Starlette(routes=[Route("/v1/people/{nik}", _called)]))


async def test_a_call_out_is_a_child_that_carries_the_trace_and_names_no_path(kept: KeptRecords) -> None:
    async with serving(APP) as url, make_client(5, connections=1, base_url=url) as client:
        with tracing.span("job", None, own=tracing.begin(None)) as job:
            heard = (await client.get(f"/v1/people/{PERSON}")).text
            await client.get(f"/v1/people/{PERSON}?status=503&name={PERSON}")
    servers = [span for span in kept.spans if span.kind is tracing.SpanKind.SERVER]
    clients = [span for span in kept.spans if span.kind is tracing.SpanKind.CLIENT]
    assert [span.parent for span in clients] == [job.own, job.own]
    assert [span.parent for span in servers] == [span.own for span in clients]
    assert heard == clients[0].own
    assert {trace_id_of(span.own) for span in kept.spans} == {trace_id_of(job.own)}
    assert [(span.name, span.attributes["http.response.status_code"]) for span in clients] == [
        ("GET 127.0.0.1", 200),
        ("GET 127.0.0.1", 503),
    ]
    assert [span.failed for span in servers] == ["", "503"]
    assert PERSON not in str(kept.spans)


async def test_outside_of_a_span_a_call_is_none_and_carries_nothing(kept: KeptRecords) -> None:
    async with serving(Starlette(routes=[Route("/{nik}", _called)])) as url, make_client(5, connections=1, base_url=url) as client:
        assert (await client.get("/x")).text == ""
    assert kept.spans == []
