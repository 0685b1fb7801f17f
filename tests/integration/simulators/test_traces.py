"""The collector and our exporter, over real HTTP: what goes out of a process by OTLP is what one sees.

The exporter waits in a thread of its own, which a clock that is faked for the tests of another day does not wake.
"""

from __future__ import annotations

import asyncio

import httpx

from deploy.simulators.traces.app import build
from deploy.simulators.traces.settings import Settings
from shared import tracing
from shared.ids import child_traceparent, new_traceparent, trace_id_of
from shared.tracing.otlp import OtlpSink
from tests.support.http_server import serving

ROOT = new_traceparent()[:-2] + "01"
CHILD = child_traceparent(ROOT)
OTHER = new_traceparent()[:-2] + "01"
SPANS = (
    tracing.Span("POST /v1/webhooks", ROOT, None, tracing.SpanKind.SERVER, 1_000_000, 9_000_000, {"http.response.status_code": 200}),
    tracing.Span(
        "send reply", CHILD, ROOT, tracing.SpanKind.CLIENT, 2_000_000, 3_500_000, {"adminduk.channel": "whatsapp"}, "rate_limited", (OTHER,)
    ),
)


async def test_spans_arrive_with_their_ids_times_and_failures() -> None:
    async with serving(build(Settings())) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        sink = OtlpSink(f"{url}/v1/traces", service="intake", role="all")
        for span in SPANS:
            sink.record(span)
        await asyncio.to_thread(sink.stop, 60.0)
        (trace,) = (await client.get(f"/api/traces/{trace_id_of(ROOT)}")).json()["data"]
    first, second = sorted(trace["spans"], key=lambda span: int(span["startTime"]))
    assert [span["spanID"] for span in (first, second)] == [ROOT.split("-")[2], CHILD.split("-")[2]]
    assert (first["startTime"], first["duration"], second["duration"]) == (1_000, 8_000, 1_500)
    assert [each["refType"] for each in second["references"]] == ["CHILD_OF", "FOLLOWS_FROM"]
    assert [each["spanID"] for each in second["references"]] == [ROOT.split("-")[2], OTHER.split("-")[2]]
    assert {"key": "otel.status_description", "value": "rate_limited"} in second["tags"]
    assert {process["serviceName"] for process in trace["processes"].values()} == {"intake"}


async def test_a_collector_that_is_away_costs_nobody_more_than_the_time_to_stop() -> None:
    sink = OtlpSink("http://127.0.0.1:9/v1/traces", service="intake", role="all")
    sink.record(SPANS[0])
    await asyncio.to_thread(sink.stop, 0.1)


async def test_what_is_no_otlp_is_refused() -> None:
    async with serving(build(Settings())) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        assert (await client.post("/v1/traces", content=b"{}")).status_code == 415
        refused = await client.post("/v1/traces", content=b"\xff", headers={"content-type": "application/x-protobuf"})
        assert refused.status_code == 400
        assert (await client.get(f"/api/traces/{'0' * 32}")).status_code == 404


async def test_the_latest_traces_are_kept() -> None:
    async with serving(build(Settings(kept_traces=1))) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        for each in (OTHER, ROOT):
            sink = OtlpSink(f"{url}/v1/traces", service="intake", role="all")
            sink.record(tracing.Span("work", each, None, tracing.SpanKind.INTERNAL, 1, 2, {}))
            await asyncio.to_thread(sink.stop, 60.0)
        assert (await client.get(f"/api/traces/{trace_id_of(OTHER)}")).status_code == 404
        assert (await client.get("/sim/state")).json() == {"spans": 1}
