"""What an operator sees of an entry without asking for personal data."""

import orjson
import pytest

from shared.messaging.operations.stuck_item import StuckItem, StuckPlace

NIK = "3519081708850003"


def entry(body: bytes) -> StuckItem:
    return StuckItem(StuckPlace.PARKED, "intake", "1", "notifier.notice_failed.v1", "ill", body=body)


def test_what_looks_personal_is_hidden_however_deep() -> None:
    body = orjson.dumps({"data": {"personal": {"x": "BUDI"}, "rows": [f"of {NIK}"], "code": "ill"}})
    shown = entry(body).content(in_full=False)
    assert shown == {"data": {"personal": "[personal]", "rows": ["of [personal]"], "code": "ill"}}
    assert entry(body).content(in_full=True) == orjson.loads(body)


@pytest.mark.parametrize("body", [b"", b"BUDI \xff", b'{"name": "BUDI"'])
def test_what_is_no_json_is_shown_only_in_full(body: bytes) -> None:
    assert "BUDI" not in entry(body).content(in_full=False)
    assert entry(body).content(in_full=True) == body.decode(errors="backslashreplace")
