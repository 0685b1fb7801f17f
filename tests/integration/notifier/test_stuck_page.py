"""Stuck work at the desk: by cause, in words, masked, many at once, every look and act with a row in the audit log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
from fastapi import FastAPI

from services.notifier import desk
from services.notifier.api import stuck
from services.notifier.domain.job import JobState
from shared.audit import AuditFilter
from shared.health import Health
from shared.web import create_app
from shared.web.desk import shell
from tests.integration.notifier.rig import PHONE, Rig, make_rig, running
from tests.support.eventually import eventually
from tests.support.sessions import SessionIssuer, browser_of

PATH = "/desk/macet/pesan"
OTHER = "6281234500000"
THIRD = "6281234511111"


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier of whose notices two were refused for the number and one for the text; its dispatchers stand still."""
    async with make_rig(mongo_url, database, work=False) as made:
        for wanted, (code, phone) in enumerate(((131026, PHONE), (131026, OTHER), (132001, THIRD)), start=1):
            await made.fault("error", code=code, http_status=400, count=1)
            await made.tell(made.reply("Foto buram, kata petugas", phone))
            async with running(made.parts):
                await eventually(partial(in_state, made, JobState.FAILED, wanted))
        yield made


async def in_state(rig: Rig, state: JobState, count: int) -> bool:
    return await rig.parts.deps.job_reader.count((state,)) == count


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


@pytest.fixture
def app(rig: Rig, issuer: SessionIssuer) -> FastAPI:
    made = create_app(rig.settings, Health(), title="test")
    shell.install(made, rig.settings, Health(), issuer.read, desk.TEMPLATES)
    desk.install(made, rig.parts.units, rig.parts.deps)
    desk.install_stuck(made, stuck.FailedJobs(rig.parts.units, rig.parts.deps), stuck.PERSONAL)
    return made


def picks(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r'name="pilih" value="([^"]+)"', page.text)


async def acts(rig: Rig) -> list[tuple[str, str, str]]:
    page = await rig.parts.units.audit.page(AuditFilter())
    return [(row.entry.act, row.entry.about, row.entry.detail.get("in_full", "")) for row in reversed(page.rows)]


async def test_it_is_grouped_by_cause_in_words_and_tells_nobody_who(rig: Rig, app: FastAPI, issuer: SessionIssuer) -> None:
    async with browser_of(app, issuer, "section_head") as client:
        page = await client.get(PATH)
        groups = re.findall(r'scope="rowgroup"[^>]*>([^<]+?) · (\d+)', page.text)
        assert groups == [("Nomor ini tidak bisa menerima WhatsApp", "2"), ("Pesan contoh belum ada atau belum disetujui WhatsApp", "1")]
        assert len(picks(page)) == 3
        for personal in (PHONE, OTHER, THIRD, "Foto buram"):
            assert personal not in page.text
        assert (await client.get(f"{PATH}/jumlah")).json() == {"waiting": 3, "urgent": True}
        part = await client.get(PATH, headers={"HX-Request": "true"})
        assert part.text.lstrip().startswith("<section")
        everything = await client.get("/desk/macet")
        for name in ("permohonan", "verifikasi", "dokumen", "pesan"):
            assert f'hx-get="/desk/macet/{name}"' in everything.text
        rows = list(csv.DictReader(io.StringIO((await client.get(f"{PATH}/unduh")).content.decode("utf-8-sig")), delimiter=";"))
    assert [row["Kode"] for row in rows].count("meta_131026") == 2
    assert ("GET /desk/macet/pesan", "", "") in await acts(rig)


async def test_many_are_replayed_at_once_and_what_is_gone_is_said(rig: Rig, app: FastAPI, issuer: SessionIssuer) -> None:
    async with browser_of(app, issuer, "section_head") as client:
        first, second, third = picks(await client.get(PATH))
        answer = await client.post(f"{PATH}/putusan", data={"pilih": [first, second], "act": "ulangi"})
        assert answer.headers["location"] == f"{PATH}?diulang=2"
        assert "2 diulang." in (await client.get(answer.headers["location"])).text
        again = await client.post(f"{PATH}/putusan", data={"pilih": [first, third], "act": "ulangi"})
        told = await client.get(again.headers["location"])
        assert "1 diulang." in told.text
        assert "1 sudah tidak menunggu." in told.text
        assert "Tidak ada yang macet di Pesan" in told.text
    async with running(rig.parts):
        await eventually(lambda: in_state(rig, JobState.DONE, 3))
    assert [act for act, _, _ in await acts(rig)].count("stuck.replayed") == 4


async def test_what_is_discarded_needs_a_note_and_keeps_it(rig: Rig, app: FastAPI, issuer: SessionIssuer) -> None:
    async with browser_of(app, issuer, "section_head") as client:
        first, *_ = picks(await client.get(PATH))
        refused = await client.post(f"{PATH}/putusan", data={"pilih": first, "act": "buang", "catatan": "  "})
        assert refused.status_code == 422
        assert "Catatan belum ditulis." in refused.text
        assert re.search(rf'value="{re.escape(first)}"[^>]*checked', refused.text), "the selection is kept"
        nothing = await client.post(f"{PATH}/putusan", data={"act": "ulangi"})
        assert (nothing.status_code, "Belum ada yang dipilih." in nothing.text) == (422, True)
        answer = await client.post(f"{PATH}/putusan", data={"pilih": first, "catatan": "nomor salah; diputus Dwi"})
        assert answer.headers["location"] == f"{PATH}?dibuang=1"
    job = (await rig.parts.deps.job_reader.get(first)).job
    assert (job.state, job.note) == (JobState.DISCARDED, "nomor salah; diputus Dwi")
    assert ("stuck.discarded", f"stuck/{first}", "") in await acts(rig)


async def test_its_content_is_masked_and_whole_only_for_whoever_may(rig: Rig, app: FastAPI, issuer: SessionIssuer) -> None:
    async with browser_of(app, issuer, "section_head") as head, browser_of(app, issuer, "auditor") as auditor:
        first, *_ = picks(await head.get(PATH))
        seen = await auditor.get(f"{PATH}/{first}")
        assert "Nomor ini tidak bisa menerima WhatsApp" in seen.text
        assert "Buka isi lengkap" not in seen.text
        for personal in (PHONE, OTHER, "Foto buram"):
            assert personal not in seen.text
        assert (await auditor.post(f"{PATH}/{first}/lengkap")).status_code == 403
        whole = await head.post(f"{PATH}/{first}/lengkap")
        assert "Foto buram" in whole.text
        assert (await head.get(f"{PATH}/unknown")).status_code == 404
    assert [each for each in await acts(rig) if each[0] == "stuck.seen"] == [
        ("stuck.seen", f"stuck/{first}", "false"),
        ("stuck.seen", f"stuck/{first}", "true"),
    ]


async def test_who_may_only_look_decides_nothing(app: FastAPI, issuer: SessionIssuer) -> None:
    async with browser_of(app, issuer, "auditor") as auditor, browser_of(app, issuer, "operator") as operator:
        assert picks(await auditor.get(PATH)) == []
        assert (await auditor.post(f"{PATH}/putusan", data={"pilih": "x", "act": "ulangi"})).status_code == 403
        assert (await operator.get(PATH)).status_code == 403
