"""Decisions in Chromium, the citizen in the chat page: what was returned comes back to who returned it; two people for one approval."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local import applications, journeys
from deploy.local.chat import Chat
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.at_the_desk import at_the_desk
from tests.support.at_work import AtWork
from tests.support.browser import DESK, visit
from tests.support.consoles import officer, task_of
from tests.support.eventually import eventually
from tests.support.pdf import text_of
from tests.support.persons import Persons
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORK = "/pekerjaan"


async def mend_photo(page: Page, name: str) -> None:
    """As the citizen, in the chat page: read what is wrong, send the photo again, confirm."""
    await page.get_by_role("list", name="Warga").get_by_role("button", name=name.title()).first.click()
    log = page.get_by_role("log", name="Percakapan")
    await expect(log.get_by_text(re.compile("belum dapat diproses")).last).to_be_visible()
    await page.get_by_label("Tulis pesan").fill("Halo")
    await page.get_by_label("Kirim", exact=True).click()
    await expect(log.get_by_text(re.compile("dikembalikan")).last).to_be_visible()
    await page.get_by_role("button", name="Lampirkan foto").click()
    await page.get_by_role("menuitem", name="Contoh foto surat polisi").click()
    dialog = page.get_by_role("dialog", name="Kirim foto")
    await dialog.get_by_role("button", name="Kirim foto").click()
    await log.get_by_role("button", name="Kirim", exact=True, disabled=False).click()


async def test_what_was_returned_is_mended_in_the_chat_page_and_decided_by_who_returned_it(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, persons: Persons
) -> None:
    person = persons("kk_rusak")
    async with at_the_desk(browser, stack, issuer, WORK, "verifier", staff_id="staff-rina", refused=None) as page:
        rina = AtWork(stack, page)

        async def meanwhile(_travel: Travel, _chat: Chat, receipt: str) -> None:
            await rina.give_back(receipt, "Foto tidak terbaca")
            async with visit(browser, stack.part("whatsapp").url, size=DESK) as phone:
                await mend_photo(phone, person["name"])
                await eventually(lambda: reserved(stack, receipt, "staff-rina"))
                await rina.approve(receipt)
                await expect(phone.get_by_role("link", name=re.compile("Buka dokumen")).last).to_be_visible()

        result = await journeys.by_chat(places, applications.reprint("kk_rusak", person), meanwhile)
    assert person["kk_number"] in text_of(result.papers[0].pdf)


async def reserved(stack: Stack, receipt: str, staff_id: str) -> bool:
    """Whether another officer is told for whom it waits."""
    task_id = await task_of(stack, receipt)
    async with officer(stack, "petugas-02") as client:
        answer = await client.post(f"/v1/tasks/{task_id}/claim")
    assert (answer.status_code, answer.json()["code"]) == (409, "task_reserved")
    assert staff_id in answer.text
    return True


async def test_a_birth_that_is_told_late_is_approved_by_two_people(
    browser: Browser, stack: Stack, issuer: SessionIssuer, places: Places, persons: Persons
) -> None:
    application = applications.birth(persons("akta_lahir"), "SEKAR ARUM LESTARI")
    late = {"born_on": (applications.today() - timedelta(days=90)).isoformat(), "late_reason": "Rumah jauh dari kantor"}
    async with (
        at_the_desk(browser, stack, issuer, WORK, "verifier", staff_id="staff-rina", refused=None) as hers,
        at_the_desk(browser, stack, issuer, WORK, "section_head", staff_id="staff-sari", refused=None) as theirs,
    ):
        rina, sari = AtWork(stack, hers), AtWork(stack, theirs)

        async def meanwhile(travel: Travel, _chat: Chat, receipt: str) -> None:
            await rina.approve(receipt)
            assert await travel.documents(receipt) == [], "one approval is none"
            await rina.page.goto(f"{stack.desk_page}/pekerjaan")
            await expect(rina.page.get_by_role("row").filter(has_text=receipt)).to_have_count(0)
            await sari.approve(receipt)

        result = await journeys.by_chat(places, replace(application, answers={**application.answers, **late}), meanwhile)
    assert {paper.product for paper in result.papers} == {"akta_kelahiran", "kk", "kia"}
