"""A write for which there is no room says nothing about the data: it is tried again, and nothing is parked for it."""

import pytest
from pymongo.errors import BulkWriteError, OperationFailure, WriteError

from shared.mongo import DatabaseUnavailable, is_unavailable, reachable

SAID = "WiredTigerRecordStore::insertRecord 28: No space left on device"  # MongoDB 6.0 on a full tmpfs


@pytest.mark.parametrize(
    "error",
    [
        WriteError(SAID, 8, {"index": 0, "code": 8, "errmsg": SAID}),
        BulkWriteError({"writeErrors": [{"index": 0, "code": 8, "errmsg": SAID}]}),
        OperationFailure(SAID, 8, {"ok": 0, "code": 8, "errmsg": SAID}),
        OperationFailure("out of disk space", 14031, {"ok": 0, "code": 14031, "errmsg": "out of disk space"}),
    ],
)
def test_no_room_is_an_outage(error: OperationFailure) -> None:
    assert is_unavailable(error)
    with pytest.raises(DatabaseUnavailable), reachable():
        raise error


def test_another_unknown_error_is_none() -> None:
    assert not is_unavailable(WriteError("something else", 8, {"code": 8, "errmsg": "something else"}))
