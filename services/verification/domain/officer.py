"""Who works on a task, as far as the rules of the queue ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskOfficer:
    """An officer. `is_lead`: head of the section, who gives second approvals and assigns. `services`, `areas`: what they work on.

    Areas are codes of districts or villages. Empty means all.
    """

    id: str
    is_lead: bool = False
    services: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
