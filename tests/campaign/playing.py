"""A year is played: the clock goes from tick to tick, what the office does begins and ends, people come, and everybody's end is awaited."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from deploy.local.travel import Places, Travel
from shared.clock import WIB, monotonic_seconds, now
from tests.bench.system import System
from tests.campaign.acting import Deed, People
from tests.campaign.clock import TICKS, YearClock, moment
from tests.campaign.office import OutreachDesk
from tests.campaign.world import Outcome, World

AT_ONCE: Final = 24  # chats under way; more only wait for each other on two cores
COUNTER: Final = "loket"
OFFICER: Final = "petugas-01"

Say = Callable[[str], None]


@dataclass(frozen=True)
class PlayedYear:
    """What was done: the code of each action's source, what became of each person, and how often each piece was seen by the world."""

    codes: Mapping[str, str]
    deeds: Mapping[int, Deed]
    seen: Mapping[str, int]
    year: int
    seconds: float


class Playing:
    """Plays a world on a running system."""

    def __init__(self, system: System, world: World, clock: YearClock, year: int, say: Say) -> None:
        self._system, self._world, self._clock, self._year, self._say = system, world, clock, year, say
        self._codes: dict[str, str] = {}
        self._seen: Counter[str] = Counter()
        self._began = monotonic_seconds()

    async def play(self) -> PlayedYear:
        """Play every tick."""
        stack = self._system.stack
        places = Places.of(stack.parts, stack.keys.clients[OFFICER])
        async with Travel(places, lambda _who, _what: None) as travel:
            people = People(travel, stack.keys.clients[COUNTER], self._world.actions, self._codes, AT_ONCE)
            for tick in range(self._world.ticks):
                await self._tick(tick, people)
        return PlayedYear(self._codes, people.deeds, self._seen, self._year, monotonic_seconds() - self._began)

    async def _tick(self, tick: int, people: People) -> None:
        self._clock.move_to(moment(self._year, tick))
        async with OutreachDesk.of(self._system) as desk:
            for action in self._world.actions.values():
                if action.first == tick:
                    self._codes[action.key] = await desk.make(action)
            today = [person for person in self._world.people if person.tick == tick]
            back = [person for person in self._world.people if person.tick == tick - 1 and person.outcome is Outcome.RETURNS]
            await asyncio.gather(*(people.act(person) for person in today), *(people.act(person, is_back=True) for person in back))
            await self._note_seen(desk, Counter(key for person in today for key in person.seen))
        month, place = divmod(tick, len(TICKS))
        if place == len(TICKS) - 1:
            filed = sum(bool(deed.receipt) for deed in people.deeds.values())
            wrong = sum(bool(deed.trouble) for deed in people.deeds.values())
            seconds = monotonic_seconds() - self._began
            self._say(
                f"month {month + 1:>2}: {len(people.deeds):>5} people in need, {filed:>5} requests, {wrong} in trouble; {seconds:.0f} s"
            )

    async def _note_seen(self, desk: OutreachDesk, seen: Counter[str]) -> None:
        """Type what the accounts tell: how often their pieces were shown."""
        today: date = now().astimezone(WIB).date()
        for key, times in seen.items():
            if self._world.actions[key].account:
                await desk.note_seen(self._codes[key], today, times)
                self._seen[key] += times
