"""The head's view over HTTP: figures, their links and files, and that counting reads indexes, however much there is."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.verification.store import MongoOverviewReader
from services.verification.store.schema import OVERVIEW_DAYS, TASKS
from shared.clock import WIB
from shared.mongo import Doc
from shared.web.desk.overview import PATH
from tests.integration.verification.conftest import Office
from tests.integration.verification.overview_office import full_office
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support.sessions import SessionIssuer

PARTS = ("layanan", "janji", "petugas", "umur", "antrean", "desa")


@pytest.fixture
async def head(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    issuer = SessionIssuer()
    async with browser_of(work_app(office, issuer), issuer, officer(office, issuer, "sari", "head")) as client:
        yield client


async def page_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def values_of(page: str, part: str) -> list[list[int]]:
    """The numbers of a picture's table, row by row."""
    table = page[page.index(f'id="t-{part}"') :].partition("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, re.DOTALL)
    return [[int(float(value)) for value in re.findall(r'data-value="([^"]+)"', row)] for row in rows]


async def test_every_open_request_is_counted_once_in_every_picture(office: Office, head: httpx.AsyncClient) -> None:
    await full_office(office)
    page = await page_of(head, PATH)
    count = await office.mongo.collection(office.database, TASKS).count_documents({"state": "open"})
    for part in ("layanan", "umur", "desa"):
        assert sum(map(sum, values_of(page, part))) == count, part
    late = await office.mongo.collection(office.database, TASKS).count_documents(
        {"state": "open", "due_at": {"$lt": office.clock()}, "stage": {"$ne": "waiting"}}
    )
    assert sum(row[2] for row in values_of(page, "layanan")) == sum(row[2] for row in values_of(page, "desa")) == late
    assert f"<b>{late}</b><span><strong>Lewat janji" in page


async def test_each_line_leads_to_a_list_of_as_many(office: Office, head: httpx.AsyncClient) -> None:
    await full_office(office)
    page = await page_of(head, PATH)
    for part in ("layanan", "petugas", "desa", "janji"):
        table = page[page.index(f'id="t-{part}"') :].partition("</table>")[0]
        links = [html.unescape(link) for link in re.findall(r'<a href="([^"]+)"', table)]
        assert links, part
        sums = [sum(row) for row in values_of(page, part)]
        for link, number in zip(links[:3], sums, strict=False):
            listed = await page_of(head, link)
            heading = re.search(r'class="group"><th[^>]*>[^<]*· ([0-9.+]+)', listed)
            if part != "janji":  # its numbers are shares
                assert (heading[1] if heading else "0") == str(number), link


async def test_a_day_that_is_over_is_counted_once(office: Office) -> None:
    await full_office(office)
    reader, at = MongoOverviewReader(office.mongo, office.database), office.clock()
    today = at.astimezone(WIB).date()
    days = [today - timedelta(days=each) for each in (3, 2, 0)]
    first = await reader.kept_on(days, at=at)
    kept = {row["_id"] for row in await office.mongo.collection(office.database, OVERVIEW_DAYS).find({}).to_list(None)}
    assert kept == {day.isoformat() for day in days[:2]}, "today goes on"
    tasks = office.mongo.collection(office.database, TASKS)
    counted = await tasks.count_documents({"state": "closed", "$expr": {"$lte": ["$closed_at", "$due_at"]}})
    assert 0 < sum(day.kept for day in first) <= counted
    assert all(day.kept <= day.decided for day in first)
    await tasks.delete_many({"state": "closed"})
    again = await reader.kept_on(days, at=at)
    assert (again[:2], again[2].decided) == (first[:2], 0)


async def test_pictures_stand_alone_too_and_their_figures_are_files(office: Office, head: httpx.AsyncClient) -> None:
    await full_office(office)
    for part in PARTS:
        alone = await head.get(f"{PATH}/{part}", headers={"HX-Request": "true"})
        assert alone.text.lstrip().startswith("<section"), part
        assert "<html" in await page_of(head, f"{PATH}/{part}")
        file = await head.get(f"{PATH}/{part}/unduh")
        assert file.headers["content-type"] == "text/csv; charset=utf-8"
    whole = await head.get(f"{PATH}/unduh")
    assert whole.text.startswith("\ufeffRingkasan;")
    assert re.fullmatch(r'attachment; filename="ringkasan-\d{4}-\d\d-\d\d\.csv"', whole.headers["content-disposition"])
    for column in ("Layanan;Longgar;Hari ini;Lewat janji;Jam berhenti", "Hari;Ditepati %", "Petugas;Dipegang"):
        assert column in whole.text


async def test_it_is_for_those_who_may_see_the_office(office: Office) -> None:
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    for role, status in (("head", 200), ("section_head", 200), ("auditor", 200), ("verifier", 403), ("admin", 403)):
        async with browser_of(app, issuer, officer(office, issuer, "rina", role)) as client:
            assert (await client.get(PATH)).status_code == status, role
    async with browser_of(app, issuer, officer(office, issuer, "rina")) as verifier:
        assert "Semua yang terbuka" not in await page_of(verifier, "/desk/pekerjaan?tampil=terbuka")


async def test_counting_reads_indexes_alone(office: Office) -> None:
    """With 12,000 tasks: no scan of the collection, and but for villages no document is fetched."""
    await full_office(office, open_tasks=4_000, closed_tasks=8_000)
    room = office.mongo.database(office.database)
    reader, at = MongoOverviewReader(office.mongo, office.database), office.clock()
    ends, days = at + timedelta(hours=8), [at.astimezone(WIB).date() - timedelta(days=each) for each in range(14)]
    await room.command("profile", 2)
    await reader.by_service(at=at, day_ends=ends)
    await reader.by_age(at=at)
    await reader.kept_on(days, at=at)
    await reader.opened_since(at - timedelta(days=7))
    covered = await plans(office)
    await reader.by_village(at=at, day_ends=ends)
    await room.command("profile", 0)
    assert covered
    standing = [plan for plan in covered if plan["command"].get("hint") == "queue_by_service"]  # few: fetched
    assert [plan["command"] for plan in covered if plan["docsExamined"] > 20 and plan not in standing] == []
    for plan in await plans(office):
        assert "COLLSCAN" not in plan.get("planSummary", ""), plan
        assert plan["docsExamined"] <= 4_100, "what is closed is never read"


async def plans(office: Office) -> list[Doc]:
    found = office.mongo.collection(office.database, "system.profile").find({"planSummary": {"$exists": True}})
    return [row for row in await found.to_list(None) if row["ns"].endswith((TASKS, OVERVIEW_DAYS))]
