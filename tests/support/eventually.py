"""Wait for something that another task or process brings about."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

R = TypeVar("R")

PATIENCE_SECONDS = 60.0  # what happens ends the wait at once; a busy machine takes ten times as long as a quiet one
FIRST_PAUSE_SECONDS = 0.005  # most waits end within a millisecond or two
LONGEST_PAUSE_SECONDS = 0.1  # a waiting test must not take the core from what it waits for


@overload
async def eventually(
    predicate: Callable[[], Awaitable[R]],
    timeout_seconds: float = PATIENCE_SECONDS,
    *,
    ignoring: tuple[type[BaseException], ...] = (AssertionError,),
) -> R: ...


@overload
async def eventually(
    predicate: Callable[[], R], timeout_seconds: float = PATIENCE_SECONDS, *, ignoring: tuple[type[BaseException], ...] = (AssertionError,)
) -> R: ...


async def eventually(
    predicate: Callable[[], Any],
    timeout_seconds: float = PATIENCE_SECONDS,
    *,
    ignoring: tuple[type[BaseException], ...] = (AssertionError,),
) -> Any:
    """Call ``predicate`` until it answers something true, and return that.

    The predicate may be plain or async. A failing ``assert`` inside it counts as "not yet", as does any answer that is not true:
    a block of assertions therefore ends with ``return True``.

    Raises:
        AssertionError: at the deadline, with the last answer or the last assertion that failed.
    """
    deadline = time.monotonic() + timeout_seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        failure: BaseException | None = None
        answer: object = None
        try:
            answer = predicate()
            if inspect.isawaitable(answer):
                answer = await answer
        except ignoring as error:
            failure = error
        if failure is None and answer:
            return answer
        if time.monotonic() >= deadline:
            last = failure if failure is not None else repr(answer)
            raise AssertionError(f"not within {timeout_seconds} s; last: {last}") from failure
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
