"""What a backup and a restore do not do: each has its code, and leaves what is there as it was."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.admin import backups, keeping, manifest, sealing
from deploy.admin.changes import last_copied
from deploy.admin.manifest import FORMAT, OLDEST_FORMAT
from deploy.admin.moments import CHANGES, SUMS, ClusterTime
from deploy.admin.refusal import Refused
from deploy.admin.restoring import Restored, restore_databases
from deploy.admin.sets import open_set, sets, verify_set
from deploy.admin.source import Snapshot
from shared.clock import now
from tests.integration.admin.conftest import House


def one_row(house: House, name: str = "r1") -> None:
    house.client[house.databases["intake"]]["requests"].insert_one({"_id": name})


def elsewhere(house: House) -> Mapping[str, str]:
    return {service: f"{name}_back" for service, name in house.databases.items()}


def with_format(house: House, number: int) -> None:
    """Let the newest set say that it is of another format, with the hashes that belong to it."""
    [name] = sets(house.backup.target)
    folder = house.folder / "target" / name
    file = folder / manifest.NAME
    said = open_set(house.backup.target, name, house.backup.identity, house.backup.scratch).model_copy(update={"format": number})
    before = sealing.sha256_of(file)
    file.unlink()
    sealed = sealing.seal(house.folder / "recipients", [said.model_dump_json().encode()], file)
    (folder / SUMS).write_text((folder / SUMS).read_text().replace(before, sealed.sha256))


@pytest.mark.parametrize(("number", "code"), [(FORMAT + 1, "backup_too_new"), (OLDEST_FORMAT - 1, "backup_too_old")])
def test_a_backup_of_another_format_is_not_restored(house: House, number: int, code: str) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)
    with_format(house, number)
    with pytest.raises(Refused, match=code):
        restore_databases(house.backup, house.client, elsewhere(house))


def test_another_key_opens_nothing(house: House) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)
    house.backup.identity.unlink()
    sealing.make_key(house.backup.identity)
    with pytest.raises(Refused, match="identity_wrong"):
        restore_databases(house.backup, house.client, elsewhere(house))


def test_a_set_that_is_not_whole_is_no_backup(house: House) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)
    [name] = sets(house.backup.target)
    (house.folder / "target" / name / "state.tar.age").unlink()
    with pytest.raises(Refused, match="backup_missing"):
        verify_set(house.backup.target, name, house.backup.scratch)
    (house.folder / "target" / name / SUMS).unlink()
    assert sets(house.backup.target) == []
    with pytest.raises(Refused, match="backup_missing"):
        restore_databases(house.backup, house.client, elsewhere(house))


def test_a_copy_that_misses_a_part_is_restored_up_to_it_alone(house: House) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)  # where it took long, with a part of its own
    known = set(house.backup.target.names(CHANGES))
    for name in ("r2", "r3", "r4"):
        one_row(house, name)
        since = last_copied(house.backup.target)
        assert since is not None
        keeping.copy(house.settings, house.backup.target, since)
    first, second, _ = (name for name in house.backup.target.names(CHANGES) if name not in known)
    house.backup.target.remove(second)
    with pytest.raises(Refused, match="copy_broken"):
        restore_databases(house.backup, house.client, elsewhere(house))
    restore_databases(house.backup, house.client, elsewhere(house), until=ClusterTime.read(first.partition("-")[2]))
    assert house.client[elsewhere(house)["intake"]]["requests"].count_documents({}) == 2


def test_changes_that_the_server_forgot_are_not_passed_over_in_silence(house: House) -> None:
    one_row(house)
    told: list[str] = []
    keeper, at = keeping.Keeper(house.settings, told.append), now()
    keeper.once(at)
    keeper.finish()
    with pytest.raises(Refused, match="oplog_gap"):
        keeping.copy(house.settings, house.backup.target, ClusterTime(1_000_000_000))
    one_row(house, "r2")
    keeper.once(at)
    assert told[-1].startswith("1 changes up to"), told
    assert len(sets(house.backup.target)) == 1, "the backup of the day is there"
    keeper.once(at + timedelta(days=1))
    keeper.finish()
    assert len(sets(house.backup.target)) == 2
    usage = shutil.disk_usage(house.folder)
    assert REGISTRY.get_sample_value("disk_size_bytes", {"place": "backup"}) == usage.total
    assert 0 < (REGISTRY.get_sample_value("disk_free_bytes", {"place": "backup"}) or 0) <= usage.total


def test_a_restore_that_was_cut_short_is_never_taken_for_whole(house: House) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)
    [name] = sets(house.backup.target)
    file = house.folder / "target" / name / "intake.requests.0001.bson.age"
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(Refused, match="backup_damaged"):
        restore_databases(house.backup, house.client, elsewhere(house))
    file.write_bytes(kept)
    with pytest.raises(Refused, match="restore_interrupted"):
        restore_databases(house.backup, house.client, elsewhere(house))


def test_a_restore_whose_numbers_did_not_go_on_is_not_whole(house: House) -> None:
    one_row(house)
    keeping.back_up(house.settings, lambda _: None)

    def lost(_: Restored) -> None:
        raise Refused("target_unreachable")

    with pytest.raises(Refused, match="target_unreachable"):
        restore_databases(house.backup, house.client, elsewhere(house), finish=lost)
    with pytest.raises(Refused, match="restore_interrupted"):
        restore_databases(house.backup, house.client, elsewhere(house))


def test_history_that_is_gone_is_said_by_its_setting(house: House) -> None:
    one_row(house)
    with house.client.start_session(causal_consistency=False) as session:
        long_ago = Snapshot(house.client, house.databases, session, ClusterTime(1_000_000_000, 1))
        with pytest.raises(Refused, match="backup_too_slow"):
            list(long_ago.rows("intake", "requests"))


def test_a_running_system_is_not_restored_into(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Living(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Living)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("ADMIN_URLS", f'{{"intake": "http://127.0.0.1:{server.server_port}"}}')
    assert backups.main(["restore", "databases", "--key", str(house.backup.identity)]) == 1
    assert capsys.readouterr().err.startswith("admin: restore_running: ")
    server.shutdown()
    server.server_close()


def test_what_is_missing_on_the_machine_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(house.folder))
    with pytest.raises(Refused, match="age_missing"):
        keeping.back_up(house.settings, lambda _: None)
