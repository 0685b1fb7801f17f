"""A request that is returned after a day of silence: the template says that there is something to read, and then it comes."""

import asyncio
from collections.abc import Mapping
from typing import Any

from deploy.local.applications import reprint
from deploy.local.chat import RECEIPT, Chat, answer_all, anything, spoken
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.persons import Persons


def _text(message: Mapping[str, Any]) -> str:
    return str(message["content"].get("text") or "")


async def test_the_reasons_of_a_returned_request_come_when_the_person_writes_and_by_status(
    stack: Stack, places: Places, persons: Persons
) -> None:
    person, other = persons("kk_hilang"), persons("kk_hilang")
    async with Travel(places, lambda _who, _what: None) as travel:
        chat = await Chat.open(travel, person["name"])
        await travel.link(chat.phone, person["nik"])  # so that the rules alone may tell what the register holds
        await chat.type("kk hilang")
        await chat.hears(anything, "the question for the NIK")
        wrong = reprint("kk_hilang", {**person, "kk_number": other["kk_number"]})  # not his family's
        summary = await answer_all(chat, spoken(wrong))
        await asyncio.to_thread(stack.process("verification").stop)
        try:
            await chat.press(summary, "confirm")
            answer = await chat.hears(lambda message: bool(RECEIPT.search(_text(message))), "the receipt")
            receipt = RECEIPT.findall(_text(answer))[0]
            await travel.call("PATCH", chat.url, json={"window_open": False})
        finally:
            await asyncio.to_thread(stack.start_part, "verification")
        await chat.hears(lambda message: message["content"]["type"] == "template", "the template")
        assert (await travel.request(receipt))["state"] == "returned"

        await chat.type("status")
        reasons = await chat.hears(lambda message: "Mohon dilengkapi" in _text(message), "what the template stood for")
        assert receipt in _text(reasons)
        told = await chat.hears(lambda message: receipt in _text(message), "the status")
        sentence = next(line for line in _text(reasons).splitlines() if line.startswith("•"))
        assert sentence in _text(told)
