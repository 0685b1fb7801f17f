"""Logs of containers that an upgrade took away: packed, readable, and never more than there is room for."""

import gzip
from datetime import timedelta
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
    at = now()
    names = [f"{(at - timedelta(days=age)).strftime('%Y%m%d-%H%M%S')}-intake.log.gz" for age in (100, 60, 40, 20)]
    for name in names:
        (tmp_path / name).write_bytes(bytes(10))
    kept_logs.make_room(tmp_path, most=100, seconds=80 * 86_400)
    assert sorted(file.name for file in tmp_path.iterdir()) == names[1:]
    kept_logs.make_room(tmp_path, most=25, seconds=80 * 86_400)
    assert sorted(file.name for file in tmp_path.iterdir()) == names[2:]
