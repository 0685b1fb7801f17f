"""A full backup and the copy of what changed after it, brought back elsewhere: the same rows and indexes, to the moment asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bson import Binary, Int64
from pymongo import IndexModel

from deploy.admin import changes, keeping
from deploy.admin.changes import last_copied
from deploy.admin.moments import ClusterTime
from deploy.admin.refusal import Refused
from deploy.admin.restoring import keep_from_now, restore_databases
from deploy.admin.sets import make_set, sets
from deploy.admin.source import snapshot
from deploy.admin.targets import BackupTarget, FolderTarget
from deploy.waiting import wait_until
from tests.integration.admin.conftest import House


def fill(house: House) -> None:
    """Rows of every kind of value, an index, and a file."""
    intake = house.client[house.databases["intake"]]
    intake["requests"].insert_many(
        [{"_id": f"r{each}", "at": datetime(2026, 11, 29, tzinfo=UTC), "n": Int64(each), "list": [1, {"a": 2}]} for each in range(2500)]
    )
    intake["requests"].create_indexes(
        [IndexModel([("n", 1)], name="by_n", unique=True), IndexModel([("at", -1)], name="at", partialFilterExpression={"n": {"$gt": 5}})]
    )
    house.client[house.databases["issuance"]]["counters"].insert_one({"_id": "KK-29112026", "last": 7, "version": 1})
    house.client[house.databases["verification"]]["blobs"].insert_one({"_id": 1, "data": Binary(bytes(range(256)) * 4000)})
    house.client[house.databases["notifier"]]["jobs"].insert_one({"_id": "j1", "state": "ready"})


def change(house: House) -> None:
    """Everything that the oplog writes down: inserts, updates of fields, lists and whole rows, deletes, a transaction, an index."""
    client, intake = house.client, house.client[house.databases["intake"]]
    intake["requests"].update_one({"_id": "r1"}, {"$set": {"list.1.a": 3, "new": {"x": 1}}, "$unset": {"at": ""}})
    intake["requests"].update_one({"_id": "r1"}, {"$push": {"list": {"$each": [4, 5]}}, "$inc": {"n": 10_000}})
    intake["requests"].update_one({"_id": "r2"}, {"$pop": {"list": 1}, "$set": {"new.y": [[1, 2], [3]]}})
    intake["requests"].update_one({"_id": "r2"}, [{"$set": {"moment": "$$NOW", "list": {"$concatArrays": ["$list", [9]]}}}])
    intake["requests"].replace_one({"_id": "r3"}, {"n": 30_000})
    intake["requests"].delete_many({"_id": {"$in": ["r4", "r5"]}})
    with client.start_session() as session, session.start_transaction():
        intake["requests"].insert_one({"_id": "in", "n": 40_000}, session=session)
        client[house.databases["notifier"]]["jobs"].update_one({"_id": "j1"}, {"$set": {"state": "done"}}, session=session)
    intake["fresh"].insert_many([{"_id": number} for number in range(3)])
    intake["fresh"].create_index("k", name="k")
    intake["requests"].drop_index("at")
    client[house.databases["issuance"]]["counters"].update_one({"_id": "KK-29112026"}, {"$inc": {"last": 2, "version": 1}})


def elsewhere(house: House) -> dict[str, str]:
    """Databases that are not there yet."""
    return {service: f"{name}_back" for service, name in house.databases.items()}


def test_everything_comes_back_as_it_was(house: House) -> None:
    fill(house)
    keeping.back_up(house.settings, lambda _: None)
    before = house.rows()
    change(house)
    since = last_copied(house.backup.target)
    assert since is not None
    copied = keeping.copy(house.settings, house.backup.target, since)
    assert copied.counters == {"issuance": {"KK-29112026": 9}}
    homes = elsewhere(house)
    restored = restore_databases(house.backup, house.client, homes)
    assert (house.rows(homes), restored.until) == (house.rows(), copied.until)
    for service, name in house.databases.items():
        for collection in house.client[name].list_collection_names():
            wanted = house.client[name][collection].index_information()
            assert house.client[homes[service]][collection].index_information() == wanted, collection
    earlier = {service: f"{name}_earlier" for service, name in house.databases.items()}
    restore_databases(house.backup, house.client, earlier, until=since)
    assert house.rows(earlier) == before


@pytest.mark.parametrize(("age", "moved"), [(timedelta(days=100), timedelta(days=100)), (timedelta(minutes=5), timedelta())])
def test_messages_of_an_old_backup_do_not_expire_before_they_are_sent_again(house: House, age: timedelta, moved: timedelta) -> None:
    intake, until = house.client[house.databases["intake"]], datetime(2026, 8, 1, tzinfo=UTC)
    sent, handled = until - timedelta(hours=1), until - timedelta(days=80)
    intake["outbox"].insert_many([{"_id": "on its way", "state": "sent", "sent_at": sent}, {"_id": "unsent", "state": "new"}])
    intake["inbox"].insert_one({"_id": "intake:known", "at": handled})
    keep_from_now([intake], until, until + age)
    assert [row.get("sent_at") for row in intake["outbox"].find().sort("_id", 1)] == [sent + moved, None]
    assert [row["at"] for row in intake["inbox"].find()] == [handled + moved]


def test_a_backup_with_one_byte_changed_is_not_used(house: House) -> None:
    fill(house)
    keeping.back_up(house.settings, lambda _: None)
    [name] = sets(house.backup.target)
    for file in (house.folder / "target" / name).iterdir():
        whole = file.read_bytes()
        changed = bytearray(whole)
        changed[len(changed) // 2] ^= 1
        file.write_bytes(changed)
        homes = {service: f"{each}_{len(file.name)}" for service, each in house.databases.items()}
        with pytest.raises(Refused, match=r"backup_damaged|identity_wrong"):
            restore_databases(house.backup, house.client, homes)
        for home in homes.values():
            house.client.drop_database(home)
        file.write_bytes(whole)


def test_a_system_that_is_not_empty_is_left_as_it_is(house: House) -> None:
    fill(house)
    keeping.back_up(house.settings, lambda _: None)
    before = house.rows()
    with pytest.raises(Refused, match="restore_not_empty"):
        restore_databases(house.backup, house.client, house.databases)
    assert house.rows() == before
    with pytest.raises(Refused, match="moment_outside"):
        restore_databases(house.backup, house.client, elsewhere(house), until=ClusterTime(4_000_000_000))


class Busy(FolderTarget):
    """A folder; while the first file is brought there, somebody works on."""

    def __init__(self, folder: Path, work: Callable[[], None]) -> None:
        super().__init__(folder)
        self._work: Callable[[], None] | None = work

    def put(self, file: Path, name: str) -> None:
        if self._work is not None:
            self._work()
            self._work = None
        super().put(file, name)


def test_files_that_come_and_go_while_a_backup_is_made_are_whole_or_gone(house: House) -> None:
    intake = house.client[house.databases["intake"]]

    def upload(name: str) -> None:
        intake["files.chunks"].insert_many([{"_id": f"{name}{n}", "files_id": name, "n": n, "data": Binary(bytes(9))} for n in range(3)])
        intake["files.files"].insert_one({"_id": name, "length": 27})

    def work() -> None:
        upload("comes")
        intake["files.files"].delete_one({"_id": "goes"})
        intake["files.chunks"].delete_many({"files_id": "goes"})

    upload("goes")
    upload("stays")
    fill(house)
    target, settings = Busy(house.folder / "target", work), house.settings
    with snapshot(house.client, house.databases) as source:
        made = make_set(source, target, settings.recipients(), settings.backup_scratch)
    keeping.copy(settings, target, made.cluster_time)
    homes = elsewhere(house)
    restore_databases(house.backup, house.client, homes)
    assert house.rows(homes) == house.rows()
    assert [row["_id"] for row in house.client[homes["intake"]]["files.files"].find().sort("_id", 1)] == ["comes", "stays"]


def test_copies_that_overlap_are_done_once(house: House) -> None:
    """Somebody makes a full backup by hand while the copy goes on."""
    fill(house)
    keeping.back_up(house.settings, lambda _: None)
    since = last_copied(house.backup.target)
    assert since is not None
    change(house)
    first = keeping.copy(house.settings, house.backup.target, since)
    intake = house.client[house.databases["intake"]]["requests"]
    intake.update_one({"_id": "r1"}, {"$unset": {"new": ""}})
    keeping.copy(house.settings, house.backup.target, since)
    intake.update_one({"_id": "r1"}, {"$push": {"list": 6}})
    keeping.copy(house.settings, house.backup.target, first.until)
    homes = elsewhere(house)
    restore_databases(house.backup, house.client, homes)
    assert house.rows(homes) == house.rows()


def _reached(target: BackupTarget) -> ClusterTime:
    reached = last_copied(target)
    assert reached is not None
    return reached


def test_where_nothing_happens_the_copy_goes_on_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office at night: else it would look like a copy that has stopped."""
    fill(house)
    keeping.back_up(house.settings, lambda _: None)
    target = house.backup.target
    nobodys = house.client[f"{house.databases['intake']}_nobodys"]["rows"]

    def is_left_alone() -> bool:
        since = _reached(target)
        nobodys.insert_one({})  # time goes by
        assert keeping.copy(house.settings, target, since).changes == 0
        return last_copied(target) == since

    wait_until(is_left_alone, 60, "a copy that is not made each minute: others' transactions on this server are looked at, too")
    since = _reached(target)
    monkeypatch.setattr(changes, "QUIET", timedelta(0))
    nobodys.insert_one({})
    quiet = keeping.copy(house.settings, target, since)
    assert (quiet.changes, last_copied(target)) == (0, quiet.until)
    change(house)
    keeping.copy(house.settings, target, quiet.until)
    homes = elsewhere(house)
    restore_databases(house.backup, house.client, homes)
    assert house.rows(homes) == house.rows()
