"""The pages of work in Chromium: an officer decides by keyboard alone, two race for one task, a decision meets something that changed."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from deploy.simulators.whatsapp import samples
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.register import Family, Member
from services.verification.domain.submission import Answers, CourtDecision, Person, Submission
from shared.clock import now
from shared.ids import new_id, new_receipt
from shared.reference.catalogue import catalogue
from shared.reference.population import Relation
from shared.values import VouchedBy, Vouching
from tests.integration.verification.conftest import Office, open_office
from tests.integration.verification.work_desk import NAMES, officer, work_app
from tests.support import families as people
from tests.support.applications import submission as filled
from tests.support.browser import DESK, NARROW, chromium, complaints, visit
from tests.support.harness import Clock
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
FAMILIES = [family for family in sample_families(80, 7) if any(each.relation is Relation.WIFE for each in family.members)]
SIZES = pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@dataclass
class Live:
    """An office that is open now, its pages on a port, and people who sign in."""

    office: Office
    issuer: SessionIssuer
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, login: str = "rina", *roles: str, size: tuple[int, int] = DESK, refused: int = 0) -> AsyncIterator[Page]:
        """A page, opened by somebody who is signed in."""
        member = officer(self.office, self.issuer, login, *roles)
        cookies = {"desk": self.issuer.token(member)}
        async with visit(self.browser, self.url + path, size=size, cookies=cookies, refused=refused) as page:
            yield page

    async def tasks(self, *submissions: Submission) -> list[str]:
        """Tasks of these requests."""
        return await self.office.tasks_of(*submissions)


@pytest_asyncio.fixture(loop_scope="module")
async def live(mongo_url: str, database: str, browser: Browser) -> AsyncIterator[Live]:
    async with open_office(mongo_url, database, Clock()) as office:
        office.queue(undo=timedelta(seconds=600), claims_at_once=30, sample_every=4)  # a busy machine takes long between two keys
        await office.load(people.family(), *FAMILIES)
        issuer = SessionIssuer()
        async with serving(work_app(office, issuer, secure=False)) as url:
            yield Live(office, issuer, url, browser)


def _papers(office: Office, family: Family, member: Member, *kinds: samples.Picture) -> dict[str, str]:
    """Draw the papers of somebody into intake's files; their ids by kind."""
    row = {
        **{name: str(getattr(family, name)) for name in ("kk_number", "address", "rt", "rw", "village_code")},
        **{name: str(getattr(member, name)) for name in ("name", "nik", "sex", "birth_place", "religion", "occupation")},
        "born_on": member.born_on.isoformat(),
        "marital": member.marital.value,
    }
    drawn = {kind: samples.picture(samples.Person(row, people.PHONE), kind) for kind in kinds}
    ids = {kind: new_id() for kind in kinds}
    office.intake.setdefault("files", {}).update({ids[kind]: (content, "image/png") for kind, content in drawn.items()})
    return {str(kind): file_id for kind, file_id in ids.items()}


def lost_card(family: Family, **changes: Any) -> Submission:
    """A request of the head of a family, whose name was typed with a slip: it goes to an officer."""
    head = family.head
    slip = f"{head.name.title()}o"
    asked = people.lost_card(nik=head.nik, kk_number=family.kk_number, applicant_name=slip)
    return replace(asked, **{"request_id": new_id(), "receipt": str(new_receipt()), "submitted_at": now() - timedelta(hours=1), **changes})


def unproven(office: Office, family: Family) -> Submission:
    """The same of somebody whom nobody vouches for, with drawn papers and a selfie."""
    ids = _papers(office, family, family.head, "ktp", "selfie", "surat-polisi")
    attachments = [people.attachment(kind) for kind in ("surat_kehilangan", "ktp", "selfie_ktp")]
    drawn = [replace(each, file_id=ids[kind]) for each, kind in zip(attachments, ("surat-polisi", "ktp", "selfie"), strict=True)]
    return lost_card(family, vouching=None, sender_nik=None, attachments=tuple(drawn))


def birth(family: Family, **answers: Any) -> Submission:
    """A birth in a family, reported by its head."""
    wife = next(each for each in family.members if each.relation is Relation.WIFE)
    given: dict[str, Any] = {
        "relation": "father",
        "nik": family.head.nik,
        "kk_number": family.kk_number,
        "parents": "married_recorded",
        "mother_nik": wife.nik,
        "father_nik": family.head.nik,
        "child_name": "Dimas Arya Kusuma",
        "child_sex": "L",
        "born_on": (now() - timedelta(days=11)).date().isoformat(),
        "born_at": "03:20",
        "birth_place": "3519",
        "birth_facility": "clinic",
        "plurality": "single",
        "birth_order": 2,
        "attendant": "midwife",
        "weight_grams": 3150,
        "length_cm": 49,
        "witnesses": [{"nik": each.head.nik, "name": each.head.name.title()} for each in FAMILIES[:2]],
    }
    asked = filled("akta_lahir", submitted_on=now().date(), **(given | answers))
    child = Person(name=str(given["child_name"]))
    typed = catalogue().get("akta_lahir").form.values(asked.answers.values)
    asked = replace(asked, answers=Answers(typed), vouching=Vouching(VouchedBy.LINK, "link-1", "counter"), sender_nik=family.head.nik)
    asked = replace(asked, attachments=tuple(map(people.attachment, ("surat_kelahiran", "buku_nikah", "kk"))))
    return replace(asked, request_id=new_id(), receipt=str(new_receipt()), subject=child, submitted_at=now() - timedelta(minutes=40))


def ruling() -> CourtDecision:
    """A divorce in which the court wrote a name otherwise than the register has it: it goes to an officer."""
    return people.decision(wife=replace(people.decision().wife, name="Titik Fitrianingsih"))


async def keep(page: Page, name: str) -> None:
    """Save what the page looks like, where `SCREENSHOTS` names a folder (`make screenshots`)."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        place = Path(folder) / "desk"
        place.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=str(place / name))


@SIZES
async def test_my_work_and_a_sheet_look_right(live: Live, size: tuple[int, int]) -> None:
    kind = "phone" if size == NARROW else "desk"
    await live.tasks(*(lost_card(family) for family in FAMILIES[2:6]), birth(FAMILIES[8]))
    await live.office.take_in(*people.divorces(ruling()))
    [task_id] = await live.tasks(unproven(live.office, FAMILIES[7]))
    async with live.at("/desk/pekerjaan", size=size) as page:
        await expect(page.get_by_role("heading", name="Pekerjaan saya")).to_be_visible()
        await keep(page, f"pekerjaan-{kind}.png")
        assert await complaints(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        await page.goto(f"{live.url}/desk/pekerjaan/{task_id}")
        await page.keyboard.press("a")
        await expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
        await expect(page.locator(".sheets img").first).to_be_visible()
        assert await complaints(page) == []
        await page.keyboard.press("k")
        await page.keyboard.press("1")
        await expect(page.locator("[data-preview]")).not_to_have_text("Pilih alasan untuk melihat kalimatnya.")
        await keep(page, f"lembar-kerja-{kind}.png")
        assert await complaints(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


@dataclass
class Keys:
    """A keyboard that counts."""

    page: Page
    pressed: int = 0

    async def __call__(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            self.pressed += 1


async def _opened(page: Page, task_id: str) -> None:
    """The sheet of this task is there and takes keys."""
    await page.wait_for_url(lambda url: f"/{task_id}" in url)
    await page.locator("body[data-ready]").wait_for()


async def test_an_officer_decides_twenty_by_keyboard_alone_with_at_most_four_keys_each(live: Live) -> None:
    await live.tasks(*map(lost_card, FAMILIES[10:30]))
    ids = [row["_id"] for row in sorted(await live.office.rows("tasks"), key=lambda row: (row["place_at"], row["_id"]))]
    async with live.at("/desk/pekerjaan") as page:
        keys = Keys(page)
        await keys("n")
        for number, task_id in enumerate(ids):
            await _opened(page, task_id)
            if number % 2:
                await keys("k", "1", "Control+Enter")
            else:
                await keys("s", "Control+Enter")
        await page.wait_for_url("**/desk/pekerjaan?terakhir=*")
        assert keys.pressed == 1 + 10 * 3 + 10 * 2
    live.office.clock.forward(seconds=601)
    await live.office.decisions_take_effect()
    outcomes = [row["outcome"] for task_id in ids for row in await live.office.rows("tasks", {"_id": task_id})]
    assert outcomes == ["approved", "returned"] * 10


async def test_the_last_decision_is_undone_by_a_key_while_its_seconds_run(live: Live) -> None:
    first, second = await live.tasks(*(lost_card(family, began_at=now() - timedelta(hours=5)) for family in FAMILIES[30:32]))
    async with live.at("/desk/pekerjaan") as page:
        keys = Keys(page)
        await keys("n")
        await _opened(page, first)
        await keys("s", "Control+Enter")
        await _opened(page, second)
        await expect(page.locator("[data-undo-left]")).to_have_text(re.compile(r"\d+ detik lagi"))
        await keys("z")
        await _opened(page, first)
        await expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
    assert [row["stage"] for row in await live.office.rows("tasks", {"_id": first})] == ["first"]


async def test_two_race_for_one_task_and_the_second_sees_who_has_it(live: Live) -> None:
    await live.office.mongo.collection(live.office.database, "staff").insert_one({"_id": "rina", "personal": {"name": NAMES["rina"]}})
    [task_id] = await live.tasks(lost_card(FAMILIES[32]))
    path = f"/desk/pekerjaan/{task_id}"
    async with live.at(path) as mine, live.at(path, "budi", refused=1) as theirs:
        await mine.keyboard.press("a")
        await expect(mine.get_by_text("Anda pegang sampai")).to_be_visible()
        await theirs.keyboard.press("a")
        await expect(theirs.get_by_text("Rina Widyastuti sedang mengerjakannya.")).to_be_visible()
        await expect(theirs.get_by_text("Rina Widyastuti memegangnya sampai")).to_be_visible()
        assert await complaints(theirs) == []


@SIZES
async def test_a_stale_decision_shows_then_and_now_and_keeps_what_was_written(live: Live, size: tuple[int, int]) -> None:
    family = FAMILIES[33]
    [task_id] = await live.tasks(lost_card(family))
    async with live.at(f"/desk/pekerjaan/{task_id}", size=size, refused=1) as page:
        await page.keyboard.press("a")
        await expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
        await page.locator("body[data-ready]").wait_for()
        await page.keyboard.press("k")
        await page.keyboard.press("1")
        await page.get_by_label("Tambahan untuk warga").fill("Nama menurut KTP, ya.")
        mended = replace(family.head, name=f"{family.head.name}O")
        others = tuple(each for each in family.members if each.nik != mended.nik)
        await live.office.load(replace(family, members=(mended, *others)))
        await page.keyboard.press("Control+Enter")
        dialog = page.get_by_role("dialog", name="Permohonan ini berubah saat Anda membacanya")
        await expect(dialog).to_be_visible()
        await expect(dialog.get_by_text("Tidak menghalangi lagi")).to_be_visible()
        await expect(dialog.get_by_text("“Nama menurut KTP, ya.”")).to_be_visible()
        await keep(page, f"berubah-{'phone' if size == NARROW else 'desk'}.png")
        assert await complaints(page) == []
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_label("Tambahan untuk warga")).to_have_value("Nama menurut KTP, ya.")


async def test_papers_are_turned_zoomed_and_laid_beside_each_other_by_keys(live: Live) -> None:
    [task_id] = await live.tasks(unproven(live.office, FAMILIES[34]))
    async with live.at(f"/desk/pekerjaan/{task_id}") as page:
        papers = page.locator(".sheets .paper img")
        await expect(papers).to_have_count(1)
        await page.keyboard.press("]")
        await expect(papers.first).to_have_attribute("alt", "KTP-el")
        await page.keyboard.press("p")
        assert await papers.first.evaluate("(each) => each.style.transform") == "rotate(90deg)"
        await page.keyboard.press("+")
        await expect(page.locator("[data-zoomed]")).to_have_text("125 %")
        await page.keyboard.press("b")
        await expect(papers).to_have_count(2)
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Semua tombol di halaman ini")).to_be_visible()


async def test_a_new_task_is_told_and_the_list_does_not_move(live: Live) -> None:
    await live.tasks(lost_card(FAMILIES[35]))
    async with live.at("/desk/pekerjaan") as page:
        rows = page.locator("[data-row]")
        await expect(rows).to_have_count(1)
        await live.tasks(lost_card(FAMILIES[36]))
        await expect(page.get_by_text("1 baru")).to_be_visible()
        await expect(rows).to_have_count(1)
        await page.keyboard.press(".")
        await expect(rows).to_have_count(2)


async def test_without_a_script_the_list_and_the_sheet_say_all(live: Live) -> None:
    [task_id] = await live.tasks(lost_card(FAMILIES[37]))
    member = officer(live.office, live.issuer)
    context = await live.browser.new_context(java_script_enabled=False, locale="id-ID")
    try:
        await context.add_cookies([{"name": "desk", "value": live.issuer.token(member), "url": live.url}])
        page = await context.new_page()
        await page.goto(f"{live.url}/desk/pekerjaan")
        await page.get_by_role("button", name="Ambil berikutnya").click()
        await page.wait_for_url(f"**/{task_id}")
        await page.get_by_text("Kembalikan K").click()
        await page.locator(".reasons.when-kembalikan").get_by_text("Nama tidak sama dengan data kependudukan.").first.click()
        await page.get_by_role("button", name="Kirim, buka berikutnya").click()
        await expect(page.get_by_text("Dikembalikan:")).to_be_visible()
    finally:
        await context.close()
