"""Villagers with habits ask for every open service by chat: everybody ends somewhere, and nobody is led in a circle (`make villager`)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.browser import visit
from tests.support.samples import KINDS
from tests.support.samples.people import Sample
from tests.villager.crowd import play
from tests.villager.desk import waiting_chats
from tests.villager.habits import LAST, Habit
from tests.villager.people import people
from tests.villager.phone import OFFICE
from tests.villager.report import is_good, table, troubles
from tests.villager.story import Ending, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")
SEED = 7
HABITS = (
    Habit.TYPOS,
    Habit.RETURNED,
    Habit.JAVANESE,
    Habit.WANTS_HUMAN,
    Habit.TOGETHER,
    Habit.QUESTIONS,
    Habit.ALBUM,
    Habit.ANOTHER_WISH,
    Habit.GIVES_UP,
    Habit.MISFITS,
    Habit.EDITS,
    Habit.ELSEWHERE,
    Habit.SAME_PHOTO,
    Habit.CHANGES,
)
FIRST = 40  # the places of each list of sample persons that no other test takes


LONG = (820, 3400)
"""A screen so long that a whole conversation is on it."""
SHOWN = 6  # conversations that are looked at


@dataclass(frozen=True)
class Played:
    """What became of everybody, and how many chats waited for an officer before them."""

    stories: list[Story]
    waited: int


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(stack: Stack) -> Played:
    waited = waiting_chats(stack)
    places = Places.of(stack.parts, stack.keys.clients["petugas-01"])
    crowd = people(Sample.of(stack), len(KINDS), SEED, first=FIRST, mark="777", habits=HABITS)
    return Played(await play(places, crowd), waited)


async def test_every_villager_ends_with_a_receipt_a_human_or_a_refusal(stack: Stack, played: Played) -> None:
    stories = played.stories
    assert is_good(stories), "\n\n".join((table(stories), *troubles(stories)))
    ended = Counter(story.ending for story in stories)
    assert set(ended) == set(Ending)
    plain = [story for story in stories if not story.person.habits & LAST]
    assert ended[Ending.RECEIPT] >= len(plain) > len(stories) // 2
    assert waiting_chats(stack) >= played.waited + ended[Ending.HUMAN]
    assert len({story.receipt for story in stories if story.receipt}) == ended[Ending.RECEIPT]


async def test_a_conversation_can_be_read_on_the_page_to_its_end(stack: Stack, played: Played, browser: Browser) -> None:
    async with visit(browser, stack.part("whatsapp").url, size=LONG) as page:
        for number, story in enumerate(played.stories[:SHOWN], 1):
            name = story.person.application.name
            await page.get_by_role("list", name="Warga").get_by_role("button", name=name).first.click()
            chat = page.get_by_role("region", name=f"Chat {name}")
            last = next(text for who, text in reversed(story.lines) if who == OFFICE)
            await expect(chat.get_by_role("log")).to_contain_text(last.splitlines()[0].replace("*", ""))
            if pictures := os.environ.get("SCREENSHOTS"):
                await chat.screenshot(path=Path(pictures) / f"conversation-{number}.png")
