"""Which traces are recorded, and the spans of this process while they last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, Self

from shared.clock import monotonic_seconds, now_ns
from shared.ids import child_traceparent, is_traceparent
from shared.tracing.span import Attribute, Sink, Span, SpanKind

_SAMPLED: Final = "-01"
_NOT_SAMPLED: Final = "-00"
_SHARE_BITS: Final = 56  # of a trace id that are surely random (W3C Trace Context, level 2)
_NS: Final = 1_000_000_000


class _Recorder:
    """Whether this process records, and of how many traces: said once, at its start."""

    sink: Sink | None = None
    below: int = 0
    """Trace ids whose random part is smaller are sampled, in every service alike."""


_current: ContextVar[str] = ContextVar("traceparent", default="")


def configure(sink: Sink | None, share: float) -> None:
    """Say where spans go, and of which share (0 to 1) of the traces that begin here. None: nowhere."""
    _Recorder.sink = sink
    _Recorder.below = 0 if sink is None else int(share * (1 << _SHARE_BITS))


def is_on() -> bool:
    """Return whether this process records anything."""
    return _Recorder.sink is not None


def is_sampled(traceparent: str) -> bool:
    """Return whether spans of this trace are recorded here."""
    return _Recorder.sink is not None and traceparent.endswith(_SAMPLED) and is_traceparent(traceparent)


def begin(incoming: str | None) -> str:
    """Return the trace context of what comes in from outside: in the caller's trace where one is named, with a span id of its own.

    Whether it is sampled is decided here, by the trace id: a caller's own wish is not heard, and the same trace is judged alike everywhere.
    """
    traceparent = child_traceparent(incoming)
    head = traceparent[:-3]
    sampled = int(head[35 - _SHARE_BITS // 4 : 35], 16) < _Recorder.below
    return head + (_SAMPLED if sampled else _NOT_SAMPLED)


def current() -> str:
    """Return the trace context of the span that is open here; empty where none is."""
    return _current.get()


class OpenSpan:
    """A span while it lasts: what is called inside `with` finds it as the current one."""

    __slots__ = ("_attributes", "_began", "_began_ns", "_failed", "_kind", "_links", "_name", "_parent", "_token", "own")

    def __init__(
        self, name: str, own: str, parent: str | None, kind: SpanKind, attributes: dict[str, Attribute], links: tuple[str, ...] = ()
    ) -> None:
        self.own = own
        self._name = name
        self._parent = parent
        self._kind = kind
        self._attributes = attributes
        self._links = links
        self._failed = ""
        self._token: Token[str] | None = None
        self._began_ns = now_ns()
        self._began = monotonic_seconds()

    def __enter__(self) -> Self:
        self._token = _current.set(self.own)
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if self._token is not None:
            _current.reset(self._token)
        if error is not None and not self._failed:
            self._failed = str(getattr(error, "code", "")) or type(error).__name__
        self.end()

    def note(self, attributes: Mapping[str, Attribute]) -> None:
        """Add attributes."""
        self._attributes.update(attributes)

    def rename(self, name: str) -> None:
        """Name it by what was only known later."""
        self._name = name

    def fail(self, code: str) -> None:
        """Say that it failed, though nothing is raised."""
        self._failed = code

    def end(self) -> None:
        """Record it, where it was not opened by `with`."""
        sink = _Recorder.sink
        if sink is None:
            return
        ended_ns = self._began_ns + int((monotonic_seconds() - self._began) * _NS)
        sink.record(
            Span(self._name, self.own, self._parent, self._kind, self._began_ns, ended_ns, self._attributes, self._failed, self._links)
        )


class _Nothing(OpenSpan):
    """The span of a trace that is not recorded: measures nothing."""

    __slots__ = ()

    def __init__(self) -> None:
        self.own = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        pass

    def note(self, attributes: Mapping[str, Attribute]) -> None:
        pass

    def rename(self, name: str) -> None:
        pass

    def fail(self, code: str) -> None:
        pass

    def end(self) -> None:
        pass


NOTHING: Final = _Nothing()


@contextmanager
def within(span: OpenSpan) -> Iterator[None]:
    """Make a span the current one while the block runs, without ending it."""
    token = _current.set(span.own)
    try:
        yield
    finally:
        _current.reset(token)


def span(
    name: str,
    parent: str | None,
    *,
    own: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    links: tuple[str, ...] = (),
    attributes: Mapping[str, Attribute] | None = None,
) -> OpenSpan:
    """Open a span under `parent`, a trace context; it measures nothing where that trace is not sampled.

    Args:
        name: What is done, such as "print kk": few different names.
        parent: The span of which this is a part.
        own: Its own trace context, where somebody was told it already; else one is made.
        kind: What it is to its parent.
        links: Other trace contexts that have to do with it.
        attributes: Codes, types, ids and numbers, by OpenTelemetry's names where it has some; never of a person.
    """
    if not is_sampled(own or parent or ""):
        return NOTHING
    return OpenSpan(name, own or child_traceparent(parent), parent, kind, dict(attributes or {}), links)


def stop(timeout_seconds: float) -> None:
    """Send what is left, and record nothing more. Blocks."""
    sink, _Recorder.sink = _Recorder.sink, None
    if sink is not None:
        sink.stop(timeout_seconds)
