"""The renderer as the service sees it: one child process, started once, replaced when it dies, overruns or has printed enough."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.issuance.adapters.renderer.frames import HEADER, Torn, lengths, pack, unpack
from services.issuance.domain.document import Certificate
from services.issuance.ports import Printed
from shared.errors import Permanent, Transient
from shared.faults import crash_point

CHILD_MODULE: Final = "services.issuance.adapters.renderer.child"
PROJECT: Final = Path(__file__).resolve().parents[4]
CLOSE_SECONDS: Final = 2.0  # an idle child ends at once when its stdin closes


@dataclass(frozen=True, slots=True)
class RendererLimits:
    """The limits of a child: time for one sheet, time to start, its memory, and how many sheets it prints in its life."""

    sheet_seconds: float
    start_seconds: float
    memory_mib: int
    sheets_per_life: int


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """The certificate that the child signs with, and when it expires."""

    certificate: Certificate
    not_after: datetime


class ChildRenderer:
    """A child process that prints one sheet at a time; further callers wait. `setup` is sent to every new child.

    The key file is read by the child alone and never comes into this process.
    """

    def __init__(self, setup: Mapping[str, Any], limits: RendererLimits) -> None:
        self._setup = {**setup, "memory_mib": limits.memory_mib}
        self._limits = limits
        self._line = asyncio.Lock()
        self._waiting = 0
        self._child: asyncio.subprocess.Process | None = None
        self._printed = 0
        self._starts = 0
        self._signer_identity: SignerIdentity | None = None
        self._failure = ""

    @property
    def signer_identity(self) -> SignerIdentity | None:
        """The certificate, once a child has started."""
        return self._signer_identity

    @property
    def failure(self) -> str:
        """The reason why the last start failed, or empty."""
        return self._failure

    @property
    def starts(self) -> int:
        """The number of children started so far."""
        return self._starts

    @property
    def waiting(self) -> int:
        """The number of sheets in work or waiting."""
        return self._waiting

    @property
    def ready(self) -> bool:
        """Whether a child lives and has started."""
        return self.process_id is not None and not self._failure

    @property
    def process_id(self) -> int | None:
        """The id of the child that lives now."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    async def start(self) -> SignerIdentity:
        """Start a child unless one lives, without waiting for a sheet in work.

        Raises:
            Transient: `renderer_start_failed`: no certificate, no memory, too slow.
        """
        if self.process_id is not None and self._signer_identity is not None:
            return self._signer_identity
        async with self._line:
            return await self._ensure()

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        """Typeset and sign one sheet.

        Raises:
            Permanent: `sheet_unprintable`: this sheet will never print.
            Transient: `renderer_overran`, `renderer_died`, `renderer_failed`, `renderer_start_failed`: the child was replaced, try again.
        """
        self._waiting += 1
        try:
            async with self._line:
                return await self._print({"product": product, "sheet": sheet, "made_at": made_at.isoformat()})
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Stop the child, after the sheet in work."""
        async with self._line:
            await self._retire()

    async def _print(self, order: Mapping[str, Any]) -> Printed:
        signer_identity = await self._ensure()
        try:
            async with asyncio.timeout(self._limits.sheet_seconds):
                reply, pdf = await self._exchange(order)
        except TimeoutError:
            await self._kill()
            raise Transient("renderer_overran", f"{self._limits.sheet_seconds} s") from None
        except (OSError, asyncio.IncompleteReadError, Torn):
            await self._kill()
            raise Transient("renderer_died") from None
        except asyncio.CancelledError:
            await self._kill()  # half an answer may be in the pipe
            raise
        self._printed += 1
        if self._printed >= self._limits.sheets_per_life:
            await self._retire()
        if "error" in reply:
            kind = Permanent if reply["error"] == "sheet_unprintable" else Transient
            raise kind(reply["error"], reply.get("detail", ""))
        return Printed(pdf, signer_identity.certificate)

    async def _ensure(self) -> SignerIdentity:
        if self._child is not None and self._child.returncode is None and self._signer_identity is not None:
            return self._signer_identity
        self._failure = "renderer_start_failed"
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            CHILD_MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a traceback could carry a sheet; what matters comes as a code
            env=_environment(),
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which then closes the renderer in order
            limit=1024 * 1024,
        )
        self._starts += 1
        self._printed = 0
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                reply, _ = await self._exchange(self._setup)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, Torn) as error:
            await self._kill()
            raise Transient("renderer_start_failed", type(error).__name__) from None
        except asyncio.CancelledError:
            await self._kill()
            raise
        if not reply.get("ready"):
            await self._kill()
            raise Transient("renderer_start_failed", str(reply.get("error", "")))
        self._signer_identity = SignerIdentity(
            certificate=Certificate(reply["certified_by"], reply["fingerprint"], reply["demo"]),
            not_after=datetime.fromisoformat(reply["not_after"]),
        )
        self._failure = ""
        return self._signer_identity

    async def _exchange(self, message: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise BrokenPipeError
        child.stdin.write(pack(message))
        await child.stdin.drain()
        crash_point("after_bytes_sent", "renderer")
        text_length, blob_length = lengths(await child.stdout.readexactly(HEADER.size))
        reply = unpack(await child.stdout.readexactly(text_length))
        return reply, await child.stdout.readexactly(blob_length)

    async def _retire(self) -> None:
        """Let an idle child go."""
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                child.kill()
            await child.wait()


def _environment() -> dict[str, str]:
    """As little as it needs: no address, no key of the service. One thread and one malloc arena keep its address space small."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "PYTHONPATH": str(PROJECT), "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}
