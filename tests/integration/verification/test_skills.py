"""Skills: an officer is given work of the groups of services of their account; what others have is there for them all the same."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from services.verification import api
from services.verification.desk.work_room import PATH
from services.verification.domain.submission import Submission
from services.verification.ports import TaskFilter, TaskOrder, TaskQuery
from services.verification.store import MongoStaffReader
from shared.ids import new_id, new_receipt
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_queue import pulled
from tests.integration.verification.test_work_pages import text_of
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support import families as people
from tests.support.sessions import SessionIssuer

KTP = frozenset({"ktp"})


def lost(service: str = "kk_hilang", *, hours_ago: int = 1) -> Submission:
    """A request that goes to an officer: the name differs from the register's."""
    papers = ("surat_kehilangan", "kk" if service == "ktp_hilang" else "ktp")
    return people.lost_card(
        service=service,
        attachments=tuple(map(people.attachment, papers)),
        products=("ktp",) if service == "ktp_hilang" else ("kk",),
        applicant_name="Slamet Darmawanto",
        request_id=new_id(),
        receipt=str(new_receipt()),
        began_at=people.NOW - timedelta(hours=hours_ago),
    )


def rows(listed: httpx.Response) -> list[str]:
    """The tasks of a list, as they stand in it."""
    return list(dict.fromkeys(re.findall(rf'href="{PATH}/([0-9a-f-]{{36}})', listed.text)))


@pytest.fixture
async def rina(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """A verifier of the group of identity cards."""
    issuer = SessionIssuer()
    async with browser_of(work_app(office, issuer), issuer, officer(office, issuer, "rina", groups=KTP)) as client:
        yield client


async def test_the_next_is_of_ones_own_groups_though_others_wait_longer(office: Office, rina: httpx.AsyncClient) -> None:
    await office.load(people.family())
    _, identity_card = await office.tasks_of(lost(hours_ago=9), lost("ktp_hilang"))
    assert rows(await rina.get(f"{PATH}?tampil=berikutnya")) == [identity_card]
    assert (await rina.post(f"{PATH}/berikutnya")).headers["location"] == f"{PATH}/{identity_card}"
    empty = text_of(await rina.post(f"{PATH}/berikutnya"))
    assert "Tidak ada yang menunggu untuk Anda. Anda diberi pekerjaan KTP-el." in empty


async def test_skills_forbid_nothing_what_is_not_given_is_opened_and_claimed_by_hand(office: Office, rina: httpx.AsyncClient) -> None:
    await office.load(people.family())
    [family_card] = await office.tasks_of(lost())
    assert "Ambil pekerjaan ini" in text_of(await rina.get(f"{PATH}/{family_card}"))
    assert (await rina.post(f"{PATH}/{family_card}/ambil")).status_code == 303
    assert rows(await rina.get(f"{PATH}?tampil=saya")) == [family_card]


async def test_what_nobody_is_skilled_in_is_among_the_late_ones_of_everybody(office: Office, rina: httpx.AsyncClient) -> None:
    await office.load(people.family())
    [family_card] = await office.tasks_of(lost())
    assert rows(await rina.get(PATH)) == []
    office.clock.forward(days=20)
    issuer = SessionIssuer()
    late = browser_of(work_app(office, issuer), issuer, officer(office, issuer, "rina", groups=KTP))
    assert rows(await late.get(PATH)) == [family_card]
    sari = browser_of(work_app(office, issuer), issuer, officer(office, issuer, "sari", "section_head", groups=KTP))
    for tab in ("lewat", "terbuka"):
        assert rows(await sari.get(f"{PATH}?tampil={tab}")) == [family_card], tab


async def test_what_was_assigned_is_given_whatever_it_is(office: Office, rina: httpx.AsyncClient) -> None:
    await office.load(people.family())
    family_card, identity_card = await office.tasks_of(lost(hours_ago=9), lost("ktp_hilang"))
    async with office.client("head") as head:
        assert (await head.post(f"/v1/tasks/{family_card}/assign", json={"officer_id": "rina"})).status_code == 200
    assert rows(await rina.get(f"{PATH}?tampil=berikutnya")) == [family_card, identity_card]
    assert (await rina.post(f"{PATH}/berikutnya")).headers["location"] == f"{PATH}/{family_card}"


async def test_a_person_asks_over_http_for_less_than_their_groups_never_for_more(office: Office) -> None:
    await office.load(people.family())
    _, identity_card = await office.tasks_of(lost(hours_ago=9), lost("ktp_hilang"))
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    api.install(app, office.units, office.deps, MongoStaffReader(office.mongo, office.database))
    token = issuer.token(officer(office, issuer, "rina", groups=KTP))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://meja.test", headers={"Authorization": f"Bearer {token}"}
    )
    for more in ({"groups": ["kk"]}, {"services": ["kk_hilang"]}, {"services": ["ktp_rusak"]}, {"groups": ["no_such_group"]}):
        assert await pulled(client, **more) is None, more
    assert await pulled(client, groups=["ktp", "kk"]) == identity_card
    assert await pulled(client) is None


async def test_no_page_of_what_is_next_shows_a_row_twice_or_leaves_one_out(office: Office) -> None:
    """Also where some of it is of other services, reserved for the officer."""
    await office.load(people.family())
    ids = await office.tasks_of(*(lost("ktp_hilang" if each % 2 else "kk_hilang", hours_ago=each) for each in range(8)))
    async with office.client("head") as head:
        for task_id in ids[:2]:
            await head.post(f"/v1/tasks/{task_id}/assign", json={"officer_id": "rina"})
    query = TaskQuery("rina", TaskFilter.NEXT, TaskOrder.PLACE, services=frozenset({"ktp_hilang"}), limit=2)
    reader, at = office.deps.task_reader, office.clock()
    page = await reader.page(query, at=at)
    shown = [task.id for task in page.tasks]
    while page.next is not None:
        page = await reader.page(replace(query, after=page.next), at=at)
        shown += [task.id for task in page.tasks]
    assert shown == [ids[each] for each in (7, 5, 3, 1, 0)]
    assert [await reader.count(query, at=at, most=most) for most in (100, 3)] == [5, 3]
