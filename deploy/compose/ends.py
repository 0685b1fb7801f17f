"""What would end a command on the host (Ctrl-C, a terminal that is gone), held back until nothing would be left half."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: the terminal is gone


@contextmanager
def ends_held(tell: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Hold back what would end us; what is given says whether somebody asked to."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        if not asked and number != signal.SIGHUP:  # then nobody reads it
            tell("sebentar: yang sedang dikerjakan diselesaikan dulu")
        asked.append(number)

    before = {each: signal.signal(each, ask) for each in ENDS}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
