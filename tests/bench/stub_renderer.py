"""Issuance with a renderer that takes no time: `python -m tests.bench.stub_renderer all`. Everything else is the product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from services.issuance import wiring
from services.issuance.adapters.renderer.process import SignerIdentity
from services.issuance.domain.document import Certificate
from services.issuance.ports import Printed
from services.issuance.settings import Settings
from shared.child.process import ChildLimits
from shared.clock import now
from shared.process import main

SIZE_BYTES: Final = 40_000  # about what a signed family card has
CERTIFICATE: Final = Certificate("stub", "0" * 64, demo=True)


class StubPress:
    """`ports.Renderer` without typst, without a signature, without a child."""

    def __init__(self, _setup: Mapping[str, Any], _limits: ChildLimits, _most: int) -> None:
        self.signer_identity: SignerIdentity | None = None
        self.failure = ""

    async def start(self) -> SignerIdentity:
        """Ready at once."""
        if self.signer_identity is None:
            self.signer_identity = SignerIdentity(CERTIFICATE, now() + timedelta(days=365))
        return self.signer_identity

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        """Bytes that begin as a PDF and are different for each sheet."""
        head = b"%PDF-1.7\n" + orjson.dumps({"product": product, "made_at": made_at, "sheet": sheet}, default=str)
        return Printed(head.ljust(SIZE_BYTES, b"\n"), CERTIFICATE)

    async def close(self) -> None:
        """Nothing to end."""


if __name__ == "__main__":
    setattr(wiring, "Pool", StubPress)  # noqa: B010 - the name that wiring looks up, which is not its to export
    main("issuance", Settings, wiring.build)
