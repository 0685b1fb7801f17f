"""Traces by setting: what has a trace context (W3C) becomes a span of OpenTelemetry, where a collector is named and the trace is sampled.

The trace context itself is always there: made where a request comes in, carried by headers, envelopes and outbox rows, written into logs.
A span only says how long something took, and of what it was a part. Its name and attributes are codes, types and ids: never a person.
Without a collector nothing here is measured, and nothing of OpenTelemetry is imported.
"""

from shared.tracing.recording import NOTHING as NOTHING
from shared.tracing.recording import OpenSpan as OpenSpan
from shared.tracing.recording import begin as begin
from shared.tracing.recording import configure as configure
from shared.tracing.recording import current as current
from shared.tracing.recording import is_on as is_on
from shared.tracing.recording import is_sampled as is_sampled
from shared.tracing.recording import span as span
from shared.tracing.recording import stop as stop
from shared.tracing.recording import within as within
from shared.tracing.span import Attribute as Attribute
from shared.tracing.span import Sink as Sink
from shared.tracing.span import Span as Span
from shared.tracing.span import SpanKind as SpanKind
