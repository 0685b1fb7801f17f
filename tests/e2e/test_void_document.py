"""A document that does not print and is given up by the operator: the citizen hears of it, asks again, and gets it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deploy.local.applications import reprint
from deploy.local.chat import RECEIPT, Chat, answer_all, anything, spoken
from deploy.local.commands import command
from deploy.local.parts import ROOT, inherited
from deploy.local.processes import Process
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.eventually import eventually
from tests.support.persons import Persons

NOTHING_PRINTS = {"RENDERER_SECONDS": "0.001", "PRINT_ATTEMPTS": "1"}
ADMIN = "shared.messaging.admin"


def _text(message: Mapping[str, Any]) -> str:
    return str(message["content"].get("text") or "")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def out_of_order(stack: Stack) -> AsyncIterator[None]:
    """Issuance with a printer on which nothing is ready in time, in the place of the one that works."""
    part, state = stack.part("issuance"), stack.state
    broken = Process(
        "issuance that does not print",
        part.command,
        pid_file=state / "run" / "issuance-broken.pid",
        log=state / "log" / "issuance.log",
        env=inherited() | dict(part.environment) | NOTHING_PRINTS,
        cwd=ROOT,
    )
    await asyncio.to_thread(stack.process("issuance").stop)
    broken.start()
    try:
        await asyncio.to_thread(broken.wait_ready, lambda: _answers(part.ready_url), 60)
        yield
    finally:
        await asyncio.to_thread(broken.stop)
        await asyncio.to_thread(stack.start_part, "issuance")
        await asyncio.to_thread(stack.process("issuance").wait_ready, lambda: _answers(part.ready_url), 60)


async def asked(chat: Chat, person: Mapping[str, Any]) -> str:
    """Ask for the lost card in the chat; the receipt."""
    await chat.type("kk hilang")
    await chat.hears(anything, "the question for the NIK")
    summary = await answer_all(chat, spoken(reprint("kk_hilang", person)))
    await chat.press(summary, "confirm")
    answer = await chat.hears(lambda message: bool(RECEIPT.search(_text(message))), "the receipt")
    return str(RECEIPT.findall(_text(answer))[0])


async def test_who_waited_for_a_held_document_hears_that_it_is_given_up_and_gets_it_on_asking_again(
    stack: Stack, places: Places, persons: Persons, operator_environment: dict[str, str]
) -> None:
    person = persons("kk_hilang")

    async def operator(*arguments: str) -> str:
        return await asyncio.to_thread(command, ADMIN, *arguments, environment=operator_environment)

    async with Travel(places, lambda _who, _what: None) as travel:
        chat = await Chat.open(travel, person["name"])
        await travel.link(chat.phone, person["nik"])
        async with out_of_order(stack):
            receipt = await asked(chat, person)

            async def held() -> str:
                documents = await travel.documents(receipt)
                assert [document["state"] for document in documents] == ["held"]
                return f"issuance/stuck/{documents[0]['document_id']}"

            address = await eventually(held, 60)
            listed = [json.loads(line) for line in (await operator("list", "--json", "--service", "issuance")).splitlines()]
            assert address in {entry["address"] for entry in listed}
            await operator("discard", address, "--note", "the printer broke; decided by op")
        told = await chat.hears(lambda message: receipt in _text(message) and "tidak jadi terbit" in _text(message), "the news")
        assert "Ini bukan kesalahan Anda" in _text(told)

        async def ended() -> bool:
            return bool((await travel.request(receipt))["state"] == "void")

        await eventually(ended)
        await chat.type("status")
        stands = await chat.hears(lambda message: receipt in _text(message), "the status")
        assert "Anda dapat langsung mengajukan lagi" in _text(stands)

        again = await asked(chat, person)
        assert again != receipt
        await chat.hears(lambda message: message["content"]["type"] == "document", "the document")
        [paper] = await travel.documents(again)
        assert paper["state"] == "issued"
    assert await asyncio.to_thread(stack.conservation)
