"""A citizen's phone: what is typed, pressed and sent in a chat, and what is heard there."""

import asyncio
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.local.applications import Application, today
from deploy.local.parts import ROOT
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Travel
from shared.reference.forms import Field
from shared.reference.forms.form import asked

PHOTOS: Final = ROOT / "deploy" / "local" / "data"
RECEIPT: Final = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
SHOWN_CHARACTERS: Final = 70
YES, NO, SKIP = "Ya", "Tidak", "Lewati"
CONFIRM: Final = "KIRIM"
HIDDEN: Final = {"nik": "(a NIK)", "kk_number": "(a KK number)"}  # what stands for personal answers on the screen


class Chat:
    """A citizen's phone."""

    def __init__(self, travel: Travel, citizen_id: str, phone: str) -> None:
        self._travel = travel
        self.phone = phone
        self.url = f"{travel.places.whatsapp}/sim/citizens/{citizen_id}"
        self._seen = 0

    @classmethod
    async def open(cls, travel: Travel, name: str, phone: str = "") -> "Chat":
        """Return a new citizen; without a number of theirs with one that nobody had before."""
        phone = phone or "62812" + "".join(str(secrets.randbelow(10)) for _ in range(8))
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

    async def choose(self, message: Mapping[str, Any], row_id: str) -> dict[str, Any]:
        """Choose a row of a list under a message."""
        rows = (row for section in message["content"]["list"]["sections"] for row in section["rows"])
        title = next(row["title"] for row in rows if row["id"] == row_id)
        self._travel.tell("citizen", f"[{title}]")
        return await self._write({"type": "list_reply", "id": row_id, "text": title, "reply_to": message["wamid"]})

    async def send_other(self, kind: str, **rest: str) -> dict[str, Any]:
        """Send what is neither text nor photo: a voice message, a sticker, a reaction to what `reply_to` names."""
        self._travel.tell("citizen", f"({kind})")
        return await self._write({"type": kind, **rest})

    async def send(self, photo: Path, shows: str = "", caption: str = "") -> None:
        """Send a photo. ``shows`` makes another photo of the same file: one photo is not taken for two documents."""
        self._travel.tell("citizen", f"(photo of {shows or photo.stem})")
        content = await asyncio.to_thread(photo.read_bytes) + shows.encode()
        written = {"caption": caption} if caption else {}
        await self._travel.call("POST", f"{self.url}/files", data=written, files={"file": (photo.name, content, "image/jpeg")})

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

    async def reads(self, wait_seconds: float) -> list[dict[str, Any]]:
        """Read what the office has written since; wait for something where there is nothing yet."""
        query = {"after": self._seen, "author": "office", "wait_seconds": wait_seconds}
        page = await self._travel.call("GET", f"{self.url}/messages", params=query)
        self._seen = page["next_after"]
        found: list[dict[str, Any]] = page["messages"]
        return found

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = await self._travel.call("POST", f"{self.url}/messages", json=body)
        return written


@dataclass(frozen=True)
class Spoken:
    """One answer in a chat: a text, or a photo of the document that it is about."""

    text: str = ""
    shown: str | None = None
    document: str = ""


def spoken(application: Application) -> Iterator[Spoken]:
    """Yield the answers of an application in the order in which the chat asks: that of the form, row by row in a group.

    In a group that may have more rows each further one is announced by a yes, and their end by a no.
    """
    form = application.catalogued.form
    values = form.values(application.answers)
    for field in form.asked(values, today()):
        if field.is_document:
            yield Spoken(document=field.any_of[0])
        elif field.is_group:
            yield from _rows(field, values.get(field.name, ()))
        else:
            yield said(field, values.get(field.name))


def _rows(group: Field, rows: tuple[Mapping[str, Any], ...]) -> Iterator[Spoken]:
    least, most = group.count
    for number, row in enumerate(rows):
        if number >= least:
            yield Spoken(YES)
        for cell in asked(group.fields, row, today()):
            yield said(cell, row.get(cell.name))
    if len(rows) < most:
        yield Spoken(NO)


def said(field: Field, value: Any) -> Spoken:
    """Return the answer to a question about a single value; nothing to say is a question passed over."""
    if value is None:
        return Spoken(SKIP)
    if field.type in HIDDEN:
        return Spoken(str(value), HIDDEN[field.type])
    return Spoken(str(value) if field.type == "text" else field.show(value, today()))


async def ask(chat: Chat, application: Application, selfie: Path | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for a service: from the greeting through every question to the confirmation and the answer with the receipt."""
    return await confirm(chat, await fill_in(chat, application, selfie))


async def fill_in(chat: Chat, application: Application, selfie: Path | None = None) -> dict[str, Any]:
    """Answer every question of a service, from the greeting on; return the summary.

    Args:
        chat: A phone.
        application: What is asked for, and the answers.
        selfie: What is sent where the chat asks for it, as it asks whoever was linked to nobody.
    """
    await chat.type("Halo")
    await chat.hears(says("layanan"), "the menu")
    await chat.type(application.catalogued.name)
    await chat.hears(anything, "the first question")
    heard = await answer_all(chat, spoken(application))
    if selfie is not None:
        await chat.send(selfie)
        heard = await chat.hears(anything, "the summary")
    return heard


async def answer_all(chat: Chat, answers: Iterator[Spoken]) -> dict[str, Any]:
    """Answer one question after another; return what the office wrote last."""
    heard: dict[str, Any] = {}
    for each in answers:
        if each.document:
            await chat.send(PHOTOS / ("ktp.jpg" if each.document == "ktp" else "surat-polisi.jpg"), each.document)
        else:
            await chat.type(each.text, shown=each.shown)
        heard = await chat.hears(anything, "the next question")
    return heard


async def confirm(chat: Chat, summary: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Send off what the summary shows, by a word where it is too long for buttons; return what was sent, and the answer with the receipt.

    Raises:
        JourneyError: it is no summary: an answer was not taken.
    """
    if has_button("confirm")(summary):
        confirmed = await chat.press(summary, "confirm")
    elif CONFIRM in text_of(summary):
        confirmed = await chat.type(CONFIRM)
    else:
        raise JourneyError(f"no summary but: {text_of(summary)}")
    return confirmed, await chat.hears(lambda message: bool(RECEIPT.search(text_of(message))), "the receipt")


def text_of(message: Mapping[str, Any]) -> str:
    """Give the text of a message; empty where it has none."""
    return str(message["content"].get("text") or "")


def _first_line(message: Mapping[str, Any]) -> str:
    line = next(iter(text_of(message).strip().splitlines()), "") or f"({message['content']['type']})"
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def anything(_message: Mapping[str, Any]) -> bool:
    """Want whatever the office writes."""
    return True


def says(word: str) -> Callable[[Mapping[str, Any]], bool]:
    """Want a message that holds the word."""
    return lambda message: word in text_of(message)


def has_button(button_id: str) -> Callable[[Mapping[str, Any]], bool]:
    """Want a message with that button."""
    return lambda message: any(button["id"] == button_id for button in message["content"].get("buttons", ()))
