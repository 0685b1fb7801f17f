"""The auditor's page: by officer, act, request, person and day; and whether the chain is whole, with the first row that is not named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.audit import AuditEntry, SeenPerson
from shared.clock import WIB
from shared.ids import new_receipt
from tests.integration.verification.staff.conftest import Desk
from tests.integration.verification.staff.visitor import Visitor

PAGE = "/desk/jejak/verifikasi"
NIK = "3519082011260001"
RECEIPT = str(new_receipt())


@pytest.fixture
async def entries(desk: Desk) -> AuditEntry:
    """Two officers who saw two requests on two days."""
    at = desk.office.clock()
    first = AuditEntry("s-1", "task.seen", at, "Rina W", "task/1", detail={"receipt": RECEIPT}, persons=(SeenPerson(NIK, "SARI"),))
    second = replace(first, actor="s-2", actor_name="Budi S", act="task.decided", about="task/2", persons=(), detail={"act": "approve"})
    await desk.office.units.note(first, replace(second, at=at + timedelta(days=2)))
    return first


async def rows(auditor: Visitor, **asked: str) -> set[str]:
    """The officers in the rows that a search finds."""
    await auditor.get(PAGE)
    page = (await auditor.send(f"{PAGE}/cari", **asked)).text
    return {name for name in ("Rina W", "Budi S") if f">{name}</a>" in page}


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"Rina W", "Budi S"}),
        ({"petugas": "s-2"}, {"Budi S"}),
        ({"tindakan": "Membuka pekerjaan"}, {"Rina W"}),
        ({"tentang": RECEIPT.lower()}, {"Rina W"}),
        ({"tentang": "task/2"}, {"Budi S"}),
        ({"nik": "3519 0820 1126 0001"}, {"Rina W"}),
    ],
)
async def test_who_saw_whom_is_found(desk: Desk, asked: dict[str, str], found: set[str]) -> None:
    auditor, _ = await desk.signed_in("agus", "auditor")
    assert await rows(auditor, **asked) == found


async def test_a_day_is_a_day_here(desk: Desk, entries: AuditEntry) -> None:
    day = entries.at.astimezone(WIB).date().isoformat()
    auditor, _ = await desk.signed_in("agus", "auditor")
    assert await rows(auditor, dari=day, sampai=day, tindakan="Membuka pekerjaan") == {"Rina W"}
    assert await rows(auditor, dari=day, sampai=day, tindakan="Memutus pekerjaan") == set()


@pytest.mark.usefixtures("entries")
async def test_what_a_row_says_is_in_words(desk: Desk) -> None:
    auditor, _ = await desk.signed_in("agus", "auditor")
    page = (await auditor.get(PAGE)).text
    assert "Memutus pekerjaan" in page
    assert "putusan setujui" in page
    assert f"resi {RECEIPT}" in page
    assert ">pekerjaan 2</a>" in page
    assert ">task/2<" not in page
    assert '<option value="s-2">Budi S</option>' in page
    assert NIK not in page


@pytest.mark.usefixtures("entries")
async def test_a_row_that_was_tampered_with_is_named_on_the_page(desk: Desk) -> None:
    auditor, account = await desk.signed_in("agus", "auditor")
    assert "Rantai jejak belum pernah diperiksa." in (await auditor.get(PAGE)).text
    assert (await auditor.send(f"{PAGE}/periksa")).headers["location"] == PAGE
    assert "Utuh:" in (await auditor.get(PAGE)).text
    log = desk.office.mongo.collection(desk.office.database, "audit")
    await log.update_one({"_id": 2}, {"$set": {"actor": "s-9"}})
    await auditor.send(f"{PAGE}/periksa")
    page = (await auditor.get(PAGE)).text
    assert "Baris 2 rusak: isinya diubah." in page
    assert 'class="is-broken"' in page
    checked = [row["detail"]["broken"] for row in await desk.office.rows("audit") if row["act"] == "audit.checked"]
    assert checked == ["", "2"]
    assert {row["actor"] for row in await desk.office.rows("audit") if row["act"] == "audit.checked"} == {account.id}


@pytest.mark.usefixtures("entries")
async def test_an_end_that_was_cut_off_is_named_where_it_was_whole_before(desk: Desk) -> None:
    log = desk.office.units.audit
    whole = await log.check(desk.office.clock())
    assert whole.broken is None
    await desk.office.mongo.collection(desk.office.database, "audit").delete_one({"_id": whole.rows})
    for _ in range(2):  # and named again, until somebody has looked into it
        cut = await log.check(desk.office.clock())
        assert (cut.broken, cut.why) == (whole.rows, "it was noted once and is gone")
