"""The search box and verification's answer to it: masked, within the area, from an index, written down, and never in an address."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from services.verification.domain.search import search_beginnings
from services.verification.domain.submission import Submission
from services.verification.store import refills_of
from shared.ids import new_id, new_receipt
from shared.mongo.terms import begins
from shared.refill import AGAIN_SECONDS, RefillJob
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_work_pages import text_of
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support import families as people
from tests.support.families import HUSBAND, KK
from tests.support.sessions import SessionIssuer

Sign = Callable[..., httpx.AsyncClient]
OWN = "/desk/cari/verifikasi"


@pytest.fixture
async def sign_in(office: Office) -> AsyncIterator[Sign]:
    issuer = SessionIssuer()
    async with AsyncExitStack() as stack:

        def make(*roles: str, **other: Any) -> httpx.AsyncClient:
            client = browser_of(work_app(office, issuer), issuer, officer(office, issuer, "rina", *roles, **other))
            stack.push_async_callback(client.aclose)
            return client

        yield make


def lost(**changes: Any) -> Submission:
    return people.lost_card(applicant_name="Slamet Darmawanto", request_id=new_id(), receipt=str(new_receipt()), **changes)


async def found(client: httpx.AsyncClient, typed: str) -> str:
    answer = await client.post(OWN, data={"q": typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    return text_of(answer)


@pytest.mark.parametrize("typed", [HUSBAND, KK, "slamet", "Slamet Darm", "darmawan", "darmawantoe SLAMMET"])
async def test_a_task_is_found_by_number_and_name_and_is_masked(office: Office, sign_in: Sign, typed: str) -> None:
    await office.load(people.family())
    asked = lost()
    [task_id] = await office.tasks_of(asked)
    answer = await sign_in().post(OWN, data={"q": typed}, headers={"HX-Request": "true"})
    assert f'href="/desk/pekerjaan/{task_id}" data-row>S•••••' in answer.text
    assert asked.receipt in answer.text
    assert "Slamet" not in answer.text
    assert HUSBAND not in answer.text


async def test_a_receipt_finds_its_task_alone(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    first, second = lost(), lost()
    await office.tasks_of(first, second)
    said = await found(sign_in(), first.receipt.lower())
    assert first.receipt in said
    assert second.receipt not in said


async def test_a_number_finds_who_is_in_the_register(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    said = await found(sign_in(), KK)
    assert "Register penduduk" in said
    assert "Kepala keluarga" in said
    assert "Anggota keluarga" in await found(sign_in(), HUSBAND)
    assert "Tidak ada yang cocok" in await found(sign_in(), "3519014503890099")


async def test_another_area_is_not_shown(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.tasks_of(lost())
    inside = people.family().village_code[:6]
    assert "1 perlu dilihat" in await found(sign_in(areas=frozenset({inside})), HUSBAND)
    assert "Tidak ada yang cocok" in await found(sign_in(areas=frozenset({"351999"})), HUSBAND)


async def test_every_search_is_written_down_under_whom_it_was_for(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.tasks_of(lost())
    client = sign_in()
    await found(client, HUSBAND)
    await found(client, "MDN-7K4Q")
    rows = sorted(await office.rows("audit"), key=lambda row: row["_id"])
    assert [row["act"] for row in rows] == ["search.asked", "search.asked"]
    assert rows[0]["detail"] == {"shape": "number", "found": "2"}
    assert rows[0]["personal"]["persons"] == [{"nik": HUSBAND, "name": None}]
    assert rows[0]["about"] == ""
    assert rows[1]["about"] == "search/MDN-7K4Q"


async def test_the_page_has_the_own_part_and_places_for_the_others(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.tasks_of(lost())
    page = await sign_in().post("/desk/cari", data={"q": "slamet"})
    said = text_of(page)
    assert "Dikenali sebagai nama" in said
    assert "S•••••" in said
    for name in ("permohonan", "dokumen", "pesan"):
        assert f'hx-post="/desk/cari/{name}"' in page.text
    assert "slamet" not in str(page.url)
    page = await sign_in().post("/desk/cari", data={"q": "12/Pdt.G/2026/PA.Kab.Mn"})
    assert 'hx-post="/desk/cari/dokumen"' not in page.text
    assert "Bagian ini mencari dengan nomor dokumen, resi" in text_of(page)


@pytest.mark.parametrize(("typed", "says"), [("", "Satu kotak untuk semua bagian"), ("ab", "Tulis lebih lengkap")])
async def test_too_little_is_answered_with_what_to_write(sign_in: Sign, typed: str, says: str) -> None:
    assert says in text_of(await sign_in().post("/desk/cari", data={"q": typed}))


async def test_who_may_see_no_task_gets_no_part_of_it(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.tasks_of(lost())
    outreach = sign_in("outreach")
    page = await outreach.post("/desk/cari", data={"q": "slamet"})
    assert "Pekerjaan dan register" not in page.text
    assert "S•••••" not in page.text
    assert (await outreach.post(OWN, data={"q": "slamet"})).status_code == 403
    assert 'id="cari"' not in (await sign_in("admin").get("/desk/akun")).text


async def test_a_beginning_reads_the_index_and_no_more_of_it_than_is_shown(office: Office) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    tasks = office.mongo.collection(office.database, "tasks")
    row = await tasks.find_one({"_id": task_id})
    assert row is not None
    copies = [{**row, "_id": new_id(), "personal": {**row["personal"], "search_terms": [f"ani{n:05}", "x"]}} for n in range(2_000)]
    await tasks.insert_many(copies)
    assert len(await office.deps.task_reader.found(search_beginnings("ani"), frozenset(), limit=11)) == 11
    assert [task.id for task in await office.deps.task_reader.found(search_beginnings("darm slam"), frozenset(), limit=11)] == [task_id]
    [word] = search_beginnings("ani")
    plan = await tasks.find(begins("personal.search_terms", word)).hint("search_open").limit(11).explain()
    assert plan["executionStats"]["totalKeysExamined"] <= 12
    assert plan["executionStats"]["totalDocsExamined"] <= 11


async def test_tasks_of_an_older_release_are_found_by_what_their_cases_tell(office: Office) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    tasks = office.mongo.collection(office.database, "tasks")
    before = await tasks.find_one({"_id": task_id})
    assert before is not None
    await tasks.update_one({"_id": task_id}, {"$set": {"personal.search_terms": ["SLAMET", "SLAMETDARMAWANTO"]}})
    assert await RefillJob(office.mongo, office.database, refills_of(office.mongo, office.database)).turn() == AGAIN_SECONDS
    assert await tasks.find_one({"_id": task_id}) == before


async def test_a_task_is_found_by_the_phone_that_it_was_asked_from(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    asked = lost()
    await office.tasks_of(asked)
    number = asked.contact.address
    client = sign_in()
    for typed in (f"0{number[2:]}", f"+{number}", number[:11]):
        assert asked.receipt in await found(client, typed), typed
    assert "Tidak ada yang cocok" in await found(client, "0899999999999")
    assert number not in (await client.post(OWN, data={"q": number}, headers={"HX-Request": "true"})).text
