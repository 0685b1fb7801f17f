"""Who may call: a file that is written anew stays readable by the service whose it is."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from deploy.compose import clients

SERVICE = 10001


def test_a_service_still_reads_its_callers_after_one_was_added_or_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _file, uid, gid: given.append((uid, gid)))
    file = tmp_path / "intake" / "api_keys"
    file.parent.mkdir()
    file.write_text(json.dumps([]))
    file.chmod(0o400)
    owner = file.stat()
    assert clients.main([str(tmp_path), "add", "kios-01", "requests:write"]) == 0
    assert [row["name"] for row in clients.read(file)] == ["kios-01"]
    assert clients.main([str(tmp_path), "remove", "kios-01"]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert given == [(owner.st_uid, owner.st_gid)] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays_where_root_adds_one(tmp_path: Path) -> None:
    file = tmp_path / "intake" / "api_keys"
    file.parent.mkdir()
    file.write_text(json.dumps([]))
    os.chown(file, SERVICE, SERVICE)
    assert clients.main([str(tmp_path), "add", "kios-01", "requests:write"]) == 0
    assert file.stat().st_uid == SERVICE
