"""Several renderers used as one: one always runs, the others are started when the queue grows long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from services.issuance.adapters.renderer.process import ChildRenderer, SignerIdentity
from services.issuance.ports import Printed
from shared import logs
from shared.child.process import ChildLimits
from shared.clock import monotonic_seconds, now
from shared.errors import Transient

SIGNER_FILES: Final = ("certificate", "key", "chain")
LONG_LINE: Final = 4  # sheets at the shortest line; below, waiting (30 ms a sheet) is quicker than a start (1.5 s)
START_PAUSE_SECONDS: Final = 60.0  # between two tries to start one more: the others print meanwhile

Written: TypeAlias = tuple[tuple[int, int], ...]
"""When each file became what it is, and which it is; also whose it is may have changed since."""

_log = logs.get("renderer")


class Pool:
    """A `ChildRenderer` with up to `most` children. A further child is started in the background and used once it is ready."""

    def __init__(self, setup: Mapping[str, Any], limits: ChildLimits, most: int) -> None:
        self._files = [Path(setup[name]) for name in SIGNER_FILES]
        self._written: Written = ()
        self._renderers = [ChildRenderer(setup, limits) for _ in range(most)]
        self._starting: asyncio.Task[None] | None = None
        self._no_start_until = 0.0

    @property
    def signer_identity(self) -> SignerIdentity | None:
        """The certificate, once a child has started."""
        return self._renderers[0].signer_identity

    @property
    def failure(self) -> str:
        """The reason why the first child's last start failed, or empty."""
        return self._renderers[0].failure

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The ids of the children that live and have started."""
        return tuple(renderer.process_id for renderer in self._renderers if renderer.ready and renderer.process_id is not None)

    async def start(self) -> SignerIdentity:
        """Start the first unless it lives. Where the certificate is over and other files are there by now, all start anew.

        Raises:
            Transient: `certificate_unreadable`, `renderer_start_failed`.
        """
        written, identity = _written(self._files), self.signer_identity
        if identity is not None and identity.not_after <= now() and written != self._written:
            _log.info("signer.renewed")
            await self.close()
        if self._renderers[0].process_id is None:
            self._written = written
        return await self._renderers[0].start()

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        ready = [renderer for renderer in self._renderers if renderer.ready] or self._renderers[:1]
        shortest = min(ready, key=lambda renderer: renderer.waiting)
        if shortest.waiting >= LONG_LINE:
            self._start_another()
        return await shortest.render(product, sheet, made_at=made_at)

    async def close(self) -> None:
        """End the children: sheets in work are finished by their callers first."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.gather(*(renderer.close() for renderer in self._renderers))

    def _start_another(self) -> None:
        if (self._starting is not None and not self._starting.done()) or monotonic_seconds() < self._no_start_until:
            return
        idle = next((renderer for renderer in self._renderers if renderer.process_id is None), None)
        if idle is not None:
            self._starting = asyncio.create_task(self._start(idle), name="renderer")

    async def _start(self, renderer: ChildRenderer) -> None:
        try:
            await renderer.start()
        except Transient as error:
            self._no_start_until = monotonic_seconds() + START_PAUSE_SECONDS
            _log.warning("renderer.alone", code=error.code, detail=error.detail)


def _written(files: Sequence[Path]) -> Written:
    found = [file.stat() for file in files if file.is_file()]
    return tuple((each.st_ctime_ns, each.st_ino) for each in found)
