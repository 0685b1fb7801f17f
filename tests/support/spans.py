"""Spans of this process, kept while a test looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared import tracing


class KeptRecords:
    """A sink that keeps."""

    def __init__(self) -> None:
        self.spans: list[tracing.Span] = []

    def record(self, span: tracing.Span) -> None:
        self.spans.append(span)

    def stop(self, timeout_seconds: float) -> None:
        pass

    def named(self, name: str) -> tracing.Span:
        """The one of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


@contextmanager
def recorded(share: float = 1.0) -> Iterator[KeptRecords]:
    """Record while the block runs."""
    kept = KeptRecords()
    tracing.configure(kept, share)
    try:
        yield kept
    finally:
        tracing.configure(None, share)
