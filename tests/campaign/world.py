"""The simulated people: what they need, when, what they notice, what moves them, and by what they come. It is the truth. Pure.

All of it is drawn before the year is played, from one seed: the office's own counts can't reach it. Whoever would have come anyway and
comes by a poster is brought by nothing; who is moved by a poster and throws its code away is brought by it all the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Final

from shared.reference.regions import Village, villages
from shared.reference.residents import read_residents
from tests.campaign.actions import OutreachAction, actions_of
from tests.campaign.clock import TICKS
from tests.campaign.damage import Handling, drawn_handling

ADULT: Final = 20
SERVICES: Final[Mapping[str, int]] = {"kk_hilang": 40, "ktp_hilang": 30, "ktp_rusak": 22, "kk_rusak": 8}
"""Of a hundred people in need; the last one is an officer's."""
OF_HOUSEHOLD: Final = frozenset({"kk_hilang", "kk_rusak"})
_ANYWAY: Final = (0.05, 0.3)  # share of a village's people who come without being told
_SIGNAL: Final = (0.5, 1.0)  # what a village's network lets through
_OLD: Final = 60
_PHONES: Final = (0.95, 0.55)  # share with WhatsApp: younger than that, and older
_MOVED: Final = (0.35, 0.85)  # how easily people are moved by what they notice
_BY_A_CODE: Final = 0.5  # of those who come anyway and have noticed something: by its link
_TELLS: Final = 0.3  # of those who were served
_LINKED: Final = 0.9  # of those who chat: known at the counter, so that rules decide; the others send a selfie
_VISITS_FIRST: Final = 0.35  # of those who come by a link
_ONLY_VISITS: Final = 0.15  # of those who notice and are not moved


class Outcome(StrEnum):
    """How far somebody goes who comes."""

    FILES = "files"
    RETURNS = "chats first, files a week later without a code"
    LOOKS = "writes once"
    GIVES_UP = "calls it off"
    ABANDONS = "stops answering"


_OUTCOMES: Final[Mapping[Outcome, int]] = {
    Outcome.FILES: 70,
    Outcome.RETURNS: 8,
    Outcome.LOOKS: 10,
    Outcome.GIVES_UP: 6,
    Outcome.ABANDONS: 6,
}


@dataclass(frozen=True)
class Dweller:
    """An adult of the sample register."""

    nik: str = field(repr=False)
    kk_number: str = field(repr=False)
    name: str = field(repr=False)
    village: str
    age: int


@dataclass(frozen=True)
class WorldPerson:
    """Somebody with a need, and what they do about it.

    `seen`: keys of what they notice. `comes_by`: the key of that by which they come; "" by nothing. `brought_by`: the key of that without
    which they had not come; "" they had. `told_by`: number of the neighbour who passed it on.
    """

    number: int
    who: Dweller
    tick: int
    service: str
    has_phone: bool
    comes: bool = False
    seen: tuple[str, ...] = ()
    comes_by: str = ""
    brought_by: str = ""
    told_by: int | None = None
    visits: tuple[str, ...] = ()
    handling: Handling = Handling.AS_IT_WAS
    outcome: Outcome = Outcome.FILES
    by_registrar: bool = False
    is_linked: bool = True

    @property
    def phone(self) -> str:
        """Their number."""
        return f"628571{self.number:07d}"

    @property
    def files(self) -> bool:
        """Whether a request comes of it."""
        return self.comes and self.outcome in (Outcome.FILES, Outcome.RETURNS)

    def rng(self) -> Random:
        """Return their own chance."""
        return Random(f"{self.number}/{self.phone}")


@dataclass(frozen=True)
class World:
    """Villages, what is done in them, and their people."""

    seed: int
    months: int
    places: tuple[Village, ...]
    residents: Mapping[str, int]
    actions: Mapping[str, OutreachAction]
    people: tuple[WorldPerson, ...]

    @property
    def ticks(self) -> int:
        """How many there are."""
        return self.months * len(TICKS)


def make_world(register: Path, *, count_villages: int, people: int, months: int, seed: int) -> World:
    """Draw a world over the people of a register. `people`: with a need; fewer come."""
    rng = Random(seed)
    known = sorted(villages().values(), key=lambda each: each.code)
    places = tuple(known if count_villages >= len(known) else sorted(rng.sample(known, count_villages), key=lambda each: each.code))
    actions = {action.key: action for action in actions_of(places, months, rng)}
    residents = {code: each.residents for code, each in read_residents(None).by_village.items()}
    drawn = _Drawing(rng, places, residents, actions, months)
    return World(seed, months, places, residents, actions, tuple(drawn.people(_dwellers(register), people)))


class _Drawing:
    """Draws people, the earliest first, so that neighbours can pass on what they know."""

    def __init__(
        self, rng: Random, places: Sequence[Village], residents: Mapping[str, int], actions: Mapping[str, OutreachAction], months: int
    ) -> None:
        self._rng = rng
        self._places = [place.code for place in places]
        self._weights = [residents[code] for code in self._places]
        self._actions = actions
        self._last = months * len(TICKS) - 1
        self._signal = {code: rng.uniform(*_SIGNAL) for code in self._places}
        self._anyway = {code: rng.uniform(*_ANYWAY) for code in self._places}
        self._of_village: dict[str, list[OutreachAction]] = {code: [] for code in ("", *self._places)}
        for action in actions.values():
            self._of_village[action.village].append(action)

    def people(self, dwellers: Mapping[str, Sequence[Sequence[Dweller]]], count: int) -> Iterator[WorldPerson]:
        """Yield everybody in need by tick; neighbours who stayed at home come when they are told."""
        families = {code: list(dwellers[code]) for code in self._places}
        for rows in families.values():
            self._rng.shuffle(rows)
        found = []
        for number in range(count):
            code = self._rng.choices(self._places, self._weights)[0]
            if not families[code]:
                raise ValueError(f"village {code} has no family left: the register needs more")
            found.append(self._one(number, self._rng.choice(families[code].pop())))
        return iter(sorted(self._told(found), key=lambda person: (person.tick, person.number)))

    def _one(self, number: int, who: Dweller) -> WorldPerson:
        rng = self._rng
        tick = rng.randrange(self._last + 1)
        service = rng.choices(list(SERVICES), list(SERVICES.values()))[0]
        has_phone = rng.random() < _PHONES[who.age >= _OLD]
        person = WorldPerson(number, who, tick, service, has_phone, is_linked=rng.random() < _LINKED)
        seen = [action for action in (*self._of_village[who.village], *self._of_village[""]) if self._notices(person, action)]
        rng.shuffle(seen)
        ease = rng.uniform(*_MOVED)
        moving = next((action for action in seen if rng.random() < ease), None)
        anyway = has_phone and rng.random() < self._anyway[who.village]
        by = moving or (seen[0] if anyway and seen and rng.random() < _BY_A_CODE else None)
        if moving is None and not anyway:
            looked = tuple(action.key for action in seen if _has_page(action) and rng.random() < _ONLY_VISITS)
            return replace(person, seen=_keys(seen), visits=looked)
        return self._coming(replace(person, seen=_keys(seen)), by, is_brought=moving is not None and not anyway)

    def _coming(self, person: WorldPerson, by: OutreachAction | None, *, is_brought: bool) -> WorldPerson:
        rng = self._rng
        outcome = rng.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
        key = by.key if by else ""
        if by is not None and by.place == "registrar":
            return replace(person, comes=True, comes_by=key, brought_by=key if is_brought else "", by_registrar=True)
        late = outcome is Outcome.RETURNS and (person.tick == self._last or by is None)
        return replace(
            person,
            comes=True,
            comes_by=key,
            brought_by=key if is_brought else "",
            visits=(key,) if by is not None and _has_page(by) and rng.random() < _VISITS_FIRST else (),
            handling=Handling.AS_IT_WAS if by is None or by.ad else drawn_handling(rng),
            outcome=Outcome.FILES if late else outcome,
        )

    def _notices(self, person: WorldPerson, action: OutreachAction) -> bool:
        if not action.runs_at(person.tick) or action.service not in ("", person.service):
            return False
        if person.has_phone != action.needs_phone:
            return False
        through = self._signal[person.who.village] if action.is_online else 1.0
        return self._rng.random() < action.pull * through

    def _told(self, people: Sequence[WorldPerson]) -> list[WorldPerson]:
        """Let people who are served pass on what they came by to one neighbour who stayed at home and whose need is later."""
        home = {
            code: sorted((person for person in rows if not person.comes and person.has_phone), key=lambda each: each.tick)
            for code, rows in _by_village(people).items()
        }
        changed: dict[int, WorldPerson] = {}
        for teller in sorted(people, key=lambda person: (person.tick, person.number)):
            if not teller.files or not teller.comes_by or teller.by_registrar or self._rng.random() >= _TELLS:
                continue
            by = self._actions[teller.comes_by]
            late = (each for each in home[teller.who.village] if each.tick > teller.tick and by.service in ("", each.service))
            neighbour = next(late, None)
            if neighbour is not None and not by.ad:
                home[teller.who.village].remove(neighbour)
                coming = self._coming(replace(neighbour, told_by=teller.number), by, is_brought=True)
                changed[neighbour.number] = coming
        return [changed.get(person.number, person) for person in people]


def _by_village(people: Sequence[WorldPerson]) -> Mapping[str, list[WorldPerson]]:
    found: dict[str, list[WorldPerson]] = {}
    for person in people:
        found.setdefault(person.who.village, []).append(person)
    return found


def _keys(actions: Sequence[OutreachAction]) -> tuple[str, ...]:
    return tuple(action.key for action in actions)


def _has_page(action: OutreachAction) -> bool:
    """Return whether people land on its page: what is on paper and on screens has a link to it."""
    return action.place in ("poster", "post", "village_group", "kk_footer")


def _dwellers(register: Path) -> Mapping[str, list[list[Dweller]]]:
    """Return the adults of each family of each village, by its code."""
    found: dict[str, list[list[Dweller]]] = {}
    with register.open(encoding="utf-8", newline="") as lines:
        for _, rows in groupby(csv.DictReader(lines), key=lambda row: row["kk_number"]):
            family = [
                Dweller(row["nik"], row["kk_number"], row["name"], row["village_code"], _age(row["born_on"]))
                for row in rows
                if row["relation"] in ("KEPALA KELUARGA", "ISTRI", "SUAMI")
            ]
            if adults := [each for each in family if each.age >= ADULT]:
                found.setdefault(adults[0].village, []).append(adults)
    return found


def _age(born_on: str) -> int:
    return (date(2026, 1, 1) - date.fromisoformat(born_on)).days // 366
