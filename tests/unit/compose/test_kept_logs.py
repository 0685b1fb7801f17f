"""Logs of containers that an upgrade took away: packed, readable, and never more than there is room for."""

import gzip
import os
from pathlib import Path

from deploy.compose import kept_logs
from shared.clock import now


def test_all_that_was_said_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    kept_logs.keep(["sh", "-c", "echo one; echo two >&2"], folder, "intake-0123456789ab")
    (file,) = folder.iterdir()
    assert file.name.endswith("-intake-0123456789ab.log.gz")
    assert gzip.decompress(file.read_bytes()) == b"one\ntwo\n"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_is_over_the_bounds_goes_the_oldest_first(tmp_path: Path) -> None:
    at = now().timestamp()
    for number, age in enumerate((100, 3, 2, 1)):
        file = tmp_path / f"2026010{number}-010000-intake.log.gz"
        file.write_bytes(bytes(10))
        os.utime(file, (at - age, at - age))
    kept_logs.make_room(tmp_path, most=100, seconds=50)
    assert [file.name[:8] for file in sorted(tmp_path.iterdir())] == ["20260101", "20260102", "20260103"]
    kept_logs.make_room(tmp_path, most=25, seconds=50)
    assert [file.name[:8] for file in sorted(tmp_path.iterdir())] == ["20260102", "20260103"]
