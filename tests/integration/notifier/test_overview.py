"""The notifier's picture of the head's view: how far messages came, why some failed, and a list that filters by the reason."""

from __future__ import annotations

import html
import re

from services.notifier.desk import overview
from services.notifier.domain.tally import ChannelTally, MessageTally
from shared.values import Channel
from shared.web.desk.overview import PATH
from tests.integration.notifier.rig import Rig, running
from tests.integration.notifier.test_desk import app_of, still, words_of
from tests.support.sessions import SessionIssuer, browser_of

__all__ = ["still"]


async def test_what_failed_is_counted_by_reason_and_found(still: Rig) -> None:
    issuer = SessionIssuer()
    await still.fault("error", code=131026, http_status=400, count=1)
    await still.tell(still.turned_down(note="Foto buram"))
    async with running(still.parts):
        await still.job_becomes("failed")
    async with browser_of(app_of(still, issuer), issuer, "head") as client:
        page = (await client.get(f"{PATH}/pesan", headers={"HX-Request": "true"})).text
        assert "1 pesan gagal, semuanya karena nomor ini tidak bisa menerima WhatsApp (meta_131026)" in page
        link = re.search(r'href="([^"]+kode=[^"]+)"', page)
        assert link
        listed = await client.get(html.unescape(link[1]))
        assert words_of(listed) == [("Permohonan dikembalikan", "Gagal")]
        other = await client.get("/desk/pesan?keadaan=gagal&kode=meta_1")
        assert words_of(other) == []
        assert "Sampai;Terkirim;Menunggu;Gagal" in (await client.get(f"{PATH}/pesan/unduh")).text


async def test_an_office_that_sent_nothing_is_taught(still: Rig) -> None:
    issuer = SessionIssuer()
    async with browser_of(app_of(still, issuer), issuer, "section_head") as client:
        page = (await client.get(f"{PATH}/pesan")).text
        assert "Saluran: belum ada pesan hari ini" in page
        assert "Begitu ada balasan" in page
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        assert (await client.get(f"{PATH}/pesan")).status_code == 403


def test_the_finding_is_what_an_operator_must_know_first() -> None:
    busy = MessageTally({Channel.WHATSAPP: ChannelTally(arrived=5, waiting=3)}, {}, oldest_minutes=22)
    assert overview.finding(busy, paused=True) == "Saluran: pengiriman WhatsApp dijeda, 3 menunggu"
    assert overview.finding(busy, paused=False) == "Saluran: pesan tertunda 22 menit"
    well = MessageTally({Channel.COURT: ChannelTally(arrived=5)}, {})
    assert overview.finding(well, paused=False) == "Saluran: semua lancar"
