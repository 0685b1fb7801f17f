"""What can go wrong between us and MongoDB, in our own terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, OperationFailure, PyMongoError, WTimeoutError

from shared.errors import Conflict, Transient

DUPLICATE_KEY: Final = 11000  # server error code
_NO_SERVICE_CODES: Final = frozenset(
    {
        50,  # MaxTimeMSExpired: the server gave up on time
        18,  # AuthenticationFailed: a server that has just started may not find its users yet; a wrong password is no fault of a request
        64,  # WriteConcernFailed: no majority in time
        91,  # ShutdownInProgress
        189,  # PrimarySteppedDown
        211,  # KeyNotFound: a server that has just started has no keys to sign its time with yet
        262,  # ExceededTimeLimit
        10107,  # NotWritablePrimary
        11600,  # InterruptedAtShutdown
        11602,  # InterruptedDueToReplStateChange
        13435,  # NotPrimaryNoSecondaryOk
        13436,  # NotPrimaryOrSecondary
        14031,  # OutOfDiskSpace
    },
)

_NO_ROOM: Final = "No space left on device"  # strerror of ENOSPC

DriverError: Final = PyMongoError
"""What the driver raises, for those who may not know the driver."""


class LostRace(Conflict):
    """Another unit wrote first what this one had read. Handle the whole thing again with fresh reads."""


class DatabaseUnavailable(Transient):
    """MongoDB can't be reached or can't commit now. Nothing is wrong with the message or the request."""


class CommitUnknown(DatabaseUnavailable):
    """The commit was sent, and nobody could say in time whether it holds. Read before you conclude anything."""


def is_duplicate_key(error: BaseException) -> bool:
    """Return whether a unique index refused the write."""
    if isinstance(error, BulkWriteError):
        return any(problem.get("code") == DUPLICATE_KEY for problem in (error.details or {}).get("writeErrors", ()))
    return isinstance(error, DuplicateKeyError)


def is_unavailable(error: BaseException) -> bool:
    """Return whether the error says "MongoDB is down or out of breath" and nothing about the data.

    Used by the consumer (pause), by the API (503) and by jobs (wait).
    """
    if isinstance(error, DatabaseUnavailable | ConnectionFailure | WTimeoutError):
        return True
    if isinstance(error, OperationFailure) and (error.code in _NO_SERVICE_CODES or _is_full(error)):
        return True
    return isinstance(error, PyMongoError) and error.timeout


def _is_full(error: OperationFailure) -> bool:
    """Return whether a write failed for want of room: MongoDB 6 says it as an unknown error (8) with the system's words."""
    details = error.details or {}
    said = (details.get("errmsg", ""), *(problem.get("errmsg", "") for problem in details.get("writeErrors", ())))
    return any(_NO_ROOM in text for text in said)


def name_of(error: PyMongoError) -> str:
    """Return its name for a log: the server's own where it has one (`AuthenticationFailed`), else the driver's. Never its text."""
    details = error.details if isinstance(error, OperationFailure) else None
    return str((details or {}).get("codeName") or type(error).__name__)


@contextmanager
def reachable() -> Iterator[None]:
    """Turn what the driver raises when MongoDB is down into our own error.

    Raises:
        DatabaseUnavailable: instead of the driver's error; any other error passes as it is.
    """
    try:
        yield
    except PyMongoError as error:
        if is_unavailable(error):
            raise DatabaseUnavailable("database_unavailable", name_of(error)) from error
        raise
