"""The spans that came, by trace, as Jaeger writes them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final, TypeAlias

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

Json: TypeAlias = dict[str, Any]

_NS_PER_US: Final = 1000
_SERVICE: Final = "service.name"


class KeptSpans:
    """The latest traces, `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._traces: OrderedDict[str, list[Json]] = OrderedDict()

    def take(self, body: bytes) -> int:
        """Keep what an exporter sent; return how many spans that were.

        Raises:
            DecodeError: it is no `ExportTraceServiceRequest`.
        """
        request = ExportTraceServiceRequest.FromString(body)
        count = 0
        for resource in request.resource_spans:
            about = _tags(resource.resource.attributes)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    kept = _as_jaeger(span, about)
                    self._traces.setdefault(kept["traceID"], []).append(kept)
                    count += 1
        while len(self._traces) > self._most:
            self._traces.popitem(last=False)
        return count

    def trace(self, trace_id: str) -> Json | None:
        """Return a trace with its processes; None where none of its spans came."""
        spans = self._traces.get(trace_id)
        if spans is None:
            return None
        processes: dict[str, Json] = {}
        shown = []
        for span in spans:
            about = {key: value for key, value in span["process"].items() if key != _SERVICE}
            name = f"{span['process'].get(_SERVICE, '')}/{span['process'].get('adminduk.role', '')}"
            processes[name] = {"serviceName": span["process"].get(_SERVICE, ""), "tags": _listed(about)}
            shown.append({**{key: value for key, value in span.items() if key != "process"}, "processID": name})
        return {"traceID": trace_id, "spans": shown, "processes": processes}

    def everything(self) -> list[Json]:
        """Return all spans, in no order."""
        return [span for spans in self._traces.values() for span in spans]


def _as_jaeger(span: Span, about: Json) -> Json:
    tags = _tags(span.attributes) | {"span.kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()}
    if span.status.code == Status.StatusCode.STATUS_CODE_ERROR:
        tags |= {"error": True, "otel.status_description": span.status.message}
    trace_id = span.trace_id.hex()
    references = [{"refType": "FOLLOWS_FROM", "traceID": link.trace_id.hex(), "spanID": link.span_id.hex()} for link in span.links]
    if span.parent_span_id:
        references.insert(0, {"refType": "CHILD_OF", "traceID": trace_id, "spanID": span.parent_span_id.hex()})
    return {
        "traceID": trace_id,
        "spanID": span.span_id.hex(),
        "operationName": span.name,
        "references": references,
        "startTime": span.start_time_unix_nano // _NS_PER_US,
        "duration": (span.end_time_unix_nano - span.start_time_unix_nano) // _NS_PER_US,
        "tags": _listed(tags),
        "process": about,
    }


def _tags(attributes: Any) -> Json:
    found: list[KeyValue] = list(attributes)
    return {each.key: _value(each.value) for each in found}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    return None if kind is None else getattr(value, kind)


def _listed(tags: Json) -> list[Json]:
    return [{"key": key, "value": value} for key, value in tags.items()]
