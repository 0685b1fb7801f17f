"""The child process: prints and signs one sheet after another. Started by `process`, never imported by the service."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import typst

from services.issuance.adapters.renderer.signer import Signer
from services.issuance.adapters.renderer.typesetter import Typesetter
from services.issuance.domain.signing import CERTIFICATE_UNREADABLE
from shared.child.serving import Answer, Worker, serve
from shared.errors import Transient

SAMPLES: Final = "samples"  # a made-up sheet of each product: `<product>.json`
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
BROKEN_SHEET: Final = (typst.TypstError, KeyError, TypeError, ValueError)  # the same sheet would fail again


class RenderServer:
    """The renderer in the child process, with its compilers and key."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._signer = _signer(setup)
        self._typesetter = Typesetter(Path(setup["templates"]), tuple(setup["products"]))
        self._warm_up(Path(setup["templates"]) / SAMPLES)

    def _warm_up(self, samples: Path) -> None:
        """Print a made-up sheet of each product: the first real one is then as fast as the others, and a broken template shows at start."""
        for product in self._typesetter.products():
            self.render(product, orjson.loads((samples / f"{product}.json").read_bytes()), EPOCH)

    def greeting(self) -> dict[str, Any]:
        """Return the certificate's details for the service."""
        identity = self._signer.identity
        return {
            "certified_by": identity.certified_by,
            "demo": identity.demo,
            "fingerprint": identity.fingerprint,
            "not_after": identity.not_after.isoformat(),
        }

    def render(self, product: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
        """Return the signed PDF of a sheet."""
        identity = self._signer.identity
        marked = {**sheet, "certified_by": identity.certified_by, "demo": identity.demo}
        return self._signer.sign(self._typesetter.typeset(product, marked, made_at=made_at))

    def answer(self, order: Mapping[str, Any]) -> Answer:
        """Answer one order. An error is reported by code and type only: its text could repeat personal data."""
        try:
            pdf = self.render(order["product"], order["sheet"], datetime.fromisoformat(order["made_at"]))
        except BROKEN_SHEET as error:
            return {"error": "sheet_unprintable", "detail": type(error).__name__}, b""
        except Exception as error:  # noqa: BLE001 - whatever it is, the service decides about the next attempt
            return {"error": "renderer_failed", "detail": type(error).__name__}, b""
        return {}, pdf


def _signer(setup: Mapping[str, Any]) -> Signer:
    """Return who signs.

    Raises:
        Transient: `certificate_unreadable`: a file is missing, is none, or is another's.
    """
    try:
        return Signer(
            certificate=Path(setup["certificate"]),
            key=Path(setup["key"]),
            chain=Path(setup["chain"]),
            location=setup["location"],
            genuine=setup["genuine"],
        )
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise Transient(CERTIFICATE_UNREADABLE, f"{type(error).__name__}: {error}") from None


def _make(setup: Mapping[str, Any]) -> tuple[Worker, Mapping[str, Any]]:
    room = RenderServer(setup)
    return room.answer, room.greeting()


if __name__ == "__main__":
    sys.exit(serve(_make))
