"""A journey that ends with an officer's answer in words, and with no document."""

import asyncio

from deploy.local.applications import Application
from deploy.local.chat import RECEIPT, Chat, ask, says, text_of
from deploy.local.journeys import WATCH_SECONDS, Meanwhile, nothing, watch
from deploy.local.office import Officer
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Places, Tell, Travel


async def answered_by_chat(
    places: Places, application: Application, words: str, meanwhile: Meanwhile = nothing, tell: Tell = lambda _who, _what: None
) -> str:
    """Ask in a chat for what ends with an officer's answer, and get it there; return how the answer reads.

    Args:
        places: A running system.
        application: What is asked for.
        words: What the officer answers.
        meanwhile: What happens between the receipt and the answer.
        tell: Hears of each step as it happens.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    async with Travel(places, tell) as travel:
        chat = await Chat.open(travel, application.name)
        if application.catalogued.proves_identity:
            await travel.link(chat.phone, application.answers["nik"])
        _, answer = await ask(chat, application)
        receipt = RECEIPT.findall(text_of(answer))[0]
        await meanwhile(travel, chat, receipt)
        await Officer(travel).answer(receipt, words)
        told = await chat.hears(says(words), "the answer")
        stands = await asyncio.wait_for(watch(travel, receipt, WATCH_SECONDS), ANSWER_SECONDS)
        if stands["state"] != "answered":
            raise JourneyError(f"request {receipt} ended as {stands['state']}")
        return text_of(told)
