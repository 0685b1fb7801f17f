"""What a simulator keeps over a restart: one file, written when the simulator stops and now and then while something happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")
EVERY_SECONDS: Final = 5.0  # what a kill may lose of a demonstration


class Kept(Generic[T]):
    """A value of one shape in a file. Without a file nothing is kept."""

    def __init__(self, file: Path | None, shape: Any) -> None:
        self._file = file
        self._adapter: TypeAdapter[T] = TypeAdapter(shape, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))

    def load(self) -> T | None:
        """Read what was kept; None where there is nothing, or what an older version left and nobody can read any more."""
        if self._file is None or not self._file.exists():
            return None
        try:
            return self._adapter.validate_json(self._file.read_bytes())
        except ValidationError:
            return None

    def save(self, value: T) -> None:
        """Write it in place of what was kept before, whole or not at all."""
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_bytes(self._adapter.dump_json(value))
        draft.replace(self._file)

    @contextlib.asynccontextmanager
    async def keeping(self, value: Callable[[], T], changes: Callable[[], int]) -> AsyncIterator[None]:
        """Save every few seconds while `changes` grows, and at the end of the block."""

        async def now_and_then() -> None:
            saved = changes()
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                if changes() != saved:
                    saved = changes()
                    self.save(value())

        task = asyncio.create_task(now_and_then(), name="kept") if self._file else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
            self.save(value())
