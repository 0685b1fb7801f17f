"""Many villagers at once, so many that the machine keeps up, and an office that returns some of what they ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from deploy.local.chat import Chat
from deploy.local.office import Officer
from deploy.local.travel import JourneyError, Places, Travel
from shared.clock import monotonic_seconds
from tests.villager.people import Person
from tests.villager.phone import Phone
from tests.villager.reading import reader_of
from tests.villager.story import Story
from tests.villager.villager import Villager

AT_ONCE: Final = 16  # chats under way; more only wait for each other on two cores
LIFE_SECONDS: Final = 240.0  # of one chat, returns included


class Crowd:
    """Plays people against a running system."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._officer = asyncio.Lock()  # one officer, who does one thing after the other
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def play(self, people: Iterable[Person]) -> list[Story]:
        """Let everybody write; return their stories in the order of the people."""
        return list(await asyncio.gather(*(self._one(person) for person in people)))

    async def _one(self, person: Person) -> Story:
        story = Story(person)
        async with self._gate:
            began = monotonic_seconds()
            try:
                async with asyncio.timeout(LIFE_SECONDS):
                    await self._life(story)
            except TimeoutError:
                story.trouble = f"no end within {LIFE_SECONDS:g} s"
            except JourneyError as error:
                story.trouble = str(error)
            story.seconds = round(monotonic_seconds() - began, 1)
        return story

    async def _life(self, story: Story) -> None:
        person = story.person
        chat = await Chat.open(self._travel, person.application.name, person.phone)
        if person.is_linked and person.application.catalogued.proves_identity:
            await self._travel.link(chat.phone, person.application.answers["nik"])
        reader = reader_of(person.application.service)
        await Villager(story, Phone(chat, reader, story), reader, self._send_back).live()

    async def _send_back(self, receipt: str, field: str) -> None:
        reasons = [{"code": "attachment_unreadable", "field": f"answers.{field}"}]
        async with self._officer:
            await Officer(self._travel).send_back(receipt, reasons, "Fotonya buram, mohon dikirim lagi.")


async def play(places: Places, people: Iterable[Person]) -> list[Story]:
    """Play people against the system at these places."""
    async with Travel(places, lambda _who, _what: None) as travel:
        return await Crowd(travel).play(people)
