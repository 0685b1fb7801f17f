"""Broadcasts at the desk: what is wrong is said, who wrote to many does not start it, and a page shows counts and no number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import expect

from services.notifier.domain.broadcast import BroadcastState
from tests.integration.notifier.rig import Rig, make_rig
from tests.integration.notifier.test_broadcasts import TUESDAY, agree, arrives, phone
from tests.integration.notifier.test_desk import app_of
from tests.integration.notifier.test_desk import issuer as issuer
from tests.support.browser import NARROW, chromium, complaints, visit
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer, browser_of

FORM = {"templat": "kabar_layanan", "nama": "KIA", "isi": ["{desa}", "KIA kini lewat chat."], "desa": ["3519012001"]}


@pytest.fixture
async def still(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    async with make_rig(mongo_url, database, work=False, broadcast_alone_most=1, broadcast_prices={"marketing": 600}) as made:
        made.clock.at = TUESDAY
        yield made


async def write(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    return await client.post("/desk/siaran/baru", data={**FORM, **changes})


async def test_what_is_wrong_is_said_and_nothing_is_kept(still: Rig, issuer: SessionIssuer) -> None:
    async with browser_of(app_of(still, issuer), issuer, "outreach") as client:
        wrong: dict[str, dict[str, object]] = {
            "Beri nama": {"nama": " "},
            "belum diisi": {"isi": ["{desa}", ""]},
            "di luar jam siaran": {"dari": "18:00", "sampai": "19:00"},
            "sebelum jam berhenti": {"dari": "12:00", "sampai": "09:00"},
            "desa yang tidak dikenal": {"desa": ["3577000000"]},
            "melebihi batas": {"per_detik": "79"},
        }
        for said, changes in wrong.items():
            page = await write(client, **changes)
            assert page.status_code == 422, said
            assert said in page.text
        assert await still.rows("broadcasts") == []
        assert "Pilih templat" in (await write(client, templat="lain")).text


async def test_who_stopped_is_seen_masked_and_a_number_can_be_asked_for(still: Rig, issuer: SessionIssuer) -> None:
    await agree(still, 1, 2)
    await agree(still, 2, agreed=False)
    async with browser_of(app_of(still, issuer), issuer, "outreach") as client:
        page = (await client.get("/desk/siaran/berhenti")).text
        assert page.count("<b>1</b> orang") == 2
        assert phone(2) not in page
        assert phone(2)[-3:] in page
        asked = {
            phone(1): "Setuju menerima kabar.",
            phone(2): "Tidak mau kabar.",
            phone(3): "Belum pernah menyatakan setuju.",
            "0": "bukan nomor",
        }
        for number, said in asked.items():
            assert said in (await client.post("/desk/siaran/berhenti", data={"nomor": number})).text, said
    assert [entry["act"] for entry in await still.rows("audit")].count("broadcast.wish_read") == len(asked)
    assert phone(2) not in str(await still.rows("audit"))


async def test_it_is_counted_started_by_another_held_and_stopped(still: Rig, issuer: SessionIssuer) -> None:
    await agree(still, 1, 2, 3)
    await agree(still, 3, agreed=False)
    app = app_of(still, issuer)
    async with browser_of(app, issuer, "outreach") as client:
        made = await write(client)
        assert made.status_code == 303
        here = made.headers["location"]
        assert "sedang dicari" in (await client.get(here)).text
        broadcast_id = here.rpartition("/")[2]
        await arrives(still, broadcast_id, (1, 2, 3), opted_out=4)
        page = (await client.get(here)).text
        for said in ("Tambakmas", "(nama desanya)", "<b>2</b> orang", "Rp 1.200", "4 orang", "Dimulai oleh orang lain"):
            assert said in page, said
        assert page.count("Tidak mau kabar lagi (STOP)") == 2, "at intake, and since"
        refused = await client.post(f"{here}/mulai")
        assert refused.status_code == 422
        assert "dimulai oleh orang lain" in refused.text
        tried = await client.post(f"{here}/uji", data={"nomor": "0811 0000 0000"})
        assert "MULAI KABAR" in tried.text
    (row,) = await still.rows("broadcasts")
    assert row["state"] == BroadcastState.READY
    await still.mongo.collection(still.database, "broadcasts").update_one({}, {"$set": {"made_by.staff_id": "somebody-else"}})
    async with browser_of(app, issuer, "outreach") as client:
        assert (await client.post(f"{here}/mulai")).status_code == 303
        await still.parts.broadcaster.turn()
        assert "Dalam perjalanan" in (await client.get(f"{here}/isi")).text
        for act, state in (("jeda", "Dijeda"), ("lanjut", "Berjalan"), ("henti", "Dihentikan")):
            assert (await client.post(f"{here}/{act}")).status_code == 303
            assert state in (await client.get(here)).text
        assert "sudah berakhir" in (await client.post(f"{here}/henti")).text
        listed = (await client.get("/desk/siaran")).text
        assert "KIA" in listed
        assert not any(phone(number) in text for number in (1, 2, 3) for text in (page, listed))
    acts = [entry["act"] for entry in await still.rows("audit") if entry["act"].startswith("broadcast.")]
    assert sorted(acts) == sorted(f"broadcast.{act}" for act in ("drafted", "started", "paused", "resumed", "stopped"))


async def test_two_texts_are_compared_and_nothing_is_said_before_the_day(still: Rig, issuer: SessionIssuer) -> None:
    async with browser_of(app_of(still, issuer), issuer, "outreach") as client:
        filled = await client.get(
            "/desk/siaran/baru", params={"templat": "jemput_bola", "nama": "Wungu", "desa": "3519072001", "isi": "{desa}"}
        )
        assert 'value="Wungu"' in filled.text, "other pages lead here with what is known"
        other = ["{desa}", "Anak tanpa KIA? Urus dari rumah."]
        for says, changes in (
            ("hari yang masih datang", {"isi_b": other, "sampai_hari": "2026-11-24"}),
            ("Kedua teksnya sama", {"isi_b": FORM["isi"], "sampai_hari": "2026-12-01"}),
            ("belum diisi", {"isi_b": ["{desa}"], "sampai_hari": "2026-12-01"}),
        ):
            assert says in (await write(client, **changes)).text
        assert await still.rows("broadcasts") == []
        made = await write(client, isi_b=other, sampai_hari="2026-12-01")
        here = made.headers["location"]
        rows = sorted(await still.rows("broadcasts"), key=lambda row: str(row["trial"]["arm"]))
        assert [row["name"] for row in rows] == ["KIA (teks A)", "KIA (teks B)"]
        asked = await still.told_data("notifier.broadcast_drafted")
        assert [(each["trial"], each["arm"]) for each in asked] == [(rows[0]["trial"]["trial_id"], arm) for arm in "ab"]
        for row, numbers in zip(rows, (range(30), range(30, 60)), strict=True):
            await arrives(still, row["_id"], tuple(numbers))
        await _all_came(still, rows[0]["_id"], read=24, delivered=6)
        await _all_came(still, rows[1]["_id"], read=6, delivered=24)
        page = (await client.get(here)).text
        assert "Disimpulkan sesudah" in page
        assert "lebih baik:" not in page
        assert "nanti" in page
        still.clock.at += timedelta(days=8)
        assert "siarannya belum selesai" in (await client.get(here)).text
        await still.mongo.collection(still.database, "broadcasts").update_many({}, {"$set": {"state": "done"}})
        page = (await client.get(here)).text
        assert "Teks A lebih baik: 60,0 poin persen lebih banyak yang membaca (antara 35,5 dan 74,8)" in page
        assert (await client.get("/desk/siaran/banding/nowhere")).status_code == 404
    await _fits(still, issuer, here, "Perbandingan KIA")


async def _fits(still: Rig, issuer: SessionIssuer, path: str, name: str) -> None:
    """A page is fit for everybody, on a phone."""
    cookies = {"desk": issuer.token(issuer.member("outreach"))}
    async with (
        serving(app_of(still, issuer, secure=False)) as url,
        chromium() as browser,
        visit(browser, url + path, size=NARROW, cookies=cookies, refused=None) as looked,
    ):
        await expect(looked.get_by_role("heading", level=1)).to_have_text(name)
        assert await complaints(looked) == []
        assert await looked.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def _all_came(still: Rig, broadcast_id: str, **progress: int) -> None:
    """So many of a broadcast were delivered, or read."""
    marks = [mark for mark, count in progress.items() for _ in range(count)]
    ended = {"state": "done", "reason": None, "maybe_duplicate": False}
    jobs = [
        {"_id": f"broadcast:{broadcast_id}:{number}", "refs": [broadcast_id], "progress": mark, **ended}
        for number, mark in enumerate(marks)
    ]
    await still.mongo.collection(still.database, "jobs").insert_many(jobs)
