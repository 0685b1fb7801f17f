"""A mail server that keeps what it is given, for Alertmanager to write to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    """Letters in the order in which they came. Without a network but this machine's, and without TLS."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.is_closed = False

    def about(self, alarm: str) -> list[EmailMessage]:
        """Return the letters that say that an alarm rings."""
        return [letter for letter in self.letters if f"({alarm})" in self.text(letter) and "[SELESAI]" not in str(letter["Subject"])]

    @staticmethod
    def text(letter: EmailMessage) -> str:
        """Return what is written in one."""
        body = letter.get_body(("plain",))
        return body.get_content() if body else ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP (RFC 5321) with one who brings letters."""
        if self.is_closed:
            writer.close()
            return
        await self._say(writer, "220 mailbox")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                word = line.decode(errors="replace").strip().upper()
                if word.startswith("DATA"):
                    await self._say(writer, "354 go on")
                    letter = await reader.readuntil(b"\r\n.\r\n")
                    self.letters.append(message_from_bytes(letter[:-5].replace(b"\r\n..", b"\r\n."), policy=policy.default))
                await self._say(writer, "221 bye" if word.startswith("QUIT") else "250 ok")
                if word.startswith("QUIT"):
                    break
        writer.close()

    @staticmethod
    async def _say(writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@contextlib.asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    """A mail server on a free port, and its address."""
    box = Mailbox()
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0, limit=2**20)
    async with server:
        yield box, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
