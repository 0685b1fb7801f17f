"""From what was counted to what is done: where people give up, villages with few served, and a day in the villages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from services.intake.desk.question_stops import SentencePlace, service_stops, stops_picture
from services.intake.domain.outreach.funnel import (
    SUMMARY,
    CountedStep,
    Facet,
    FunnelQuestion,
    FunnelStep,
    QuestionStep,
    WhoAndWhere,
    person_step,
    question_step,
    stop_step,
    visit_step,
)
from services.intake.handlers import begin_source_trial, note_returned
from services.intake.jobs import StaleDrafts
from shared.clock import WIB, now
from shared.trials import StoppingRule
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.intake.desk import Desk, act, page
from tests.integration.intake.rig import NIK, Rig, only
from tests.integration.intake.test_outreach import counts, finish, made, tables_of_days
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.http_server import serving

LAGGING, QUESTIONS, TRIPS = "/desk/tindak-lanjut", "/desk/tindak-lanjut/pertanyaan", "/desk/jemput-bola"
SIDOREJO, DOLOPO, HOME = "3519072001", "3519022001", "3519012001"


@dataclass
class Live:
    """Intake's pages on a port, and a browser."""

    desk: Desk
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, size: tuple[int, int], role: str = "outreach", refused: int = 0) -> AsyncIterator[Page]:
        issuer = self.desk.issuer
        cookie = {"desk": issuer.token(issuer.member(role, at=self.desk.rig.clock()))}
        async with visit(self.browser, self.url + path, size=size, cookies=cookie, refused=refused) as opened:
            yield opened


@pytest.fixture
async def live(rig: Rig, desk: Desk) -> AsyncIterator[Live]:
    app, rig.clock.at = rig.service.app, now()  # the browser has a clock of its own
    app.state.session_check = SessionCheck(SessionKeys(desk.issuer.read), rig.clock, secure=False)
    async with chromium() as browser, serving(app) as url:
        yield Live(desk, url, browser)


async def note_many(rig: Rig, village: str, *, visited: int = 0, question: str = "", service: str = "kk_hilang", **people: int) -> None:
    """So many steps of people of a village, today; `question`: at which those who stopped did."""
    today = rig.clock.at.astimezone(WIB).date()
    what = WhoAndWhere("", service, village)
    steps: list[CountedStep | QuestionStep] = [visit_step(f"{village}-{number}", today, what) for number in range(visited)]
    for name, count in people.items():
        marks = [f"{village}-{name}-{number}" for number in range(count)]
        if name == "stopped":
            stopped = [stop_step(mark, today, what) for mark in marks]
            steps += [*stopped, *(question_step(step, f"{service}.{question}") for step in stopped)]
        else:
            steps += [person_step(FunnelStep(name), mark, today, what) for mark in marks]
    await rig.wiring.deps.steps.note(steps)
    while await rig.wiring.deps.funnel.fold(500):
        pass


async def test_who_gives_up_is_counted_by_question_once_and_rebuilt_the_same(rig: Rig) -> None:
    source = await made(rig)
    await rig.say(f"halo (#{source.code})")
    await rig.press("service:kk_hilang")
    await rig.say("batal")
    await rig.say("batal")
    await rig.press("service:kk_hilang", sender="6281234567891")
    await rig.say(NIK, sender="6281234567891")
    rig.clock.at += timedelta(days=8)
    assert await StaleDrafts(rig.wiring.deps, rig.units).sweep() == 1
    assert await StaleDrafts(rig.wiring.deps, rig.units).sweep() == 0
    year = FunnelQuestion(rig.clock.at.date().replace(month=1, day=1), rig.clock.at.date())
    found = await counts(rig, year, Facet.QUESTION)
    assert found == {"kk_hilang.nik": {"stopped": 1}, "kk_hilang.kk_number": {"stopped": 1}}
    assert (await counts(rig, year))[source.code] == {"chatted": 1, "began": 1, "stopped": 1}
    here = FunnelQuestion(year.first, year.last, villages=frozenset({source.what.village}))
    assert await counts(rig, here, Facet.QUESTION) == {"kk_hilang.nik": {"stopped": 1}}
    cells = await tables_of_days(rig)
    await rig.wiring.deps.funnel.rebuild()
    assert await tables_of_days(rig) == cells


async def test_a_return_and_a_late_end_are_counted_once(rig: Rig) -> None:
    await rig.file_request()
    request = only(await rig.rows("requests"))
    for number in (1, 2):
        body = partial(note_returned, deps=rig.wiring.deps, request_id=request["_id"], ended_round=1, reasons=("photo_unreadable",))
        await rig.units.run(partial(body, at=rig.clock.at + timedelta(minutes=number), linked_by=None))
    rig.clock.at += timedelta(days=30)
    await finish(rig, request["_id"])
    found = (await counts(rig, FunnelQuestion(rig.clock.at.date().replace(month=1, day=1), rig.clock.at.date())))[""]
    assert (found["returned"], found["finished"], found["late"]) == (1, 1, 1)


async def test_every_question_of_every_service_is_said(rig: Rig) -> None:
    deps = rig.wiring.deps
    services = [code for code in deps.catalogue.services if deps.menu.form_of(code)]
    found = service_stops(deps, {f"{code}.{SUMMARY}": {FunnelStep.STOPPED: 5} for code in services}, {})
    assert {each.code for each in found} == set(services)
    gone = only(service_stops(deps, {"kk_hilang.gone": {FunnelStep.STOPPED: 2}}, {}))
    assert (gone.worst.title, gone.worst.sentence, gone.worst.is_few) == ("Pertanyaan yang sudah tidak ada di formulir", "", True)
    assert stops_picture(gone, "/", "/").finding == "Baru 2 isian berhenti"
    named = service_stops(deps, {"kk_hilang.kk_number": {FunnelStep.STOPPED: 5}, "akta_lahir.nik": {FunnelStep.STOPPED: 5}}, {})
    places = {each.code: each.worst.place for each in named}
    forms = "services/intake/templates/forms"
    assert places == {
        "kk_hilang": SentencePlace(f"{forms}/kk_hilang.toml", "[kk_number] ask"),
        "akta_lahir": SentencePlace(f"{forms}/common.toml", "[nik] ask"),
    }


async def test_roles_and_odd_input_of_the_pages(rig: Rig, desk: Desk) -> None:
    head, outreach, operator = (desk.browser(role) for role in ("head", "outreach", "operator"))
    assert "Dagangan" in await page(head, f"{LAGGING}?q=dagangan")
    assert "Teruskan ke humas" in await page(head, LAGGING)
    assert "Buat poster" in await page(outreach, LAGGING)
    for path in (LAGGING, QUESTIONS, TRIPS, f"{TRIPS}/baru"):
        assert (await operator.get(path)).status_code == 403
    assert (await head.get(f"{TRIPS}/baru")).status_code == 403
    assert (await outreach.get(f"{TRIPS}/nowhere")).status_code == 404
    assert (await outreach.get(f"{LAGGING}?setelah=-1")).status_code == 422
    assert "Baris 31" in await page(outreach, f"{LAGGING}?setelah=30")
    wrong = await act(outreach, f"{TRIPS}/baru", 422, nama="x", hari="2020-01-01", tim="Dewi", layanan="kk_hilang", desa="Sidorejo, Wungu")
    assert "Pilih hari ini atau sesudahnya" in wrong.text
    assert await rig.rows("trips") == []


async def test_two_who_note_a_result_at_once_keep_both(rig: Rig, desk: Desk) -> None:
    outreach, today = desk.browser("outreach"), rig.clock.at.astimezone(WIB).date()
    form = {"nama": "Jemput bola", "hari": today.isoformat(), "tim": "Dewi", "layanan": "kk_hilang"}
    rows = {"desa": ["Sidorejo, Wungu", DOLOPO], "tempat": ["", ""], "target": ["40", "20"]}
    planned = await outreach.post(f"{TRIPS}/baru", data=form | rows)
    assert planned.status_code == 303
    path = planned.headers["location"].partition("?")[0]
    await asyncio.gather(
        *(act(outreach, f"{path}/hasil", desa=village, ditemui="9", direkam="5", permohonan="3") for village in (SIDOREJO, DOLOPO))
    )
    stops = only(await rig.rows("trips"))["stops"]
    assert [stop["result"]["met"] for stop in stops] == [9, 9]
    assert "tidak bisa diubah atau dibatalkan" in (await act(outreach, f"{path}/batal", 422)).text
    acts = {row["act"] for row in await rig.rows("audit")}
    assert {"trip.planned", "trip.result_noted"} <= acts


async def test_a_plan_is_moved_once_by_who_saw_it_last_and_the_invited_can_be_told(rig: Rig, desk: Desk) -> None:
    outreach, today = desk.browser("outreach"), rig.clock.at.astimezone(WIB).date()
    form = {"nama": "Jemput bola", "hari": today.isoformat(), "tim": "Dewi", "layanan": "kk_hilang"}
    planned = await outreach.post(f"{TRIPS}/baru", data=form | {"desa": ["Sidorejo, Wungu", DOLOPO]})
    path = planned.headers["location"].partition("?")[0]
    assert "jemput_bola_berubah" not in (await outreach.get(path)).text
    asked = (await outreach.get(f"{path}/ubah")).text
    assert (f'value="{today.isoformat()}"' in asked, 'name="revisi" value="1"' in asked) == (True, True)
    later = form | {"hari": (today + timedelta(days=7)).isoformat(), "desa": ["Sidorejo, Wungu"], "revisi": "1"}
    assert (await outreach.post(f"{path}/ubah", data=later)).status_code == 303
    again = await outreach.post(f"{path}/ubah", data=later)
    assert (again.status_code, "Rekan lain baru saja mengubah" in again.text) == (422, True)
    trip = only(await rig.rows("trips"))
    assert (trip["day"], trip["revision"], trip["dropped"], len(trip["stops"])) == (later["hari"], 2, [DOLOPO], 1)
    ends = {row["village"]: (row["ends_on"], row["retired_at"] is not None) for row in await rig.rows("sources")}
    assert ends == {SIDOREJO: (later["hari"], False), DOLOPO: (today.isoformat(), True)}
    shown = (await outreach.get(path)).text
    trip_id = path.rpartition("/")[2]
    for village in (SIDOREJO, DOLOPO):
        assert f"desa={village}&amp;tentang=trips%2F{trip_id}%2F{village}" in shown
    assert (await outreach.post(f"{path}/batal")).status_code == 303
    assert "kunjungan" in (await outreach.get(path)).text
    assert "trip.changed" in {row["act"] for row in await rig.rows("audit")}


async def _fits(live: Live, path: str, role: str = "outreach") -> None:
    """A page is fit for everybody, on a phone."""
    async with live.at(path, NARROW, role) as opened:
        assert await complaints(opened) == []
        assert await opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_services_of_which_the_same_was_found_are_told_apart_by_ear(live: Live, rig: Rig) -> None:
    for service in ("kk_hilang", "akta_lahir"):
        await note_many(rig, HOME, began=1, stopped=1, question="nik", service=service)
    await _fits(live, QUESTIONS)


async def test_from_a_village_with_few_to_a_day_there_and_its_funnel(live: Live, rig: Rig) -> None:
    await note_many(rig, HOME, visited=60, chatted=50, began=40, submitted=36, finished=36, served=36, stopped=2, question="nik")
    await note_many(rig, SIDOREJO, visited=60, chatted=55, began=25, submitted=5, finished=5, stopped=20, question="kk_number")
    async with live.at(f"{LAGGING}?q=sidorejo+wungu", NARROW) as opened:
        row = opened.get_by_role("row", name="Sidorejo, Wungu")
        await expect(row).to_contain_text("20 dari 25 isian berakhir tanpa permohonan (80,0 %; kabupaten 34,9 %)")
        await expect(row).to_contain_text("Nomor KK (20)")
        assert await complaints(opened) == []
        await row.get_by_role("link", name="Lihat pertanyaannya").click()
        await expect(opened.get_by_role("heading", name="20 dari 20 yang berhenti")).to_be_visible()
        await expect(opened.get_by_role("row", name="[kk_number] ask")).to_contain_text("di bagian atas Kartu Keluarga")
        assert await complaints(opened) == []
    async with live.at(f"{TRIPS}/baru?desa={SIDOREJO}", DESK) as opened:
        await opened.get_by_label("Nama", exact=True).fill("Jemput bola Wungu")
        await opened.get_by_label("Hari").fill(rig.clock.at.astimezone(WIB).date().isoformat())
        await opened.get_by_label("Tim").fill("Dewi, Agus")
        await opened.get_by_label("Kartu Keluarga hilang").check()
        await opened.get_by_label("Desa 2", exact=True).fill("Dolopo, Dolopo")
        await opened.get_by_role("button", name="Simpan rencana").click()
        await expect(opened.get_by_text("Rencana disimpan.")).to_be_visible()
        assert await complaints(opened) == []
        await _fits(live, f"{urlsplit(opened.url).path}/ubah")
        invitation = await opened.get_by_role("link", name="Tulis undangan ke Sidorejo, Wungu").get_attribute("href")
        assert invitation is not None
        assert f"desa={SIDOREJO}" in invitation
        source = only([row for row in await rig.rows("sources") if row["village"] == SIDOREJO])
        await rig.say(f"halo (#{source['_id']})")
        await rig.wiring.deps.funnel.fold(500)
        for field, number in (("Ditemui", "30"), ("direkam", "12"), ("permohonan diambil", "8")):
            await opened.get_by_label(field, exact=True).fill(number)
        await opened.get_by_label("Desa", exact=True).select_option(SIDOREJO)
        await opened.get_by_role("button", name="Catat").click()
        await expect(opened.get_by_text("Hasil dicatat.")).to_be_visible()
        row = opened.get_by_role("row", name="Sidorejo, Wungu")
        assert (await row.get_by_role("cell").all_inner_texts())[2:8] == ["40", "30\n75 % target", "12", "8", "1", "0"]
    async with live.at(TRIPS, NARROW, "head") as opened:
        await expect(opened.get_by_role("row", name="Jemput bola Wungu")).to_contain_text("Hasil dicatat")
        assert await complaints(opened) == []


async def test_two_sources_are_compared_and_nothing_is_said_before_the_rule_is_met(desk: Desk, rig: Rig) -> None:
    one, other, elsewhere = [await made(rig, name=name, ads=(), **more) for name, more in (("A", {}), ("B", {}), ("C", {"service": ""}))]
    outreach = desk.browser("outreach")
    for b, rule, says in (
        (one.code, {"orang": "20"}, "dua sumber yang berbeda"),
        (elsewhere.code, {"orang": "20"}, "layanan yang sama"),
        ("Z9Z", {"orang": "20"}, "masih berjalan"),
        (other.code, {"orang": "19"}, "20 orang atau lebih"),
        (other.code, {"orang": "20", "hari": "2099-01-01"}, "salah satu saja"),
    ):
        assert says in (await act(outreach, "/desk/uji", 422, nama="Poster", a=one.code, b=b, **rule)).text
    begun = await act(outreach, "/desk/uji", nama="Poster", a=one.code, b=other.code, orang="20", hari="")
    path, today = begun.headers["location"], rig.clock.at.astimezone(WIB).date()

    async def came(code: str, chatted: int, filed: int) -> None:
        what = WhoAndWhere(code, "kk_hilang", SIDOREJO)
        steps = [person_step(FunnelStep.CHATTED, f"{code}-{number}", today, what) for number in range(chatted)]
        steps += [person_step(FunnelStep.SUBMITTED, f"{code}-{number}", today, what) for number in range(filed)]
        await rig.wiring.deps.steps.note(steps)
        await rig.wiring.deps.funnel.fold(500)

    await came(one.code, 30, 24)
    await came(other.code, 19, 2)
    assert "nanti" in await page(outreach, path)
    assert "lebih baik" not in await page(outreach, path)
    assert ";30;;;" in (await outreach.get("/desk/uji/unduh")).text, "the file hides who filed as the page does"
    await came(other.code, 30, 6)
    told = await page(desk.browser("head"), path)
    assert "Teks A lebih baik: 60,0 poin persen lebih banyak yang mengajukan" in told
    assert "80,0 % (antara" in told
    (line,) = (await outreach.get("/desk/uji/unduh")).text.splitlines()[1:]
    assert f"{one.code};A;30;24;80,0 % (antara" in line
    assert "Teks A lebih baik" in line


async def test_comparisons_are_fit_for_everybody(live: Live, rig: Rig) -> None:
    codes = ((await made(rig, name="A", ads=())).code, (await made(rig, name="B", ads=())).code)
    begin = partial(begin_source_trial, deps=rig.wiring.deps, name="Poster", codes=codes, rule=StoppingRule(20, None), by="dewi")
    trial = await rig.units.run(begin)
    for path, role in ((f"/desk/uji/{trial.trial_id}", "head"), ("/desk/uji/baru", "outreach")):
        await _fits(live, path, role)
