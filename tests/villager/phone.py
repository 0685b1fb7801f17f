"""A villager's phone: what they do on it stands in their story, and what the office answers is read as it comes."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Final

from deploy.local.chat import PHOTOS, Chat
from tests.villager.reading import Heard, Reader
from tests.villager.story import Story

PATIENCE_SECONDS: Final = 60.0  # how long somebody waits for an answer
MORE_SECONDS: Final = 1.5  # and for one more, where several messages were sent and fewer answers may come
ME, OFFICE = "warga", "PAK'DE ON"


class Unanswered(Exception):  # noqa: N818 - what the villager is
    """Nothing came."""


class Phone:
    """Wraps a chat: every act ends with the message that is answered next."""

    def __init__(self, chat: Chat, reader: Reader, story: Story, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._chat = chat
        self._reader = reader
        self._story = story
        self._patience = patience_seconds
        self._last: Mapping[str, Any] | None = None
        self._typed = ""

    async def say(self, text: str) -> Heard:
        """Type something."""
        self._note(text)
        self._typed = (await self._chat.type(text))["wamid"]
        return await self.listen()

    async def press(self, heard: Heard, choice: str) -> Heard:
        """Press a button under a message, or choose a row of its list."""
        act = self._chat.choose if heard.in_list else self._chat.press
        return await self._do(act(heard.message, choice), f"[{heard.choices[choice]}]")

    async def photo(self, field: str, mark: str) -> Heard:
        """Send a photo; another one for another mark."""
        return await self._do(self._send(field, mark), f"(foto {field})")

    async def album(self, fields: Mapping[str, str]) -> Heard:
        """Send several photos one right after the other: field -> mark."""
        for field, mark in fields.items():
            self._note(f"(foto {field})")
            await self._send(field, mark)
        return await self.listen(len(fields))

    async def voice(self) -> Heard:
        """Send a voice message."""
        return await self._do(self._chat.send_other("voice"), "(pesan suara)")

    async def edit(self, text: str) -> Heard:
        """Change what was typed last."""
        return await self._do(self._chat.send_other("edit", reply_to=self._typed, text=text), f"(diubah) {text}")

    async def thumb(self) -> None:
        """React to the last message; nobody answers that."""
        if self._last is not None:
            self._note("(reaksi 👍)")
            await self._chat.send_other("reaction", reply_to=self._last["wamid"], text="👍")

    async def silence(self) -> None:
        """Say nothing for a while."""
        self._story.lines.append((ME, "(diam)"))
        self._read(await self._chat.reads(MORE_SECONDS))

    async def listen(self, answers: int = 1) -> Heard:
        """Read as many answers as come, and return what was read of the last one that is about the chat and no delivery.

        Raises:
            Unanswered: none came.
        """
        found: list[Heard] = []
        while len(found) < answers:
            came = self._read(await self._chat.reads(MORE_SECONDS if found else self._patience))
            if not came:
                break
            found += came
        if not found:
            raise Unanswered
        told = [heard for heard in found if heard.message["content"]["type"] != "document"]
        return (told or found)[-1]

    async def _do(self, act: Awaitable[object], line: str) -> Heard:
        self._note(line)
        await act
        return await self.listen()

    async def _send(self, field: str, mark: str) -> None:
        picture = PHOTOS / ("ktp.jpg" if "ktp" in field else "surat-polisi.jpg")
        await self._chat.send(picture, f"{field} {mark}")

    def _note(self, line: str) -> None:
        self._story.written += 1
        self._story.lines.append((ME, line))

    def _read(self, messages: list[dict[str, Any]]) -> list[Heard]:
        found = []
        for message in messages:
            self._last = message
            heard = self._reader.read(message)
            self._story.misfits += heard.is_misread
            offers = " ".join(f"[{title}]" for title in heard.choices.values())
            shown = heard.text or f"({message['content']['type']})"
            self._story.lines.append((OFFICE, f"{shown}\n{offers}" if offers else shown))
            found.append(heard)
        return found
