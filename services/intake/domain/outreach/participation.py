"""Participation: people served of each thousand residents of a village, and of each thousand who need it. Pure.

Served is a person (by NIK) whose request was finished in the period, once, under the village where their family card is by the register.
The denominators stand in `shared.reference.residents`, with where they come from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from shared.reference.residents import VillageResidents

THOUSAND: Final = 1000
_DAYS_OF_A_YEAR: Final = 365


class Need(StrEnum):
    """Who is counted as needing something, and by which services they get it."""

    KIA = "kia"
    """Children without a KIA (Permendagri 2/2016)."""
    KTP = "ktp"
    """Adults whose KTP-el was never recorded (UU 24/2013 article 63)."""
    BIRTH = "birth"
    """Births that are to be expected in the period, by the crude rate."""
    DEATH = "death"


SERVICES_OF: Final[Mapping[Need, tuple[str, ...]]] = {
    Need.KIA: ("kia_baru",),
    Need.KTP: ("ktp_rekam",),
    Need.BIRTH: ("akta_lahir",),
    Need.DEATH: ("akta_mati",),
}
NEEDED_SERVICES: Final = frozenset(service for services in SERVICES_OF.values() for service in services)
"""Each finished request of these is counted where the person lives (`FunnelStep.MET`): a parent may ask for several children."""


@dataclass(frozen=True, slots=True)
class CrudeRates:
    """Births and deaths of a thousand people in a year."""

    births: float
    deaths: float


@dataclass(frozen=True, slots=True)
class VillageParticipation:
    """How one village stands.

    `per_thousand`: people served of 1,000 residents. `gap`: that, less the same of the whole regency. `trend`: that, less the same of as
    many days before. `rank`: 1 is the highest; villages with the same have the same. `rated`: people served and residents of which these
    are made: its own, or those of all villages that it is counted `together` with, since one of them was split or joined with another.
    """

    village: str
    served: int
    residents: int
    per_thousand: float
    gap: float
    trend: float
    rank: int
    rated: tuple[int, int]
    together: tuple[str, ...] = ()


def per_thousand(count: int, people: float) -> float:
    """Return a count of each thousand; 0 where there is nobody."""
    return THOUSAND * count / people if people else 0.0


@dataclass(frozen=True, slots=True)
class VillageGroups:
    """Villages whose people can't be told apart, each with all that it is counted with: in the period, and in that with the one before."""

    now: Mapping[str, frozenset[str]] = field(default_factory=dict)
    both: Mapping[str, frozenset[str]] = field(default_factory=dict)


ALONE: Final = VillageGroups()
"""Every village was the same all the time."""


def participation(
    served: Mapping[str, int], before: Mapping[str, int], residents: Mapping[str, VillageResidents], groups: VillageGroups = ALONE
) -> tuple[VillageParticipation, ...]:
    """Return every village, the highest first. `served`, `before`: people served by village in a period, and in as many days before it.

    Who lives in no village that is known counts for none.
    """
    known = {village: each.residents for village, each in residents.items()}
    rated = {village: _together(village, served, known, groups.now) for village in known}
    rates = {village: per_thousand(*each) for village, each in rated.items()}
    lowest = sorted(rates.values())
    counted = {*known, *(code for group in groups.now.values() for code in group)}
    whole = per_thousand(sum(served.get(village, 0) for village in counted), sum(known.values()))
    rows = [
        VillageParticipation(
            village,
            served.get(village, 0),
            people,
            rates[village],
            rates[village] - whole,
            per_thousand(*_together(village, served, known, groups.both)) - per_thousand(*_together(village, before, known, groups.both)),
            1 + len(lowest) - bisect_right(lowest, rates[village]),
            rated[village],
            tuple(sorted(groups.now.get(village, frozenset()) - {village})),
        )
        for village, people in known.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank, row.village)))


def _together(village: str, served: Mapping[str, int], known: Mapping[str, int], groups: Mapping[str, frozenset[str]]) -> tuple[int, int]:
    """Return how many were served of how many residents, in a village and in all that it is counted with."""
    group = groups.get(village)
    if group is None:
        return served.get(village, 0), known[village]
    return sum(served.get(code, 0) for code in group), sum(known.get(code, 0) for code in group)


def needing(need: Need, of: VillageResidents, rates: CrudeRates, first: date, last: date) -> float:
    """Return how many people of a village need something in a period: births and deaths by the days of it."""
    part = ((last - first).days + 1) / _DAYS_OF_A_YEAR
    return {
        Need.KIA: float(of.children_without_kia),
        Need.KTP: float(of.adults_without_ktp),
        Need.BIRTH: per_year(of.residents, rates.births) * part,
        Need.DEATH: per_year(of.residents, rates.deaths) * part,
    }[need]


@dataclass(frozen=True, slots=True)
class NeedMet:
    """How far a need is met in a period. `met`: finished requests; `people`: how many need it, from where the office knows that."""

    need: Need
    met: int
    people: float

    @property
    def per_thousand(self) -> float:
        """How many of 1,000 who need it."""
        return per_thousand(self.met, self.people)


def needs_met(met: Mapping[str, int], of: Iterable[VillageResidents], rates: CrudeRates, first: date, last: date) -> tuple[NeedMet, ...]:
    """Return each need of some villages. `met`: finished requests by service."""
    people = tuple(of)
    return tuple(
        NeedMet(need, sum(met.get(service, 0) for service in services), sum(needing(need, each, rates, first, last) for each in people))
        for need, services in SERVICES_OF.items()
    )


def per_year(residents: int, rate: float) -> float:
    """Return how many of a rate by thousand there are in a year."""
    return residents * rate / THOUSAND
