"""The survey through the whole system: a request ends, its person is asked, answers by taps; another one on the page, on a narrow phone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local.applications import reprint
from deploy.local.chat import RECEIPT, Chat, answer_all, anything, spoken
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from shared.mongo import Mongo
from tests.support.browser import NARROW, complaints, visit
from tests.support.eventually import eventually
from tests.support.persons import Persons

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def _text(message: Mapping[str, Any]) -> str:
    return str(message["content"].get("text") or "")


def _says(text: str, message: Mapping[str, Any]) -> bool:
    return text in _text(message)


async def _asked(travel: Travel, stack: Stack, person: Mapping[str, Any]) -> tuple[Chat, dict[str, Any]]:
    """Somebody gets a family card; the hour until they are asked passes by a word in the database."""
    chat = await Chat.open(travel, person["name"])
    await travel.link(chat.phone, person["nik"])
    await chat.type("kk hilang")
    await chat.hears(anything, "the question for the NIK")
    summary = await answer_all(chat, spoken(reprint("kk_hilang", person)))
    await chat.press(summary, "confirm")
    receipt = RECEIPT.findall(_text(await chat.hears(lambda message: bool(RECEIPT.search(_text(message))), "the receipt")))[0]
    await chat.hears(lambda message: message["content"]["type"] == "document", "the card")
    mongo = Mongo.connect(stack.settings.mongo_url)
    try:
        invitations, requests = (mongo.collection("intake", name) for name in ("survey_invitations", "requests"))
        request = await requests.find_one({"receipt": receipt})
        assert request is not None
        of_it = {"_id": request["_id"]}
        await eventually(lambda: invitations.find_one(of_it))
        await invitations.update_one(of_it, {"$set": {"due_at": LONG_AGO}})
    finally:
        await mongo.close()
    return chat, await chat.hears(partial(_says, "Boleh kami bertanya"), "the survey")


async def test_a_request_that_ended_is_asked_about_and_answered_by_taps_or_on_the_page(
    browser: Browser, stack: Stack, places: Places, persons: Persons
) -> None:
    async with Travel(places, lambda _who, _what: None) as travel:
        chat, invite = await _asked(travel, stack, persons("kk_hilang"))
        start = next(button["id"] for button in invite["content"]["buttons"] if button["id"].startswith("survey:start@"))
        await chat.press(invite, start)
        for number in range(1, 10):
            question = await chat.hears(partial(_says, f"Pertanyaan {number} dari 9"), "a question")
            rows = [row["id"] for section in question["content"]["list"]["sections"] for row in section["rows"]]
            await chat.choose(question, rows[3])
        await chat.hears(partial(_says, "sudah kami hitung"), "the thanks")

        _, invite = await _asked(travel, stack, persons("kk_hilang"))
        link = re.findall(r"https?://\S+/survei/\S+", _text(invite))[0]
        async with visit(browser, link, size=NARROW) as page:
            await _answer(page)
        async with visit(browser, link, size=NARROW) as page:
            await expect(page.get_by_role("heading", level=1)).to_have_text("Sudah selesai")


async def _answer(page: Page) -> None:
    """Nine questions, one a page, the third with a low value; a complaint with one more tap."""
    for number in range(1, 10):
        await expect(page.get_by_text(f"Pertanyaan {number} dari 9")).to_be_visible()
        await page.get_by_role("radio").nth(1 if number == 3 else 3).check()
        await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_label("Ada saran?").fill("Petugas ramah")
    assert await complaints(page) == []
    await page.get_by_role("button", name="Kirim jawaban").click()
    await expect(page.get_by_text("nilai rendah untuk waktu")).to_be_visible()
    assert await complaints(page) == []
    assert "u3" not in page.url
    await page.get_by_role("button", name="Ya, sampaikan sebagai pengaduan").click()
    await expect(page.get_by_text(RECEIPT)).to_be_visible()
