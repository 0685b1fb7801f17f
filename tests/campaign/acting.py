"""People of the world act: they open pages, write, answer what the chat asks, go to the registrar; and the office decides."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, Final, Self

import httpx

from deploy.local import applications
from deploy.local.applications import Application
from deploy.local.chat import PHOTOS, Chat
from deploy.local.office import Officer
from deploy.local.travel import JourneyError, Travel
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from shared.clock import now
from shared.ids import new_id
from shared.reference.catalogue import catalogue
from tests.campaign.actions import OutreachAction
from tests.campaign.damage import Handling, handled
from tests.campaign.world import Outcome, WorldPerson
from tests.support.eventually import eventually
from tests.villager.habits import Habit
from tests.villager.people import Person
from tests.villager.phone import Phone
from tests.villager.reading import Heard, reader_of
from tests.villager.story import Ending, Story
from tests.villager.villager import Villager

END_SECONDS: Final = 120.0  # until a request that was filed is finished
LIFE_SECONDS: Final = 180.0
_ENDED: Final = frozenset({"ready", "delivered", "answered"})
_DEAD: Final = frozenset({"rejected", "void", "returned"})
_AGENTS: Final = (
    "Mozilla/5.0 (Linux; Android 12; SM-A037F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; CPH1909) AppleWebKit/537.36 Chrome/118.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; 23053RN02A) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36",
)
_TOLD_TWICE: Final = 20  # every so many-th person's messages
_FOREIGN: Final = "W2M"  # adds up, and nobody gave it out here
_FROM_ELSEWHERE: Final = 0.05  # of those who come by nothing
_AD: Final = {"source_url": "https://fb.me/x", "source_type": "ad", "headline": "Urus dari rumah"}
_AD_SAYS: Final = "Halo, saya mau tanya"
_FEW_MESSAGES: Final = 4  # of whoever begins and is heard of no more
_AGAIN: Final = "Halo, yang kemarin jadi saya urus"


@dataclass
class Deed:
    """What became of a person's wish. `receipt`: of a request that was filed; `state`: of it at the end; `trouble`: what went wrong."""

    person: WorldPerson
    first_message: str = ""
    receipt: str = ""
    state: str = ""
    came_back: bool = False
    trouble: str = ""
    story: Story | None = field(default=None, repr=False)
    chat: ComingChat | None = field(default=None, repr=False)


class Comer(Villager):
    """A villager who comes by something: what they send first is its message, and nobody greets before it."""

    async def _begin(self) -> Heard:
        return await self._wish()


class ComingChat(Chat):
    """A phone whose first message carries what WhatsApp adds: that it was forwarded, or the advertisement that was tapped."""

    first: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    async def of(cls, travel: Travel, person: WorldPerson) -> Self:
        """Return the phone of a person."""
        known = await cls.open(travel, person.who.name, person.phone)
        return cls(travel, known.url.rpartition("/")[2], known.phone)

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        more, self.first = self.first, {}
        return await super()._write(body | dict(more))


class People:
    """Lets people act, as many at once as the machine bears."""

    def __init__(
        self, travel: Travel, counter_key: str, actions: Mapping[str, OutreachAction], codes: Mapping[str, str], at_once: int
    ) -> None:
        self._travel = travel
        self._counter = {"Authorization": f"Bearer {counter_key}"}
        self._actions = actions
        self._codes = codes
        self._gate = asyncio.Semaphore(at_once)
        self._officer = asyncio.Lock()
        self.deeds: dict[int, Deed] = {}

    async def act(self, person: WorldPerson, *, is_back: bool = False) -> None:
        """Let somebody do what they do at this tick. `is_back`: of those who chatted the week before."""
        deed = self.deeds.setdefault(person.number, Deed(person))
        async with self._gate:
            try:
                async with asyncio.timeout(LIFE_SECONDS):
                    await self._act(deed, is_back=is_back)
            except TimeoutError:
                deed.trouble = f"no end within {LIFE_SECONDS:g} s"
            except (JourneyError, AssertionError, httpx.HTTPError) as error:
                deed.trouble = repr(error)

    async def _act(self, deed: Deed, *, is_back: bool) -> None:
        person = deed.person
        if not is_back:
            for key in person.visits:
                await self._visit(person, key)
        if not person.comes:
            return
        if person.by_registrar:
            await self._at_registrar(deed)
        else:
            await self._chat(deed, is_back=is_back)
        if deed.receipt:
            await self._await_end(deed)

    async def _visit(self, person: WorldPerson, key: str) -> None:
        """Open the page of a source, twice where somebody goes back: it counts once."""
        headers = {
            "User-Agent": _AGENTS[person.number % len(_AGENTS)],
            "X-Forwarded-For": f"10.{person.number >> 16 & 255}.{person.number >> 8 & 255}.{person.number & 255}",
        }
        for _ in range(1 + person.number % 2):
            answer = await self._travel.http.get(f"{self._travel.places.intake}/m/{self._codes[key]}", headers=headers)
            answer.raise_for_status()

    # By chat

    async def _chat(self, deed: Deed, *, is_back: bool) -> None:
        person, rng = deed.person, deed.person.rng()
        application = _application(person)
        chat = deed.chat = deed.chat or await ComingChat.of(self._travel, person)
        if person.number % _TOLD_TWICE == 0:
            await self._tell_twice(person)
        if person.is_linked and not is_back:
            await self._travel.link(person.phone, person.who.nik)
        name = application.catalogued.name
        said = _AGAIN if is_back else self._first_message(person, rng, chat)
        deed.first_message = deed.first_message or said
        habits = frozenset({Habit.GIVES_UP}) if person.outcome is Outcome.GIVES_UP else frozenset()
        talker = Person(person.number, application, person.phone, (said, name), habits, person.is_linked, rng)
        story = deed.story = Story(talker)
        phone = Phone(chat, reader_of(person.service), story)
        if (person.outcome is Outcome.LOOKS) or (person.outcome is Outcome.RETURNS and not is_back):
            await phone.say(said)
            return
        is_short = person.outcome is Outcome.ABANDONS
        comer = Comer(story, phone, reader_of(person.service), _never, *((_FEW_MESSAGES,) if is_short else ()))
        await comer.live()
        if is_short:
            return
        deed.receipt, deed.came_back = story.receipt, is_back
        if story.ending not in (Ending.RECEIPT, Ending.GAVE_UP) or story.trouble:
            deed.trouble = story.trouble or f"ended as {story.ending}"

    async def _tell_twice(self, person: WorldPerson) -> None:
        """Let WhatsApp deliver each message of somebody twice."""
        fault = {"kind": "webhook_duplicate", "recipient": person.phone, "statuses": ["message"]}
        await self._travel.call("POST", f"{self._travel.places.whatsapp}/sim/faults", json=fault)

    def _first_message(self, person: WorldPerson, rng: Random, chat: ComingChat) -> str:
        """Return what somebody writes first, by what they come and what they do to its code."""
        name = catalogue().get(person.service).name
        if not person.comes_by:
            said = rng.choice((f"Halo, {name.lower()}", name, f"mau urus {name.lower()}"))
            return f"{said} (#{_FOREIGN})" if rng.random() < _FROM_ELSEWHERE else said
        action = self._actions[person.comes_by]
        if action.ad:
            chat.first = {
                "referral": {"source_url": "https://fb.me/x", "source_type": "ad", "source_id": action.ad, "headline": "Urus dari rumah"}
            }
            return _AD_SAYS
        if person.handling is Handling.FORWARDED or person.told_by is not None:
            chat.first = {"forwarded": True}
        return handled(_sentence(action, self._codes[person.comes_by]), person.handling, rng)

    # At the village's registrar, by an adapter

    async def _at_registrar(self, deed: Deed) -> None:
        person, intake = deed.person, self._travel.places.intake
        application = _application(person)
        files = {}
        for wanted in application.catalogued.form.fields:
            if wanted.is_document:
                content = (PHOTOS / "surat-polisi.jpg").read_bytes() + f"{wanted.name} {person.number}".encode()
                filed = await self._travel.call(
                    "POST", f"{intake}/v1/files", content=content, headers={**self._counter, "Content-Type": "image/jpeg"}
                )
                files[wanted.name] = {"file_id": filed["file_id"], "kind": wanted.any_of[0]}
        body = {"service": person.service, "answers": {**application.answers, **files}, "reference": f"desa-{person.number}"}
        body["outreach_source"] = self._codes[person.comes_by]
        filed = await self._travel.call("POST", f"{intake}/v1/requests", json=body, headers={**self._counter, "Idempotency-Key": new_id()})
        deed.receipt = filed["receipt"]

    async def _await_end(self, deed: Deed) -> None:
        """Let the office decide where rules do not, and wait until the request has ended."""
        person = deed.person
        is_unproven = not person.by_registrar and not person.is_linked
        if is_unproven or not catalogue().get(person.service).automatic:
            async with self._officer:
                await Officer(self._travel).approve(deed.receipt)
        await eventually(lambda: self._has_ended(deed), END_SECONDS, ignoring=(AssertionError, httpx.ReadError))

    async def _has_ended(self, deed: Deed) -> bool:
        """Look how a request stands.

        Raises:
            JourneyError: it ended otherwise than by what was asked for.
        """
        deed.state = (await self._travel.request(deed.receipt))["state"]
        if deed.state in _DEAD:
            raise JourneyError(f"the request of {deed.person.service} ended as {deed.state}")
        return deed.state in _ENDED


def _application(person: WorldPerson) -> Application:
    who = person.who
    return applications.reprint(person.service, {"name": who.name, "nik": who.nik, "kk_number": who.kk_number})


def _sentence(action: OutreachAction, code: str) -> str:
    """Return the sentence of a source's link, as the product writes it."""
    what = SourceDescription(action.name, action.campaign, action.channel, action.place, action.service, action.village)
    return OutreachSource(code, what, now(), "").sentence(catalogue().find(action.service))


async def _never(_receipt: str, _field: str) -> None:
    raise JourneyError("nobody's request is returned here")
