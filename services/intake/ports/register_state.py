"""Whether the civil register is to be had, as it is read outside any unit of work."""

from __future__ import annotations

from typing import Protocol

from services.intake.domain.register_state import RegisterState


class RegisterStateReader(Protocol):
    """A plain read of it."""

    async def current(self) -> RegisterState:
        """Return what verification told last."""
