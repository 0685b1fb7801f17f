"""A citizen's phone: what is typed, pressed and sent in a chat, and what is heard there."""

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from deploy.local.parts import ROOT
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Travel

PHOTOS: Final = ROOT / "deploy" / "local" / "data"
RECEIPT: Final = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
SHOWN_CHARACTERS: Final = 70


class Chat:
    """A citizen's phone."""

    def __init__(self, travel: Travel, citizen_id: str, phone: str) -> None:
        self._travel = travel
        self.phone = phone
        self.url = f"{travel.places.whatsapp}/sim/citizens/{citizen_id}"
        self._seen = 0

    @classmethod
    async def open(cls, travel: Travel, name: str) -> "Chat":
        """Return a new citizen with a number nobody had before."""
        phone = "62812" + "".join(str(secrets.randbelow(10)) for _ in range(8))
        citizen = await travel.call(
            "POST", f"{travel.places.whatsapp}/sim/citizens", json={"phone": phone, "name": name, "auto_read": True}
        )
        return cls(travel, citizen["id"], phone)

    async def type(self, text: str, *, shown: str | None = None) -> dict[str, Any]:
        """Write a text. ``shown`` stands for it where it is personal."""
        self._travel.tell("citizen", shown or text)
        return await self._write({"type": "text", "text": text})

    async def press(self, message: Mapping[str, Any], button_id: str) -> dict[str, Any]:
        """Press a button under a message."""
        title = next(button["title"] for button in message["content"]["buttons"] if button["id"] == button_id)
        self._travel.tell("citizen", f"[{title}]")
        return await self._write({"type": "button_reply", "id": button_id, "text": title, "reply_to": message["wamid"]})

    async def send(self, photo: Path) -> None:
        """Send a photo."""
        self._travel.tell("citizen", f"(photo {photo.name})")
        content = await asyncio.to_thread(photo.read_bytes)
        await self._travel.call("POST", f"{self.url}/files", files={"file": (photo.name, content, "image/jpeg")})

    async def hears(self, wanted: Callable[[Mapping[str, Any]], bool], what: str) -> dict[str, Any]:
        """Read the office's messages until the wanted one is there.

        Raises:
            JourneyError: it did not come; says what came instead.
        """
        heard: list[str] = []
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while (left := deadline - loop.time()) > 0:
            query = {"after": self._seen, "author": "office", "wait_seconds": min(left, 10.0)}
            page = await self._travel.call("GET", f"{self.url}/messages", params=query)
            for message in page["messages"]:
                self._seen = message["number"]
                heard.append(_first_line(message))
                self._travel.tell("PAK'DE ON", heard[-1])
                if wanted(message):
                    found: dict[str, Any] = message
                    return found
        raise JourneyError(f"{what} did not come in {ANSWER_SECONDS:g} s; heard instead: {heard or 'nothing'}")

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = await self._travel.call("POST", f"{self.url}/messages", json=body)
        return written


async def ask(chat: Chat, person: Mapping[str, Any], selfie: Path | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for a lost family card: from the greeting to the confirmation and the answer with the receipt.

    Args:
        chat: A phone.
        person: ``nik`` and ``kk_number`` that are typed.
        selfie: What is sent where the chat asks for it, as it asks whoever was linked to nobody.
    """
    await chat.type("Halo")
    await chat.press(await chat.hears(has_button("service:kk_hilang"), "the menu"), "service:kk_hilang")
    await chat.hears(says("NIK"), "the question for the NIK")
    await chat.type(person["nik"], shown="(the NIK)")
    await chat.hears(says("Kartu Keluarga"), "the question for the KK number")
    await chat.type(person["kk_number"], shown="(the KK number)")
    await chat.hears(says("kepolisian"), "the question for the police letter")
    await chat.send(PHOTOS / "surat-polisi.jpg")
    await chat.hears(says("KTP"), "the question for the KTP")
    await chat.send(PHOTOS / "ktp.jpg")
    if selfie is not None:
        await chat.hears(says("swafoto"), "the question for the selfie")
        await chat.send(selfie)
    confirmed = await chat.press(await chat.hears(has_button("confirm"), "the summary"), "confirm")
    return confirmed, await chat.hears(lambda message: bool(RECEIPT.search(text_of(message))), "the receipt")


def text_of(message: Mapping[str, Any]) -> str:
    """Give the text of a message; empty where it has none."""
    return str(message["content"].get("text") or "")


def _first_line(message: Mapping[str, Any]) -> str:
    line = next(iter(text_of(message).strip().splitlines()), "") or f"({message['content']['type']})"
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def says(word: str) -> Callable[[Mapping[str, Any]], bool]:
    """Want a message that holds the word."""
    return lambda message: word in text_of(message)


def has_button(button_id: str) -> Callable[[Mapping[str, Any]], bool]:
    """Want a message with that button."""
    return lambda message: any(button["id"] == button_id for button in message["content"].get("buttons", ()))
