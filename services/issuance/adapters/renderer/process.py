"""The renderer as the service sees it: a child process that prints one sheet at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.issuance.domain.document import Certificate
from services.issuance.ports import Printed
from shared.child.process import ChildLimits, ChildProcess
from shared.errors import Permanent, Transient

CHILD_MODULE: Final = "services.issuance.adapters.renderer.child"


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """The certificate that the child signs with, and when it expires."""

    certificate: Certificate
    not_after: datetime


class ChildRenderer:
    """A child process that prints one sheet at a time; further callers wait. `setup` is sent to every new child.

    The key file is read by the child alone and never comes into this process.
    """

    def __init__(self, setup: Mapping[str, Any], limits: ChildLimits) -> None:
        self._child = ChildProcess("renderer", CHILD_MODULE, setup, limits)

    @property
    def signer_identity(self) -> SignerIdentity | None:
        """The certificate, once a child has started."""
        return _identity(self._child.greeting) if self._child.greeting else None

    @property
    def failure(self) -> str:
        """The reason why the last start failed, or empty."""
        return self._child.failure

    @property
    def starts(self) -> int:
        """The number of children started so far."""
        return self._child.starts

    @property
    def waiting(self) -> int:
        """The number of sheets in work or waiting."""
        return self._child.waiting

    @property
    def ready(self) -> bool:
        """Whether a child lives and has started."""
        return self._child.ready

    @property
    def process_id(self) -> int | None:
        """The id of the child that lives now."""
        return self._child.process_id

    async def start(self) -> SignerIdentity:
        """Start a child unless one lives, without waiting for a sheet in work.

        Raises:
            Transient: `certificate_unreadable`: a file of the signer's is missing or wrong. `renderer_start_failed`: no memory, too slow.
        """
        return _identity(await self._child.start())

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        """Typeset and sign one sheet.

        Raises:
            Permanent: `sheet_unprintable`: this sheet will never print.
            Transient: `renderer_overran`, `renderer_died`, `renderer_failed`, `renderer_start_failed`: the child was replaced, try again.
        """
        reply, pdf = await self._child.do({"product": product, "sheet": sheet, "made_at": made_at.isoformat()})
        if "error" in reply:
            kind = Permanent if reply["error"] == "sheet_unprintable" else Transient
            raise kind(reply["error"], reply.get("detail", ""))
        return Printed(pdf, _identity(self._child.greeting).certificate)

    async def close(self) -> None:
        """Stop the child, after the sheet in work."""
        await self._child.close()


def _identity(greeting: Mapping[str, Any]) -> SignerIdentity:
    return SignerIdentity(
        certificate=Certificate(greeting["certified_by"], greeting["fingerprint"], greeting["demo"]),
        not_after=datetime.fromisoformat(greeting["not_after"]),
    )
