"""A program that is asked to end does so in order: what it started is stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALLED: Final = 128  # what shells add to the number of the signal that ended a program


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Within, SIGTERM ends the program as Ctrl-C does: by an exception, so that every `finally` runs. A second one is not heard."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(_SIGNALLED + number)
