"""Broadcasts at the desk: what is wrong is said, who wrote to many does not start it, and a page shows counts and no number."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notifier.domain.broadcast import BroadcastState
from tests.integration.notifier.rig import Rig, make_rig
from tests.integration.notifier.test_broadcasts import TUESDAY, agree, arrives, phone
from tests.integration.notifier.test_desk import app_of
from tests.integration.notifier.test_desk import issuer as issuer
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
