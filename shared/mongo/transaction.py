"""The transaction runner. Motor's own `with_transaction` commits once and never repeats a commit whose answer was lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.backoff import Backoff
from shared.clock import monotonic_seconds
from shared.mongo.errors import CommitUnknown, DatabaseUnavailable, is_unavailable, name_of

R = TypeVar("R")
Session: TypeAlias = AsyncIOMotorClientSession

_TRANSIENT: Final = "TransientTransactionError"  # label: the whole transaction may be run again
_UNKNOWN: Final = "UnknownTransactionCommitResult"  # label: only the commit may be sent again
_PAUSES: Final = Backoff(0.01, 0.5, spread=0.75)  # a competing transaction of ours needs 5 ms at least, an election takes seconds


async def run_transaction(client: AsyncIOMotorClient[Any], body: Callable[[Session], Awaitable[R]], *, limit_seconds: float) -> R:
    """Start, run `body`, commit.

    `body` is run again on `TransientTransactionError`, so it must do nothing but writes of this session from values it already has. The
    commit is sent again on `UnknownTransactionCommitResult`. Both end when the time is over. A cancelled caller waits until the
    transaction has ended: Motor would cancel the waiting, not the operation in its thread.

    Raises:
        DatabaseUnavailable: MongoDB is down, or the transaction lost to others until the time was over.
        CommitUnknown: the answer to the commit never came.
        Exception: whatever `body` raised; nothing was written.
    """
    inner = asyncio.ensure_future(_run(client, body, monotonic_seconds() + limit_seconds))
    try:
        return await asyncio.shield(inner)
    except asyncio.CancelledError:
        if not inner.cancelled():
            await asyncio.wait({inner})
            inner.cancelled() or inner.exception()  # looked at, so that nobody warns of an exception never retrieved
        raise


async def _run(client: AsyncIOMotorClient[Any], body: Callable[[Session], Awaitable[R]], deadline: float) -> R:
    attempt = 0
    while True:
        try:
            async with await client.start_session() as session:
                return await _attempt(session, body, deadline)
        except PyMongoError as error:
            attempt += 1
            again = error.has_error_label(_TRANSIENT)
            if again and await _paused(attempt, deadline):
                continue
            if again or is_unavailable(error):
                raise DatabaseUnavailable("database_unavailable", name_of(error)) from error
            raise


async def _attempt(session: Session, body: Callable[[Session], Awaitable[R]], deadline: float) -> R:
    session.start_transaction(
        read_concern=ReadConcern("snapshot"),
        write_concern=WriteConcern(w="majority", j=True),
        read_preference=ReadPreference.PRIMARY,
    )
    try:
        result = await body(session)
    except BaseException:
        with suppress(PyMongoError):  # the server drops a transaction it does not hear of; the first error is the one to tell
            await session.abort_transaction()
        raise
    await _commit(session, deadline)
    return result


async def _commit(session: Session, deadline: float) -> None:
    attempt = 0
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(_UNKNOWN):
                raise
            attempt += 1
            if not await _paused(attempt, deadline):
                raise CommitUnknown("commit_unknown", type(error).__name__) from error
        else:
            return


async def _paused(attempt: int, deadline: float) -> bool:
    """Wait a jittered while before the next attempt; False when that would be past the deadline."""
    pause = _PAUSES.seconds(attempt, random.random())  # noqa: S311 - jitter, not cryptography
    if monotonic_seconds() + pause >= deadline:
        return False
    await asyncio.sleep(pause)
    return True
