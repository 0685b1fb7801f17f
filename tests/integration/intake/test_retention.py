"""Photos of a request that has ended go when their time is over, bytes and all; what somebody still needs stays; the page tells both."""

from datetime import timedelta
from typing import Any

from prometheus_client import REGISTRY

from services.intake.domain.requests import RequestState
from services.intake.handlers.returning import mending_of
from services.intake.ports import Tx
from shared.mongo import IndexModel
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import NIK, Rig, only
from tests.integration.intake.test_mending import mend
from tests.integration.intake.test_progress import BEGAN, REJECTED, RETURNED, delivery
from tests.integration.intake.test_requests import body, file

KEPT, RETURNED_KEPT = timedelta(days=90, minutes=5), timedelta(days=180, minutes=5)  # the settings, and the minute at which it ended
GRACE = timedelta(hours=2)
PAGE = "/desk/masa-simpan/permohonan"


async def ended(rig: Rig, event: str = REJECTED, key: str = "k-1", **changes: Any) -> dict[str, Any]:
    """A request of an adapter that the office ended."""
    receipt = (await file(rig, await body(rig, **changes), key)).json()["receipt"]
    request = only([row for row in await rig.rows("requests") if row["receipt"] == receipt])
    await rig.deliver(delivery(event, request["_id"], 1))
    return request


async def swept(rig: Rig) -> int:
    """Let go, and remove what nobody came to use; return of how many requests files were let go."""
    done = await rig.wiring.retention.files_over.sweep()
    rig.clock.at += GRACE
    await rig.wiring.retention.unused_files.sweep()
    return done


async def request_of(rig: Rig, request_id: str) -> dict[str, Any]:
    return only([row for row in await rig.rows("requests") if row["_id"] == request_id])


async def test_photos_go_with_their_bytes_and_it_is_written_down_how_many(rig: Rig) -> None:
    request = await ended(rig)
    rig.clock.at = BEGAN + KEPT - timedelta(minutes=10)
    assert await swept(rig) == 0
    assert len(await rig.rows("files.files")) == 2
    rig.clock.at = BEGAN + KEPT
    assert await swept(rig) == 1
    assert await rig.rows("files.files") == await rig.rows("files.chunks") == []
    row = await request_of(rig, request["_id"])
    assert row["files_since"] is None
    assert row["files_over_at"] - (BEGAN + KEPT) < GRACE
    assert [each["sha256"] for each in row["attachments"]] == [each["sha256"] for each in request["attachments"]], "that they were is known"
    noted = [(each["actor"], each["act"], each["detail"]) for each in await rig.rows("audit") if each["act"].startswith("files.")]
    book = only(await rig.rows("retention"))
    assert noted == [
        ("retention", "files.given_up", {"requests": "1", "files": "2"}),
        ("retention", "files.removed", {"kind": "request_files", "files": "2", "size_bytes": str(book["all_bytes"])}),
    ]
    assert (book["_id"], book["rows"], book["all_rows"]) == ("request_files", 2, 2)
    assert book["all_bytes"] > 0
    assert await swept(rig) == 0, "once"


async def test_while_the_same_person_has_something_open_the_photos_stay(rig: Rig) -> None:
    await ended(rig)
    rig.clock.at = BEGAN + KEPT
    filed = await file(rig, await body(rig), "k-2")
    assert filed.status_code == 201, "of the same NIK"
    assert await swept(rig) == 0
    assert len(await rig.rows("files.files")) == 4
    [second] = [row for row in await rig.rows("requests") if row["state"] == "submitted"]
    await rig.deliver(delivery(REJECTED, second["_id"], 1))
    assert await swept(rig) == 1, "the first; the second has only just ended"
    assert len(await rig.rows("files.files")) == 2


async def test_while_the_same_person_has_something_open_in_a_chat_that_theirs_was_merged_with_the_photos_stay(rig: Rig) -> None:
    request = await ended(rig)
    requests, contacts = (rig.mongo.collection(rig.database, name) for name in ("requests", "contacts"))
    merged = {"c-1": "c-2", "c-2": "c-3", "c-3": None, "c-4": "c-3", "c-5": None, "c-6": "c-4"}
    await contacts.insert_many([{"_id": each, "merged_into": into, "name_words": []} for each, into in merged.items()])
    await requests.update_one({"_id": request["_id"]}, {"$set": {"origin.contact_id": "c-1"}})
    await requests.insert_one({"_id": "open", "receipt": "MDN-2222-2222", "state": "submitted", "search_terms": [], "origin": {}})
    rig.clock.at = BEGAN + KEPT
    for contact_id, goes in (("c-6", 0), ("c-3", 0), ("c-5", 1)):
        await requests.update_one({"_id": "open"}, {"$set": {"origin.contact_id": contact_id}})
        assert await swept(rig) == goes, contact_id


async def test_while_somebody_complains_of_a_request_from_another_chat_its_photos_stay(rig: Rig) -> None:
    request = await ended(rig)
    complaint = {
        "_id": "complaint",
        "receipt": "MDN-2222-2222",
        "service": "pengaduan",
        "state": "submitted",
        "origin": {"contact_id": "c-2"},
    }
    about = {"form": {"answers": {"receipt": request["receipt"].replace("-", " ").lower()}}, "search_terms": []}
    await rig.mongo.collection(rig.database, "requests").insert_one({**complaint, **about})
    rig.clock.at = BEGAN + KEPT
    assert await swept(rig) == 0
    await rig.mongo.collection(rig.database, "requests").update_one({"_id": "complaint"}, {"$set": {"state": "answered"}})
    assert await swept(rig) == 1


async def test_a_returned_request_has_its_photos_for_longer_and_then_asks_for_them_again(rig: Rig) -> None:
    request = await ended(rig, RETURNED)
    for days in range(90, 180, 10):  # a clock that jumps is not believed
        rig.clock.at = BEGAN + timedelta(days=days, minutes=5)
        assert await swept(rig) == 0
    rig.clock.at = BEGAN + RETURNED_KEPT
    assert await swept(rig) == 1

    async def draft(tx: Tx) -> Any:
        return mending_of(rig.wiring.deps, await tx.request(request["_id"]), rig.clock())

    assert (await rig.wiring.units.run(draft)).attachments == ()
    answer = await mend(rig, request["receipt"], await body(rig))
    assert (answer.status_code, answer.json()["state"]) == (200, RequestState.SUBMITTED)
    row = await request_of(rig, request["_id"])
    assert "files_over_at" not in row
    await rig.wiring.retention.unused_files.sweep()
    assert len(await rig.rows("files.files")) == 2, "the new ones are needed"


async def test_a_process_that_died_after_it_let_go_leaves_nothing_behind(rig: Rig) -> None:
    await ended(rig)
    rig.clock.at = BEGAN + KEPT
    page = await rig.wiring.retention.files_over.reader.page(rig.clock(), rig.wiring.retention.files_over.times, None, 10)
    assert len(page.request_ids) == 1
    await rig.mongo.collection(rig.database, "requests").update_one(
        {"_id": page.request_ids[0]}, {"$set": {"files_over_at": rig.clock(), "files_since": None}}
    )
    rig.clock.at = rig.clock.at.replace(year=rig.clock.at.year + 30)  # ids of files carry the real time
    for _ in range(2):
        await rig.wiring.retention.unused_files.sweep()
        rig.clock.at += GRACE
    assert await rig.rows("files.files") == []


async def test_nothing_goes_while_the_audit_log_is_known_to_be_broken(rig: Rig) -> None:
    await ended(rig)
    rig.clock.at = BEGAN + KEPT
    await rig.wiring.units.audit.check(rig.clock())
    await rig.mongo.collection(rig.database, "audit_checks").update_many({}, {"$set": {"broken": 3}})
    assert await swept(rig) == 0
    assert len(await rig.rows("files.files")) == 2


async def test_nothing_goes_while_our_clock_is_another_than_the_database_s(rig: Rig) -> None:
    await ended(rig)
    rig.clock.at = BEGAN + KEPT

    async def a_day() -> float:
        return 86_400.0

    files_over = rig.wiring.retention.files_over
    files_over.clock_ahead, right = a_day, files_over.clock_ahead
    assert await swept(rig) == 0
    files_over.clock_ahead = right
    assert await swept(rig) == 1


async def test_nothing_goes_while_the_clock_of_the_whole_host_has_jumped(rig: Rig) -> None:
    await ended(rig)
    assert await swept(rig) == 0, "its time is not over"
    rig.clock.at = BEGAN + timedelta(days=400)
    assert await swept(rig) == 0
    assert REGISTRY.get_sample_value("retention_stopped", {"reason": "clock_jumped"}) == 1
    rig.clock.at = BEGAN + timedelta(days=1)
    assert await swept(rig) == 0
    assert REGISTRY.get_sample_value("retention_stopped", {"reason": "clock_jumped"}) == 0, "it was set right"
    assert len(await rig.rows("files.files")) == 2


async def test_the_page_says_how_long_how_much_and_what_went(desk: Desk) -> None:
    rig = desk.rig
    await ended(rig)
    rig.clock.at = BEGAN + KEPT
    await swept(rig)
    page = await desk.browser("auditor").get(PAGE)
    assert page.status_code == 200
    for part in ("Foto KTP, KK, dan berkas permohonan", "REQUEST_FILE_DAYS", "90 hari", "UU 27/2022", "seluruhnya 2", "tetap", "1 baris"):
        assert part in page.text, part
    assert NIK not in page.text
    for role, status in (("operator", 200), ("head", 200), ("admin", 200), ("verifier", 403), ("village", 403)):
        assert (await desk.browser(role).get(PAGE)).status_code == status, role
    whole = await desk.browser("auditor").get("/desk/masa-simpan")
    assert "Log layanan, tanpa data pribadi" in whole.text
    assert "BACKUP_KEEP_DAYS" in whole.text


async def test_another_time_in_the_settings_is_that_of_the_index(rig: Rig) -> None:
    toys = {"toys": (IndexModel([("at", 1)], name="expiry", expireAfterSeconds=86_400),)}

    async def seconds() -> int:
        found: int = (await rig.mongo.database(rig.database)["toys"].index_information())["expiry"]["expireAfterSeconds"]
        return found

    await rig.mongo.prepare(rig.database, toys, days={})
    assert await seconds() == 86_400
    await rig.mongo.prepare(rig.database, toys, days={"toys.expiry": 2.5})
    assert await seconds() == 216_000
    await rig.mongo.prepare(rig.database, toys)
    assert await seconds() == 216_000, "a command knows no settings, and changes nothing"
    await rig.mongo.prepare(rig.database, toys, days={})
    assert await seconds() == 86_400
