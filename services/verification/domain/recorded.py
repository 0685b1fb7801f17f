"""Decisions of courts of which no document follows: kept, because somebody may rely on one when they ask for something else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from services.verification.domain.submission import CourtDecision

_GUARDIANSHIP: Final = "perwalian"
_OF_THE_PERSON: Final = frozenset({"person", "both"})
"""Scopes of a guardianship by which the guardian asks for the child's documents; over property alone nobody does."""


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision that is kept."""

    case_id: str
    decision: CourtDecision
    recorded_at: datetime

    @property
    def relied_on_by(self) -> str | None:
        """The NIK of who may rely on it; None: nobody does here."""
        role = _RELIES.get(self.decision.kind)
        return self.decision.parties[role].nik if role else None

    @property
    def wards(self) -> frozenset[str]:
        """The children of whose person its guardian has the care."""
        is_guardian = self.decision.kind == _GUARDIANSHIP and self.decision.answers.text("scope") in _OF_THE_PERSON
        return frozenset(child.nik for child in self.decision.children) if is_guardian else frozenset()


_RELIES: Final[Mapping[str, str]] = MappingProxyType(
    {_GUARDIANSHIP: "guardian", "dispensasi_kawin": "candidate", "wali_adhal": "bride", "izin_poligami": "husband"}
)
"""Kind -> the role of who may rely on it."""


def wards_by_guardian(kept: Iterable[RecordedDecision]) -> Mapping[str, frozenset[str]]:
    """Return the children in the care of each guardian: of decisions about one child the latest counts, a court may replace a guardian.

    `kept`: every decision about these children.
    """
    guardians: dict[str, str] = {}
    for each in sorted(kept, key=lambda one: (one.decision.decided_on, one.recorded_at)):
        guardians |= dict.fromkeys(each.wards, each.relied_on_by or "")
    return MappingProxyType(
        {guardian: frozenset(child for child, named in guardians.items() if named == guardian) for guardian in guardians.values()}
    )
