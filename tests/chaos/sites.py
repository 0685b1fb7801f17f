"""Where the load goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.stack import Stack


@dataclass(frozen=True)
class Sites:
    """Addresses and keys. What calls intake may be sent through a proxy; the simulators never are."""

    intake: str
    issuance: str
    whatsapp: str
    court: str
    court_code: str
    adapter_key: str = field(repr=False)
    reader_key: str = field(repr=False)
    register: Path
    """The sample register (CSV), for people."""

    @classmethod
    def of(cls, stack: Stack) -> Sites:
        """Of a running stack."""
        urls = {part.name: part.url for part in stack.parts}
        keys = stack.keys.clients
        return cls(
            urls["intake"],
            urls["issuance"],
            urls["whatsapp"],
            urls["court"],
            stack.part("court").environment["COURT_CODE"],
            keys["loket"],
            keys["petugas-01"],
            stack.register,
        )
