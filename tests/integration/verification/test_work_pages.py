"""The pages of work over a real database: what stands in the list, what a sheet says, and what decisions do."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import typst

from services.verification.desk.work_room import PATH
from services.verification.domain.submission import Submission
from shared.ids import new_id
from shared.reference.catalogue import catalogue
from tests.integration.verification.conftest import Office
from tests.integration.verification.work_desk import NAMES, browser_of, officer, work_app
from tests.support import families as people
from tests.support.families import HUSBAND, KK, NOW
from tests.support.sessions import SessionIssuer

Sign = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def sign_in(office: Office) -> AsyncIterator[Sign]:
    """A browser of somebody by name, a verifier unless roles are named."""
    issuer = SessionIssuer()
    async with AsyncExitStack() as stack:

        def make(login: str = "rina", *roles: str, **other: Any) -> httpx.AsyncClient:
            member = officer(office, issuer, login, *roles, **other)
            client = browser_of(work_app(office, issuer), issuer, member)
            stack.push_async_callback(client.aclose)
            return client

        yield make


def lost(**changes: Any) -> Submission:
    """A request that goes to an officer: the name differs from the register's."""
    return people.lost_card(applicant_name="Slamet Darmawanto", request_id=new_id(), **changes)


def text_of(answer: httpx.Response) -> str:
    """What people read."""
    unmarked = re.sub(r"</?mark>", "", answer.text)  # within a word
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", unmarked, flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def version_of(answer: httpx.Response) -> str:
    found = re.search(r'name="versi" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def seen_of(answer: httpx.Response) -> str:
    found = re.search(r'name="terlihat" value="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


async def test_the_list_says_what_is_next_and_the_sheet_says_what_was_found(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    browser = sign_in()
    listed = await browser.get(PATH)
    assert listed.status_code == 200, listed.text
    said = text_of(listed)
    assert "Slamet Darmawan" in said
    assert "1 perlu dilihat" in said
    assert HUSBAND not in listed.text
    sheet = await browser.get(f"{PATH}/{task_id}")
    assert sheet.status_code == 200, sheet.text
    said = text_of(sheet)
    assert "Nama pemohon. Nama tidak sama dengan data kependudukan." in said
    assert "3519•••••0001" in said
    assert HUSBAND not in sheet.text
    assert "Ambil pekerjaan ini" in said


async def held(office: Office, browser: httpx.AsyncClient, *submissions: Submission) -> tuple[str, httpx.Response]:
    """A task that this officer holds, and its sheet."""
    [task_id, *_] = await office.tasks_of(*(submissions or (lost(),)))
    claimed = await browser.post(f"{PATH}/{task_id}/ambil")
    assert claimed.status_code == 303, text_of(claimed)
    return task_id, await browser.get(f"{PATH}/{task_id}")


def decision(sheet: httpx.Response, act: str, **more: Any) -> dict[str, Any]:
    return {"putusan": act, "versi": version_of(sheet), "terlihat": seen_of(sheet), **more}


async def acts_of(office: Office) -> list[tuple[str, str]]:
    """The audit log: who did what, oldest first."""
    return [(row["actor"], row["act"]) for row in sorted(await office.rows("audit"), key=lambda row: row["_id"])]


async def test_the_next_is_claimed_and_approved_and_what_comes_then_is_opened(office: Office, sign_in: Sign) -> None:
    office.queue(undo=timedelta(seconds=10))
    await office.load(people.family())
    first, second = await office.tasks_of(lost(), lost(submitted_at=NOW + timedelta(minutes=1)))
    browser = sign_in()
    pulled = await browser.post(f"{PATH}/berikutnya")
    assert (pulled.status_code, pulled.headers["location"]) == (303, f"{PATH}/{first}")
    sheet = await browser.get(pulled.headers["location"])
    assert "Anda pegang sampai 09.20" in text_of(sheet)
    decided = await browser.post(f"{PATH}/{first}/putusan", data=decision(sheet, "setujui"))
    assert (decided.status_code, decided.headers["location"]) == (303, f"{PATH}/{second}?terakhir={first}")
    following = await browser.get(decided.headers["location"])
    assert "Disetujui: MDN-7K4Q-9F2X, belum dikirim." in text_of(following)
    undone = await browser.post(f"{PATH}/{first}/batalkan")
    assert undone.headers["location"] == f"{PATH}/{first}"
    assert "Setujui" in text_of(await browser.get(f"{PATH}/{first}"))
    assert await office.told("request_approved") == []
    acts = [act for actor, act in await acts_of(office) if actor == "rina"]
    assert [act for act in acts if act != "task.seen"] == ["task.claimed", "task.decided", "task.claimed", "task.undone"]
    assert "task.seen" in acts
    rows = await office.rows("audit")
    assert rows[0]["personal"]["persons"][0]["nik"] == HUSBAND


async def test_who_holds_as_many_as_one_may_is_told_so_and_with_nothing_to_do_too(office: Office, sign_in: Sign) -> None:
    office.queue(claims_at_once=1)
    await office.load(people.family())
    browser = sign_in()
    assert "Tidak ada yang menunggu untuk Anda." in text_of(await browser.post(f"{PATH}/berikutnya"))
    await office.tasks_of(lost(), lost())
    assert (await browser.post(f"{PATH}/berikutnya")).status_code == 303
    full = await browser.post(f"{PATH}/berikutnya")
    assert full.status_code == 409
    assert "Anda sudah memegang 1 pekerjaan, itu batasnya." in text_of(full)


async def test_a_return_tells_the_citizen_the_sentences_that_were_shown(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    assert "Foto tidak terbaca" in text_of(sheet)
    sent = decision(
        sheet, "kembalikan", alasan=["name_differs|applicant.name", "attachment_unreadable"], bidang=["attachment_unreadable|answers.ktp"]
    )
    decided = await browser.post(f"{PATH}/{task_id}/putusan", data=sent | {"catatan": "Foto dari depan, ya."})
    assert decided.headers["location"] == f"{PATH}?terakhir={task_id}"
    [told] = await office.told_data("request_returned")
    assert [(each["code"], each["field"]) for each in told["reasons"]] == [
        ("name_differs", "applicant.name"),
        ("attachment_unreadable", "answers.ktp"),
    ]
    assert told["personal"]["note"] == "Foto dari depan, ya."


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"putusan": ""}, "Pilih dulu putusannya."),
        ({"putusan": "kembalikan"}, "Pilih paling sedikit satu alasan."),
        ({"putusan": "tolak"}, "Pilih paling sedikit satu alasan."),
        ({"putusan": "kembalikan", "alasan": ["no_such_reason"]}, "Alasan itu tidak ada di daftar."),
        ({"putusan": "tanya", "catatan": " "}, "Tulis dulu pertanyaannya."),
    ],
)
async def test_what_is_missing_is_said_and_the_words_stay(office: Office, sign_in: Sign, sent: dict[str, Any], said: str) -> None:
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    answer = await browser.post(f"{PATH}/{task_id}/putusan", data=decision(sheet, "", catatan="Sudah saya tulis") | sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    if sent.get("catatan") is None:
        assert 'value="Sudah saya tulis"' in answer.text
    assert await office.told("request_returned") == []


async def test_an_unproven_sender_is_told_nothing_of_the_register_and_may_be_linked(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    browser = sign_in()
    attachments = (*people.lost_card().attachments, people.attachment("selfie_ktp"))
    task_id, sheet = await held(office, browser, lost(vouching=None, sender_nik=None, attachments=attachments))
    assert "Pengirim belum terbukti orangnya." in text_of(sheet)
    assert "Orang yang sama?" in text_of(sheet)
    refused = await browser.post(f"{PATH}/{task_id}/putusan", data=decision(sheet, "kembalikan", alasan=["name_differs|applicant.name"]))
    assert "Pengirim belum terbukti, jadi isi register tidak boleh disebut." in text_of(refused)
    approval = decision(sheet, "setujui")
    for face in ({}, {"wajah": "beda"}, {"wajah": "tidak_jelas"}):
        unsure = await browser.post(f"{PATH}/{task_id}/putusan", data=approval | face)
        assert unsure.status_code == 422
        assert "Cocokkan dulu wajahnya." in text_of(unsure)
    assert await office.told("request_approved") == []
    decided = await browser.post(f"{PATH}/{task_id}/putusan", data=approval | {"wajah": "sama"})
    assert decided.status_code == 303
    [told] = await office.told_data("request_approved")
    assert told["link_granted"] is True


async def test_a_decision_on_what_changed_says_then_and_now_and_keeps_the_words(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    changed = replace(people.family().members[0], name="SLAMET DARMAWANTO")
    await office.load(replace(people.family(), members=(changed, *people.family().members[1:])))
    sent = decision(sheet, "kembalikan", alasan=["name_differs|applicant.name"], catatan="Nama menurut KTP, ya.")
    stale = await browser.post(f"{PATH}/{task_id}/putusan", data=sent)
    assert stale.status_code == 412
    said = text_of(stale)
    assert "Permohonan ini berubah saat Anda membacanya" in said
    assert "Slamet Darmawanto, register: SLAMET DARMAWAN, Salah" in said
    assert "Slamet Darmawanto, register: SLAMET DARMAWANTO, Sama Tidak menghalangi lagi" in said
    assert "Kembalikan · Nama tidak sama dengan data kependudukan. · “Nama menurut KTP, ya.”" in said
    assert HUSBAND not in stale.text
    assert re.search(r'value="name_differs\|applicant.name"[^>]* checked', stale.text), "a reason that no check finds any more stays ticked"
    assert await office.told("request_returned") == []
    again = await browser.post(f"{PATH}/{task_id}/putusan", data=sent | {"versi": version_of(stale)})
    assert again.status_code == 303, "what was written is sent on with the new version"


async def test_a_taken_task_says_by_whom_and_until_when(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.mongo.collection(office.database, "staff").insert_one({"_id": "budi", "personal": {"name": NAMES["budi"]}})
    task_id, _ = await held(office, sign_in("budi"))
    browser = sign_in()
    refused = await browser.post(f"{PATH}/{task_id}/ambil")
    assert refused.status_code == 409
    assert "Budi Santoso sedang mengerjakannya. Dipegang sampai hari ini 09.20." in text_of(refused)
    sheet = text_of(await browser.get(f"{PATH}/{task_id}"))
    assert "Budi Santoso memegangnya sampai 09.20." in sheet
    assert "Ambil pekerjaan ini" not in sheet


async def test_numbers_are_shown_to_who_asks_and_that_is_written_down(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    assert HUSBAND not in sheet.text
    assert KK not in sheet.text
    shown = await browser.post(f"{PATH}/{task_id}/nomor", headers={"HX-Request": "true"})
    assert HUSBAND in shown.text
    assert KK in shown.text
    assert "<html" not in shown.text, "only the part that htmx asked for"
    assert ("rina", "task.numbers_revealed") in await acts_of(office)


async def test_the_citizen_is_asked_and_the_clock_stands(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    asked = await browser.post(f"{PATH}/{task_id}/putusan", data=decision(sheet, "tanya", catatan="Anak ke berapa?"))
    assert asked.status_code == 303
    waiting = text_of(await browser.get(f"{PATH}?tampil=menunggu"))
    assert "Menunggu warga" in waiting
    assert "jam berhenti" in waiting
    sheet_now = text_of(await browser.get(f"{PATH}/{task_id}"))
    assert "“Anak ke berapa?”" in sheet_now
    assert "Tarik pertanyaan" in sheet_now
    assert (await browser.post(f"{PATH}/{task_id}/batal-tanya")).status_code == 303
    assert "Menunggu jawaban warga" not in text_of(await browser.get(f"{PATH}/{task_id}"))


async def test_a_court_case_is_one_sheet_and_stays_together_in_the_list(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    ruling = people.decision(wife=replace(people.decision().wife, name="Titik Fitrianingsih"))
    await office.take_in(*people.divorces(ruling))
    browser = sign_in("sari", "section_head")
    listed = await browser.get(PATH)
    said = text_of(listed)
    assert "Perkara 40/Pdt.G/2026/PA.Kab.Mn · cerai gugat · berkekuatan hukum tetap 16 Sep 2026 · 2 permohonan" in said
    assert said.index("MDN-2B3C-4D5F") < said.index("MDN-2B3C-4D5E")
    [task] = await office.rows("tasks")
    sheet = text_of(await browser.get(f"{PATH}/{task['_id']}"))
    assert "Semua permohonannya diputuskan bersama." in sheet
    assert "Nama istri Titik Fitrianingsih Titik Fitriani Salah" in sheet
    assert "MDN-2B3C-4D5E" in sheet
    assert "Tanya warga" not in sheet, "a court has no chat"


async def test_a_second_approval_is_another_persons(office: Office, sign_in: Sign) -> None:
    office.deps = replace(office.deps, catalogue=catalogue().adjusted(second={"kk_hilang": True}))
    await office.load(people.family())
    browser = sign_in()
    task_id, sheet = await held(office, browser)
    assert "Kirim, teruskan ke kepala seksi" in text_of(sheet)
    await browser.post(f"{PATH}/{task_id}/putusan", data=decision(sheet, "setujui", catatan="Nama menurut register."))
    assert await office.told("request_approved") == []
    assert "Menunggu persetujuan kedua dari kepala seksi." in text_of(await browser.get(f"{PATH}/{task_id}"))
    head = sign_in("sari", "section_head")
    assert "Persetujuan kedua" in text_of(await head.get(PATH))
    pulled = await head.post(f"{PATH}/berikutnya")
    second = await head.get(pulled.headers["location"])
    assert "menunggu persetujuan kedua. Catatan: Nama menurut register." in text_of(second)
    assert (await head.post(f"{PATH}/{task_id}/putusan", data=decision(second, "setujui"))).status_code == 303
    [told] = await office.told_data("request_approved")
    assert told["officer_id"] == "sari"


async def test_the_area_of_an_account_holds_for_list_sheet_and_documents(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    inside, outside = sign_in(areas=frozenset({"351908"})), sign_in("budi", areas=frozenset({"351901"}))
    assert "Slamet Darmawan" in text_of(await inside.get(PATH))
    assert "Slamet Darmawan" not in text_of(await outside.get(PATH))
    paper = await inside.get(f"{PATH}/{task_id}/berkas/file-ktp")
    assert (paper.status_code, paper.headers["cache-control"]) == (200, "no-store")  # who sits there next is asked again
    for answer in (
        await outside.get(f"{PATH}/{task_id}"),
        await outside.get(f"{PATH}/{task_id}/berkas/file-ktp"),
        await outside.post(f"{PATH}/{task_id}/ambil"),
    ):
        assert answer.status_code == 403
        assert "Pekerjaan ini di luar wilayah Anda" in text_of(answer)
    assert (await inside.post(f"{PATH}/berikutnya")).status_code == 303


async def test_days_at_the_ends_of_the_calendar_limit_nothing(sign_in: Sign) -> None:
    browser = sign_in("sari", "head")
    for asked in ("sampai=9999-12-31", "dari=0001-01-01"):
        assert (await browser.get(f"{PATH}?tampil=selesai&{asked}")).status_code == 200, asked


async def test_an_auditor_looks_and_acts_never(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    browser = sign_in("sari", "auditor")
    sheet = await browser.get(f"{PATH}/{task_id}")
    assert "Anda dapat melihat pekerjaan ini, tetapi tidak memutuskannya." in text_of(sheet)
    assert f"{PATH}/{task_id}/nomor" not in sheet.text
    for act in ("ambil", "lepas", "putusan", "batalkan", "nomor", "batal-tanya"):
        assert (await browser.post(f"{PATH}/{task_id}/{act}")).status_code == 403, act
    assert (await browser.post(f"{PATH}/berikutnya")).status_code == 403


async def test_a_pdf_is_shown_page_by_page_and_what_is_none_says_so(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    pdf = typst.compile(b"= Satu\n#pagebreak()\n= Dua")
    office.intake["files"] = {"file-ktp": (pdf, "application/pdf")}
    scanned = replace(people.attachment("ktp"), media_type="application/pdf")
    [task_id] = await office.tasks_of(lost(attachments=(people.attachment("surat_kehilangan"), scanned)))
    browser = sign_in()
    assert (await browser.get(f"{PATH}/{task_id}/berkas/file-ktp/halaman")).json() == {"pages": 2}
    page = await browser.get(f"{PATH}/{task_id}/berkas/file-ktp/halaman/2")
    assert page.headers["content-type"] == "image/jpeg"
    assert page.content.startswith(b"\xff\xd8\xff")
    assert (await browser.get(f"{PATH}/{task_id}/berkas/file-ktp/halaman/3")).status_code == 404
    unreadable = await browser.get(f"{PATH}/{task_id}/berkas/file-surat_kehilangan/halaman")
    assert unreadable.status_code == 422
    assert "PDF ini tidak bisa digambar" in text_of(unreadable)
    assert (await browser.get(f"{PATH}/{task_id}/berkas/file-of-another-case")).status_code == 404
    looks = [row for row in await office.rows("audit") if row["act"] == "attachment.seen"]
    assert looks
    assert {row["personal"]["persons"][0]["nik"] for row in looks} == {HUSBAND}, "who asks by NIK who saw it finds the papers too"


async def test_lists_are_paged_by_key_and_counted_honestly(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    receipts = [f"MDN-{number:04d}-TEST" for number in range(60)]
    await office.take_in(*(lost(receipt=each, submitted_at=NOW + timedelta(seconds=number)) for number, each in enumerate(receipts)))
    browser = sign_in()
    whole = await browser.get(PATH)
    assert "Berikutnya untuk saya, diurut dari pesan pertama · 60 lihat semua" in text_of(whole)
    assert len(whole.content) < 150_000
    seen: list[str] = []
    address: str | None = f"{PATH}?tampil=berikutnya"
    while address:
        page = await browser.get(address)
        assert len(page.content) < 150_000
        assert "dari 60" in text_of(page)
        seen += re.findall(r"MDN-\d{4}-TEST", page.text)
        found = re.search(r'href="([^"]+)"[^>]*rel="next"', page.text)
        address = html.unescape(found[1]) if found else None
    assert seen == receipts
    assert "Tidak ada pekerjaan dengan saringan ini" in text_of(await browser.get(f"{PATH}?layanan=akta_mati"))
    assert (await browser.get(f"{PATH}/jumlah")).json() == {"waiting": 0, "urgent": False}


async def test_two_requests_of_the_same_people_stand_beside_each_other(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    first, second = await office.tasks_of(lost(), lost(receipt="MDN-2222-2222"))
    browser = sign_in()
    sheet = await browser.get(f"{PATH}/{first}")
    assert "Mirip 1 permohonan lain" in text_of(sheet)
    assert f'href="{PATH}/{first}/banding/{second}"' in sheet.text
    compared = await browser.get(f"{PATH}/{first}/banding/{second}")
    assert "MDN-2222-2222" in compared.text
    assert HUSBAND not in compared.text
    assert (await browser.get(f"{PATH}/{first}/banding/{new_id()}")).status_code == 404


async def test_what_an_approval_would_make_is_shown_as_it_would_be_printed(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    said = text_of(await sign_in().get(f"{PATH}/{task_id}"))
    assert "Yang akan terbit bila disetujui Kartu Keluarga Slamet Darmawan" in said
    assert "Kepala keluarga SLAMET DARMAWAN" in said
    assert "RIZKI PRATAMA 3519•••••0001" in said
