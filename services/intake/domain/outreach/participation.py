"""Participation: people served of each thousand residents of a village, and of each thousand who need it. Pure.

Served is a person (by NIK) whose request was finished in the period, once, under the village where their family card is by the register.
The denominators stand in `shared.reference.residents`, with where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.reference.residents import VillageResidents

_THOUSAND: Final = 1000
_DAYS_OF_A_YEAR: Final = 365
SMALL: Final = 5
"""What is smaller is not told in public: three people of a hamlet are known to everybody there."""


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
    many days before. `rank`: 1 is the highest; villages with the same have the same.
    """

    village: str
    served: int
    residents: int
    per_thousand: float
    gap: float
    trend: float
    rank: int


def per_thousand(count: int, people: float) -> float:
    """Return a count of each thousand; 0 where there is nobody."""
    return _THOUSAND * count / people if people else 0.0


def participation(
    served: Mapping[str, int], before: Mapping[str, int], residents: Mapping[str, VillageResidents]
) -> tuple[VillageParticipation, ...]:
    """Return every village, the highest first. `served`, `before`: people served by village in a period, and in as many days before it.

    Who lives in no village that is known counts for none.
    """
    known = {village: each.residents for village, each in residents.items()}
    rates = {village: per_thousand(served.get(village, 0), people) for village, people in known.items()}
    whole = per_thousand(sum(served.get(village, 0) for village in known), sum(known.values()))
    rows = [
        VillageParticipation(
            village,
            served.get(village, 0),
            people,
            rates[village],
            rates[village] - whole,
            rates[village] - per_thousand(before.get(village, 0), people),
            1 + sum(other > rates[village] for other in rates.values()),
        )
        for village, people in known.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank, row.village)))


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
    return residents * rate / _THOUSAND
