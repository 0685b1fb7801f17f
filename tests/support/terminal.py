"""A terminal of 80 columns and 24 lines: a program in a process of its own behind it, or an application of this process."""

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import pyte
from textual.app import App

from tests.support.eventually import PATIENCE_SECONDS, eventually

COLUMNS, LINES = 80, 24
SIZE: Final = (COLUMNS, LINES)
KEYS: Final[Mapping[str, str]] = {"enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ", "f2": "\x1bOQ"}
CHUNK_BYTES: Final = 65_536


class Terminal:
    """A person's terminal with one program in it; `async with` ends the program."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._command = command
        self._environment = dict(environment) | {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(LINES)}
        self._folder = folder
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._far = far
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        far = self._far
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment, cwd=self._folder, stdin=far, stdout=far, stderr=far, start_new_session=True
        )
        os.close(far)
        asyncio.get_running_loop().add_reader(self._near, self._read)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._near)
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        os.close(self._near)

    def press(self, *keys: str) -> None:
        """Press keys, by their names; other words are typed."""
        os.write(self._near, "".join(KEYS.get(key, key) for key in keys).encode())

    async def shows(self, *words: str) -> str:
        """Wait until all of it stands on the screen; return the screen."""

        def there() -> str:
            text = self.text
            assert all(word in text for word in words), text
            return text

        return await eventually(there)

    @property
    def text(self) -> str:
        """What the screen shows now."""
        return "\n".join(self._screen.display)

    async def ended(self) -> int:
        """Wait for the end of the program; return its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 60)

    def _read(self) -> None:
        try:
            self._stream.feed(os.read(self._near, CHUNK_BYTES))
        except OSError:  # the program has ended
            asyncio.get_running_loop().remove_reader(self._near)


def screen_of(app: App[Any]) -> str:
    """What an application of this process shows, windows over what is below them."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def shows(app: App[Any], *words: str, seconds: float = PATIENCE_SECONDS) -> str:
    """Wait until all of it stands on the screen; return the screen."""

    def there() -> str:
        text = screen_of(app)
        assert all(word in text for word in words), f"{words} not in\n{text}"
        return text

    return await eventually(there, seconds)
