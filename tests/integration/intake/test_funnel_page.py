"""`/desk/corong` over HTTP: filters hold together, villages stand against all who live there, and what was counted stays counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from services.intake.domain.outreach.funnel import CountedStep, FunnelStep, WhoAndWhere
from tests.integration.intake.desk import Desk, page
from tests.integration.intake.rig import Rig, settings
from tests.integration.intake.test_outreach import HOME, VILLAGE, made

DAY = date(2026, 11, 23)
SPLIT = "3519019001"
FORMER = "3519992001"  # a village that was split since: its code is given to none today


async def note(rig: Rig, what: WhoAndWhere, *steps: FunnelStep, count: int = 1) -> None:
    """Write steps as handlers write them, and fold them."""
    place = f"{what.source}.{what.service}.{what.village}.{what.sex}"
    await rig.wiring.deps.steps.note([CountedStep(f"{step}.{place}", step, DAY, what, count) for step in steps])
    await rig.wiring.deps.funnel.fold(500)


async def file(rig: Rig, query: str) -> dict[str, dict[str, str]]:
    """The file of a filter, by its codes."""
    browser = Desk(rig).browser("outreach")
    answer = await browser.get(f"/desk/corong/unduh?{query}")
    assert answer.status_code == 200, answer.text
    head, *rows = list(csv.reader(io.StringIO(answer.text.partition("\n")[2]), delimiter=";"))
    await browser.aclose()
    return {row[1]: dict(zip(head, row, strict=True)) for row in rows}


def shown(row: dict[str, str], names: Sequence[str]) -> list[str]:
    return [row[name] for name in names]


async def test_filters_hold_together_and_villages_stand_against_all_who_live_there(rig: Rig) -> None:
    poster = await made(rig)
    radio = await made(rig, name="Radio", channel="radio", village="", ads=())
    woman = WhoAndWhere(poster.code, "kia_baru", VILLAGE, "P", "25-39")
    man = WhoAndWhere(radio.code, "kia_baru", VILLAGE, "L", "25-39")
    await note(rig, woman, FunnelStep.SUBMITTED, count=6)
    await note(rig, man, FunnelStep.SUBMITTED, count=4)
    await note(rig, WhoAndWhere(poster.code, "kia_baru", HOME, "P", "25-39"), FunnelStep.SERVED, FunnelStep.MET, count=39)
    await note(rig, WhoAndWhere(radio.code, "kk_hilang", FORMER), FunnelStep.SUBMITTED, count=2)

    every = f"waktu=tahun&saluran=print&layanan=kia_baru&wilayah={VILLAGE[:6]}&jk=P&umur=25-39"
    assert shown((await file(rig, f"{every}&menurut=hari"))["2026-11-23"], ("Mengajukan", "Memulai percakapan")) == ["6", ""]
    assert shown((await file(rig, f"{every}&menurut=sumber"))[poster.code], ("Mengajukan", "Selesai")) == ["6", "0"]
    assert await file(rig, every.replace("jk=P", "jk=L")) == {}

    rows = await file(rig, "waktu=tahun&saluran=radio&menurut=desa")
    people = rig.wiring.deps.residents.by_village[HOME]
    names = ("Mengajukan", "Dilayani", "Penduduk", "Peringkat", "Anak tanpa KIA: selesai", "Anak tanpa KIA")
    assert shown(rows[HOME], names) == ["0", "39", str(people.residents), "1", "39", f"{people.children_without_kia},0"]
    assert shown(rows[VILLAGE], names[:4]) == ["4", "0", str(rig.wiring.deps.residents.by_village[VILLAGE].residents), "2"]
    assert len(rows) == 207, "every village of today, and the one of then"
    assert (rows[FORMER]["Desa"], rows[FORMER]["Mengajukan"]) == (f"Desa berkode {FORMER}", "2")

    browser = Desk(rig).browser("outreach")
    page = (await browser.get("/desk/corong?waktu=tahun&menurut=desa&layanan=kia_baru&jk=P")).text
    assert "39 dari " in page
    assert "diketahui mulai dari permohonan" in page
    assert "dari semua warga" in page
    await browser.aclose()


async def test_a_village_that_was_split_keeps_what_was_counted_live_and_rebuilt(mongo_url: str, kept_database: str, tmp_path: Path) -> None:
    part = "3519012002"
    changes = tmp_path / "changes.csv"
    changes.write_text(f"on,code,name,district,into\n2026-11-10,{SPLIT},Sukamulya,Kebon Sari,{HOME} {part}\n", encoding="utf-8")
    rig = Rig(settings(mongo_url, kept_database).model_copy(update={"village_changes_file": changes}))
    await rig.wiring.prepare()
    await note(rig, WhoAndWhere("", "kk_hilang", SPLIT), FunnelStep.SUBMITTED, FunnelStep.SERVED, count=30)
    await note(rig, WhoAndWhere("", "kk_hilang", part), FunnelStep.SERVED, count=9)
    live = await file(rig, "waktu=tahun&menurut=desa&wilayah=351901")
    people = sum(rig.wiring.deps.residents.by_village[code].residents for code in (HOME, part))
    rate = f"{39_000 / people:.2f}".replace(".", ",")
    assert [live[code]["Dilayani"] for code in (HOME, part, SPLIT)] == ["0", "9", ""]
    assert [live[code]["Per 1.000 warga"] for code in (HOME, part)] == [rate, rate]
    assert (live[SPLIT]["Desa"], live[SPLIT]["Mengajukan"]) == ("Sukamulya, Kebon Sari (dulu)", "30")
    said = await page(Desk(rig).browser("outreach"), "/desk/corong?waktu=tahun&menurut=desa&wilayah=351901")
    assert "bersama Tanjungrejo, Kebon Sari; Sukamulya, Kebon Sari (dulu)" in said
    week = await file(rig, "waktu=7&menurut=desa&wilayah=351901")
    assert week[HOME]["Per 1.000 warga"] == "0,00", "after the split each part stands for itself"
    await rig.wiring.deps.funnel.rebuild()
    assert await file(rig, "waktu=tahun&menurut=desa&wilayah=351901") == live
    public = [line for line in (await rig.http.get("/statistik/desa.csv")).text.splitlines() if SPLIT in line]
    assert public == [f"2026;{SPLIT};Kebon Sari;Sukamulya (dulu);desa;30;"]
    await rig.close()
