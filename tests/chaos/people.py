"""Who asks: families of the sample register, parted between those whose card is lost and those whose marriage ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from deploy.simulators.court.families import HUSBAND_RELATIONS, read_couples
from deploy.simulators.court.samples import sample_decision
from shared.clock import WIB, now
from shared.reference.courts import CourtKind

SIX_DIGITS: Final = 100_000  # the most that a case number has, and shorter ones are real courts'
NUMBERS: Final = 900_000
ADULT_RELATIONS: Final = (*HUSBAND_RELATIONS, "ISTRI")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose family card is lost."""

    nik: str = field(repr=False)
    kk_number: str = field(repr=False)
    name: str = field(repr=False)


class People:
    """A divorce changes its family, so every second couple is for the court, once each, and nobody else meets them.

    `run` makes the numbers of cases another run's: the databases may hold decisions of the same seed.
    """

    def __init__(self, register: Path, court_code: str, seed: int, run: int) -> None:
        couples = read_couples(register, 1_000_000)[::2]
        apart = {couple["kk_number"] for couple in couples}
        self._askers = [person for person in _adults(register) if person.kk_number not in apart]
        rng = Random(seed)
        rng.shuffle(couples)
        rng.shuffle(self._askers)
        self._couples = iter(couples)
        self._numbers = count(run % NUMBERS)
        self._court_code = court_code

    def person(self, number: int) -> Person:
        """Anybody who can ask for a lost card; the same for the same number. Who asks again within weeks is an officer's matter.

        Raises:
            LookupError: there are not so many.
        """
        if number >= len(self._askers):
            raise LookupError(f"{len(self._askers)} people of the sample register can ask: give the stage more families")
        return self._askers[number]

    def one_of_each_family(self) -> Iterator[Person]:
        """Yield those whose family nobody asked for yet: a card that is lost twice is an officer's matter."""
        seen: set[str] = set()
        for person in self._askers:
            if person.kk_number not in seen:
                seen.add(person.kk_number)
                yield person

    def decision(self, rng: Random) -> dict[str, Any] | None:
        """A decision about a couple that was not divorced yet; None when all are."""
        couple = next(self._couples, None)
        if couple is None:
            return None
        today = now().astimezone(WIB).date()
        decision = sample_decision({CourtKind.RELIGIOUS: self._court_code}, couple, today, kind=rng.choice(("cerai_gugat", "cerai_talak")))
        number = SIX_DIGITS + next(self._numbers) % NUMBERS
        year, deed_year = date.fromisoformat(decision["decided_on"]).year, date.fromisoformat(decision["deed_on"]).year
        return decision | {
            "case_number": f"{number}/Pdt.G/{year}/{self._court_code}",
            "deed_number": f"{number}/AC/{deed_year}/{self._court_code}",
        }


def personal(decision: dict[str, Any]) -> Iterator[str]:
    """What a decision says that must stand in no log."""
    yield decision["case_number"]
    yield decision["deed_number"]
    for person in (decision["husband"], decision["wife"], *decision["children"]):
        yield from (person[name] for name in ("nik", "name") if person.get(name))


def _adults(register: Path) -> Iterator[Person]:
    """Heads of families and their spouses."""
    with register.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["relation"].upper() in ADULT_RELATIONS:
                yield Person(row["nik"], row["kk_number"], row["name"])
