"""A number that is given to somebody else while a request is in hand: over the running processes no paper reaches the newcomer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.local.applications import reprint
from deploy.local.chat import PHOTOS, RECEIPT, Chat, anything, ask
from deploy.local.office import Officer
from deploy.local.travel import Places, Travel
from tests.support.eventually import eventually
from tests.support.persons import Persons

SECONDS = 30.0


def is_document(message: Mapping[str, Any]) -> bool:
    return bool(message["content"]["type"] == "document")


async def test_a_document_follows_its_person_and_never_the_number(places: Places, persons: Persons, tmp_path: Path) -> None:
    person, selfie = persons("kk_hilang"), tmp_path / "swafoto.jpg"
    selfie.write_bytes((PHOTOS / "ktp.jpg").read_bytes() + b" a face")
    async with Travel(places, lambda _who, _what: None) as travel:
        owner = await Chat.open(travel, person["name"])
        _, answer = await ask(owner, reprint("kk_hilang", person), selfie)
        receipt = str(RECEIPT.findall(answer["content"]["text"])[0])
        moved = await travel.call("PATCH", owner.url, json={"phone": "62899" + owner.phone[5:]})
        await owner.hears(lambda message: "KIRIM ULANG" in str(message["content"].get("text")), "that the new number is noted")

        newcomer = await Chat.open(travel, "PENDATANG", owner.phone)
        await newcomer.type("halo")
        await newcomer.hears(anything, "the greeting")
        await Officer(travel).approve(receipt)

        async def state() -> str:
            return str((await travel.request(receipt))["state"])

        async def is_withheld() -> bool:
            return await state() == "undelivered"

        await eventually(is_withheld, SECONDS)
        effects = (await travel.call("GET", f"{places.whatsapp}/sim/effects", params={"recipient": owner.phone, "limit": 1000}))["effects"]
        assert {effect["payload"]["type"] for effect in effects} <= {"text", "interactive"}
        assert not [each for each in await newcomer.reads(0) if receipt in str(each["content"]) or is_document(each)]

        await travel.link(moved["phone"], person["nik"])
        await owner.type("kirim ulang")
        paper = await owner.hears(is_document, "the document")
        assert receipt in str(paper["content"])

        async def is_delivered() -> bool:
            return await state() == "delivered"

        await eventually(is_delivered, SECONDS)
        assert not [each for each in await newcomer.reads(0) if is_document(each)]
