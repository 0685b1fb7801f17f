"""Wait for another process, from code that has no event loop."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05


def wait_until(ready: Callable[[], bool], timeout_seconds: float, what: str) -> None:
    """Block until ``ready()`` says yes. An exception that it raises goes through, and ends the wait.

    Raises:
        TimeoutError: it did not; the message says what was waited for.
    """
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {timeout_seconds:g} s")
        time.sleep(POLL_SECONDS)
