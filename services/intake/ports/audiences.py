"""Whom a broadcast may reach, looked for outside any unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.intake.domain.audiences import Addressee, Audience


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Those of a segment who may be told, and how many of the others get nothing, by why."""

    people: tuple[Addressee, ...]
    left_out: Mapping[str, int]


class AudienceReader(Protocol):
    """Reads the people of segments."""

    async def wanted(self) -> Sequence[Audience]:
        """Return the audiences that are looked for, the oldest first."""

    async def people(self, audience: Audience) -> FoundPeople:
        """Return the people of an audience."""
