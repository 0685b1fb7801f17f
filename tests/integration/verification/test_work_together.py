"""Work that changes hands on pages, and is approved together: who gets what, with which note, and what became of each."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.verification.desk.work_room import PATH
from services.verification.domain.submission import Submission
from services.verification.handlers.bulk import is_sampled
from shared.ids import new_id, new_receipt
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_work_pages import text_of
from tests.integration.verification.work_desk import NAMES, browser_of, officer, work_app
from tests.support import families as people
from tests.support.sessions import SessionIssuer

Sign = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def sign_in(office: Office) -> AsyncIterator[Sign]:
    issuer = SessionIssuer()
    async with AsyncExitStack() as stack:

        def make(login: str = "rina", *roles: str, **other: Any) -> httpx.AsyncClient:
            client = browser_of(work_app(office, issuer), issuer, officer(office, issuer, login, *roles, **other))
            stack.push_async_callback(client.aclose)
            return client

        yield make


async def account(office: Office, login: str, role: str = "verifier", *areas: str, state: str = "active") -> None:
    """Somebody of the office, in the list of accounts."""
    await office.mongo.collection(office.database, "staff").insert_one(
        {
            "_id": login,
            "version": 1,
            "state": state,
            "posting": {"roles": [role], "area": list(areas), "court": None},
            "invited_by": "setup",
            "invited_at": office.clock(),
            "invitation": None,
            "signed_in_at": None,
            "personal": {"login": login, "name": NAMES[login], "search_terms": [], "password_hash": None, "factor": None, "pending": None},
        }
    )


def lost(**changes: Any) -> Submission:
    """A request that goes to an officer: the name differs from the register's."""
    return people.lost_card(applicant_name="Slamet Darmawanto", request_id=new_id(), receipt=str(new_receipt()), **changes)


async def held(office: Office, client: httpx.AsyncClient, count: int) -> list[str]:
    """Tasks that somebody holds."""
    ids = await office.tasks_of(*(lost() for _ in range(count)))
    for task_id in ids:
        assert (await client.post(f"{PATH}/{task_id}/ambil")).status_code == 303
    return ids


async def task_of(office: Office, task_id: str) -> dict[str, Any]:
    [row] = await office.rows("tasks", {"_id": task_id})
    return dict(row)


async def test_a_shift_ends_one_goes_to_a_colleague_the_other_to_the_queue_and_notes_are_read(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await account(office, "budi")
    rina = sign_in()
    first, second = await held(office, rina, 2)
    page = await rina.get(f"{PATH}/serah")
    assert "2 pekerjaan Anda pegang" in text_of(page)
    assert NAMES["budi"] in page.text
    form = {"semua": "budi", "tugas": [first, second], "kepada": ["sama", "antrean"], "catatan": ["Tinggal cek KTP", "Foto sudah jelas"]}
    done = await rina.post(f"{PATH}/serah", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?ok=diserahkan")
    assert "Pekerjaan sudah diserahkan." in text_of(await rina.get(done.headers["location"]))
    assert (await task_of(office, first))["claim"]["officer_id"] == "budi"
    assert "claim" not in await task_of(office, second)
    budi = sign_in("budi")
    assert "Titipan rekan: Tinggal cek KTP" in text_of(await budi.get(f"{PATH}/{first}"))
    assert "Titipan rekan: Foto sudah jelas" in text_of(await budi.get(f"{PATH}/{second}"))
    assert "Ada titipan rekan" in (await budi.get(PATH)).text
    rows = [row for row in await office.rows("audit") if row["act"] == "task.handed_over"]
    assert {(row["about"], row["detail"]["to"]) for row in rows} == {(f"task/{first}", "budi"), (f"task/{second}", "queue")}
    assert "Tidak ada yang perlu diserahkan" in text_of(await rina.get(f"{PATH}/serah"))


async def test_nobody_is_given_what_they_can_not_work_on_and_the_note_stays(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await account(office, "budi", "verifier", "351999")
    await account(office, "sari", "operator")
    rina = sign_in()
    [task] = await held(office, rina, 1)
    for to in ("budi", "sari", "nobody"):
        page = await rina.post(f"{PATH}/serah", data={"tugas": [task], "kepada": [to], "catatan": ["Tinggal cek KTP"]})
        assert page.status_code == 409
        assert "Rekan itu tidak bisa mengerjakannya." in text_of(page)
        assert 'value="Tinggal cek KTP"' in page.text
    assert (await task_of(office, task))["claim"]["officer_id"] == "rina"


async def test_what_somebody_else_holds_is_not_handed_over(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task] = await held(office, sign_in("budi"), 1)
    page = await sign_in().post(f"{PATH}/serah", data={"tugas": [task], "kepada": ["antrean"], "catatan": ["x"]})
    assert page.status_code == 409
    assert (await task_of(office, task))["claim"]["officer_id"] == "budi"


async def test_a_head_assigns_from_the_list_and_an_officer_does_not(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await account(office, "budi")
    first, second = await office.tasks_of(lost(), lost())
    head = sign_in("sari", "section_head")
    assert f'name="tugas" value="{first}"' in (await head.get(f"{PATH}?atur=ya")).text
    assert 'name="tugas"' not in (await sign_in().get(f"{PATH}?atur=ya")).text
    nothing = await head.post(f"{PATH}/tugaskan", data={"tugas": [first]})
    assert "Belum ada yang ditugaskan." in text_of(nothing)
    done = await head.post(f"{PATH}/tugaskan", data={"tugas": [first, second], "kepada": "budi"})
    assert done.headers["location"] == f"{PATH}?ok=ditugaskan"
    assert {(await task_of(office, each))["preferred_officer"] for each in (first, second)} == {"budi"}
    assert (await sign_in().post(f"{PATH}/tugaskan", data={"tugas": [first], "kepada": "budi"})).status_code == 403
    refused = await sign_in().post(f"{PATH}/{first}/ambil")
    assert refused.status_code == 409
    assert [row["detail"]["to"] for row in await office.rows("audit") if row["act"] == "task.assigned"] == ["budi", "budi"]


async def green(office: Office, count: int) -> list[str]:
    """Tasks in which no check finds anything: the office wants an officer all the same."""
    office.automatic(kk_hilang=False)
    await office.load(people.family())
    return await office.tasks_of(*(people.lost_card(request_id=new_id(), receipt=str(new_receipt())) for _ in range(count)))


def boxes(page: httpx.Response) -> set[str]:
    return set(re.findall(r'name="tugas" value="([^"]+)"', page.text))


async def test_what_is_all_green_is_approved_together_each_says_what_became_of_it_and_can_be_undone(office: Office, sign_in: Sign) -> None:
    office.queue(undo=timedelta(seconds=10), sample_every=10**9)
    ids = await green(office, 3)
    [red] = await office.tasks_of(lost())
    rina = sign_in()
    page = await rina.get(f"{PATH}/hijau?layanan=kk_hilang")
    assert boxes(page) == set(ids)
    await sign_in("budi").post(f"{PATH}/{ids[2]}/ambil")
    done = await rina.post(f"{PATH}/hijau", data={"layanan": "kk_hilang", "tugas": [*ids, red]})
    said = text_of(done)
    assert "Hasil: 2 dari 4 disetujui" in said
    assert said.count("Disetujui, belum dikirim") == 2
    assert "sedang mengerjakannya" in said
    assert "Ada yang perlu dilihat." in said
    assert await office.told("request_approved") == []
    assert (await rina.post(f"{PATH}/{ids[0]}/batalkan")).status_code == 303
    office.clock.forward(seconds=11)
    await office.decisions_take_effect()
    assert len(await office.told("request_approved")) == 1
    rows = [row for row in await office.rows("audit") if row["act"] == "task.decided"]
    assert [row["detail"]["way"] for row in rows] == ["together", "together"]


async def test_the_sample_must_be_opened_before_anything_is_approved(office: Office, sign_in: Sign) -> None:
    office.queue(sample_every=2, claims_at_once=24)
    ids = await green(office, 24)  # of 12 all or none are the sample once in two thousand times
    sample = [each for each in ids if is_sampled(each, 2)]
    assert 0 < len(sample) < len(ids)
    rina = sign_in()
    page = await rina.get(f"{PATH}/hijau?layanan=kk_hilang")
    assert f"Terkunci: {len(sample)} contoh belum diperiksa." in text_of(page)
    early = await rina.post(f"{PATH}/hijau", data={"layanan": "kk_hilang", "tugas": [each for each in ids if each not in sample]})
    assert early.status_code == 409
    assert {row["stage"] for row in await office.rows("tasks")} == {"first"}
    one = await rina.post(f"{PATH}/{sample[0]}/hijau", headers={"HX-Request": "true"})
    assert "Contohnya belum diperiksa." in text_of(one)
    for each in sample:
        assert (await rina.post(f"{PATH}/{each}/ambil")).status_code == 303
    opened = await rina.get(f"{PATH}/hijau?layanan=kk_hilang")
    assert "Contoh sudah diperiksa." in text_of(opened)
    assert boxes(opened) == set(ids)
    done = await rina.post(f"{PATH}/hijau", data={"layanan": "kk_hilang", "tugas": ids})
    assert "Hasil: 24 dari 24 disetujui" in text_of(done)
