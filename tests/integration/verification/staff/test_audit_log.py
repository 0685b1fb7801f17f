"""The audit log over a real database: one chain however many processes write, nothing shown that was not written, tampering named."""

import asyncio
from dataclasses import replace

import pytest

from shared.audit import AuditEntry, AuditFilter, AuditVerdict, SeenPerson, verify
from shared.errors import DomainError
from shared.mongo import Mongo
from tests.integration.verification.staff.conftest import StaffOffice, runner

NIK = "3519082011260001"


def entry(office: StaffOffice, number: int = 0, **more: object) -> AuditEntry:
    values = {"about": f"task/{number}", "persons": (SeenPerson(NIK, "SARI"),), **more}
    return AuditEntry(actor="s-1", actor_name="Rina", act="task.seen", at=office.clock(), **values)  # type: ignore[arg-type]


async def judged(office: StaffOffice) -> AuditVerdict:
    return await verify(office.units.audit.all(), "verification")


async def test_many_writers_of_several_processes_keep_one_chain(office: StaffOffice, mongo_url: str) -> None:
    other = Mongo.connect(mongo_url)
    elsewhere = runner(other, office.database, office.clock)
    await asyncio.gather(*((office.units, elsewhere)[number % 2].note(entry(office, number)) for number in range(60)))
    await other.close()
    found = await judged(office)
    assert (found.rows, found.broken) == (60, None), found
    assert {row["about"] for row in await office.rows("audit")} == {f"task/{number}" for number in range(60)}


async def test_a_row_is_written_with_what_it_tells_of_or_neither_is(office: StaffOffice) -> None:
    async def refuse(_: object) -> None:
        raise DomainError("no")

    with pytest.raises(DomainError):
        await office.units.run(refuse, audit=lambda _: entry(office))
    assert await office.rows("audit") == []
    account, _ = await office.invite()
    shown = await office.units.run(
        lambda tx: tx.staff.accounts.get(account.id), audit=lambda found: entry(office, about=f"staff/{found.id}")
    )
    assert [row["about"] for row in await office.rows("audit")] == [f"staff/{shown.id}"]


@pytest.mark.parametrize(
    "change",
    [
        {"$set": {"actor": "s-2"}},
        {"$set": {"about": "task/9"}},
        {"$set": {"detail": {"x": "y"}}},
        {"$set": {"personal.persons.0.nik": "3519080000000000"}},
        {"$unset": {"hash": ""}},
        {"$unset": {"roles": ""}},
    ],
)
async def test_a_row_that_was_tampered_with_is_named(office: StaffOffice, change: dict[str, object]) -> None:
    await office.units.note(*(entry(office, number) for number in range(5)))
    rows = office.mongo.collection(office.database, "audit")
    await rows.update_one({"_id": 3}, change)
    assert (await judged(office)).broken == 3
    await rows.delete_one({"_id": 3})
    assert (await judged(office)).broken == 3


async def test_who_saw_whom_is_found(office: StaffOffice) -> None:
    for number in range(5):
        await office.units.note(entry(office, number), replace(entry(office, number), actor="s-2", persons=()))
    page = await office.units.audit.page(AuditFilter(nik=NIK, limit=3))
    assert [row.entry.about for row in page.rows] == ["task/4", "task/3", "task/2"]
    rest = await office.units.audit.page(AuditFilter(nik=NIK, limit=3, before=page.next))
    assert ([row.entry.about for row in rest.rows], rest.next) == (["task/1", "task/0"], None)
    assert len((await office.units.audit.page(AuditFilter(actor="s-2"))).rows) == 5
    assert len((await office.units.audit.page(AuditFilter(about="task/1"))).rows) == 2
    assert (await office.units.audit.page(AuditFilter(until=office.clock()))).rows == ()


async def test_what_was_stored_and_read_is_what_was_hashed(office: StaffOffice) -> None:
    await office.units.note(entry(office, roles=("verifier", "operator"), detail={"b": "2", "a": "1"}), entry(office, persons=()))
    found = await judged(office)
    assert (found.rows, found.broken, found.erased) == (2, None, 0)
    await office.mongo.collection(office.database, "audit").update_one({"_id": 1}, {"$unset": {"personal": ""}})
    assert (await judged(office)).erased == 1
