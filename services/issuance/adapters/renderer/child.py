"""The child process: reads orders from stdin, answers on stdout. Started by `process`, never imported by the service."""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
import typst

from services.issuance.adapters.renderer.frames import HEADER, lengths, pack, unpack
from services.issuance.adapters.renderer.signer import Signer
from services.issuance.adapters.renderer.typesetter import Typesetter

MIB: Final = 1024 * 1024
SAMPLES: Final = "samples"  # a made-up sheet of each product: `<product>.json`
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
BROKEN_SHEET: Final = (typst.TypstError, KeyError, TypeError, ValueError)  # the same sheet would fail again


class RenderServer:
    """The renderer in the child process, with its compilers and key."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._typesetter = Typesetter(Path(setup["templates"]), tuple(setup["products"]))
        self._signer = Signer(
            certificate=Path(setup["certificate"]),
            key=Path(setup["key"]),
            chain=Path(setup["chain"]),
            location=setup["location"],
            genuine=setup["genuine"],
        )
        self._warm_up(Path(setup["templates"]) / SAMPLES)

    def _warm_up(self, samples: Path) -> None:
        """Print a made-up sheet of each product: the first real one is then as fast as the others, and a broken template shows at start."""
        for product in self._typesetter.products():
            self.render(product, orjson.loads((samples / f"{product}.json").read_bytes()), EPOCH)

    def ready(self) -> dict[str, Any]:
        """Return the certificate's details for the service."""
        identity = self._signer.identity
        return {
            "ready": True,
            "certified_by": identity.certified_by,
            "demo": identity.demo,
            "fingerprint": identity.fingerprint,
            "not_after": identity.not_after.isoformat(),
        }

    def render(self, product: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
        identity = self._signer.identity
        marked = {**sheet, "certified_by": identity.certified_by, "demo": identity.demo}
        return self._signer.sign(self._typesetter.typeset(product, marked, made_at=made_at))


def read_frame(source: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, or None when the service is gone."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    text_length, blob_length = lengths(header)
    message = unpack(source.read(text_length))
    source.read(blob_length)
    return message


def answer(room: RenderServer, order: Mapping[str, Any]) -> bytes:
    """Answer one order. An error is reported by code and type only: its text could repeat personal data."""
    try:
        pdf = room.render(order["product"], order["sheet"], datetime.fromisoformat(order["made_at"]))
    except BROKEN_SHEET as error:
        return pack({"id": order.get("id"), "error": "sheet_unprintable", "detail": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - whatever it is, the service decides about the next attempt
        return pack({"id": order.get("id"), "error": "renderer_failed", "detail": type(error).__name__})
    return pack({"id": order.get("id")}, pdf)


def limit_memory(mebibytes: int) -> None:
    """Forbid core files (they would hold the key) and limit memory: malloc then fails, the process dies, the service replaces it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB, mebibytes * MIB))


def main() -> int:
    """Serve until stdin closes."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not tear a frame
    setup = read_frame(source)
    if setup is None:
        return 0
    limit_memory(setup["memory_mib"])
    try:
        room = RenderServer(setup)
    except Exception as error:  # noqa: BLE001 - told to the service, which logs it; no sheet was seen yet
        sink.write(pack({"ready": False, "error": f"{type(error).__name__}: {error}"}))
        sink.flush()
        return 1
    gc.freeze()  # what is made once stays: no need to look at it in the middle of a sheet
    sink.write(pack(room.ready()))
    sink.flush()
    while (order := read_frame(source)) is not None:
        sink.write(answer(room, order))
        sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
