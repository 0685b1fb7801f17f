"""Spans to a collector by OTLP over HTTP: the one place that knows OpenTelemetry. Imported only where a collector is named."""

from __future__ import annotations

import socket
import threading
from typing import Final

import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, set_span_in_context

from shared.tracing.span import Span, SpanKind

NAMESPACE: Final = "adminduk"
_QUEUED_SPANS: Final = 4096  # about 4 MB; beyond it the oldest are dropped: traces are no records, and must hold nobody up
_BATCH_SPANS: Final = 512
_DELAY_MS: Final = 1000.0
_ANSWER_SECONDS: Final = 5.0
_KINDS: Final = {kind: trace.SpanKind[kind.name] for kind in SpanKind}


class _GivenIds(IdGenerator):
    """Gives the ids that were made before: they travel in envelopes and headers while the span lasts."""

    def __init__(self) -> None:
        self.next = SpanContext(0, 0, is_remote=False)

    def generate_trace_id(self) -> int:
        return self.next.trace_id

    def generate_span_id(self) -> int:
        return self.next.span_id


class OtlpSink:
    """The exporter of one process. A thread of its own sends, so that a collector that is slow or away costs nobody time."""

    def __init__(self, endpoint: str, *, service: str, role: str) -> None:
        """`endpoint` is the whole address, with `/v1/traces`."""
        session = requests.Session()
        session.trust_env = False  # as all our clients: no proxy, no `.netrc`
        self._exporter = OTLPSpanExporter(endpoint, timeout=_ANSWER_SECONDS, session=session)
        self._ids = _GivenIds()
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,  # what comes here was sampled
            resource=Resource(
                {
                    "service.name": service,
                    "service.namespace": NAMESPACE,
                    "service.instance.id": socket.gethostname(),
                    "adminduk.role": role,
                }
            ),
            shutdown_on_exit=False,
            id_generator=self._ids,
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter, _QUEUED_SPANS, _DELAY_MS, _BATCH_SPANS))
        self._tracer = self._provider.get_tracer(NAMESPACE)

    def record(self, span: Span) -> None:
        """Hand a span to the sending thread."""
        self._ids.next = _context(span.own)
        parent = set_span_in_context(NonRecordingSpan(_context(span.parent))) if span.parent else None
        recorded = self._tracer.start_span(
            span.name,
            parent,
            _KINDS[span.kind],
            dict(span.attributes),
            [Link(_context(link)) for link in span.links],
            span.began_ns,
        )
        if span.failed:
            recorded.set_status(Status(StatusCode.ERROR, span.failed))
        recorded.end(span.ended_ns)

    def stop(self, timeout_seconds: float) -> None:
        """Send what is left. The SDK's own patience is half a minute, and a process has to stop sooner."""
        enough = threading.Timer(timeout_seconds, self._exporter.shutdown)
        enough.start()
        self._provider.shutdown()
        enough.cancel()


def _context(traceparent: str) -> SpanContext:
    _, trace_id, span_id, flags = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
