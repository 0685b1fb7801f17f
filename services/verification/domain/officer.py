"""Who works on a task, as far as the rules of the queue ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.reference.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class DeskOfficer:
    """An officer. `is_lead`: head of the section, who gives second approvals and assigns.

    `services`: what the queue gives them; None: all. They may open and claim the others. `areas`: codes of the districts or villages that
    they work on; empty: all.
    """

    id: str
    is_lead: bool = False
    services: frozenset[str] | None = None
    areas: frozenset[str] = frozenset()


def skilled(groups: Collection[str], catalogue: Catalogue) -> frozenset[str] | None:
    """Return the services of the groups that an account works on; None, all, where it names no group that the catalogue has."""
    return frozenset(code for code, service in catalogue.services.items() if service.group in groups) or None


def narrowed(own: frozenset[str] | None, asked: frozenset[str] | None) -> frozenset[str] | None:
    """Return what is asked for of one's own services; None stands for all. Nobody gets more than their own by asking."""
    if own is None or asked is None:
        return asked if own is None else own
    return own & asked
