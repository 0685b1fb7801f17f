"""Villagers with habits ask for every open service by chat: everybody ends somewhere, and nobody is led in a circle (`make villager`)."""

from __future__ import annotations

from collections import Counter

from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.samples import KINDS, Sample
from tests.villager.crowd import play
from tests.villager.desk import waiting_chats
from tests.villager.habits import LAST, Habit
from tests.villager.people import people
from tests.villager.report import is_good, table, troubles
from tests.villager.story import Ending

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


async def test_every_villager_ends_with_a_receipt_a_human_or_a_refusal(stack: Stack, places: Places) -> None:
    waiting = waiting_chats(stack)
    stories = await play(places, people(Sample.of(stack), len(KINDS), SEED, first=FIRST, mark="777", habits=HABITS))
    assert is_good(stories), "\n\n".join((table(stories), *troubles(stories)))
    ended = Counter(story.ending for story in stories)
    assert set(ended) == set(Ending)
    assert ended[Ending.RECEIPT] >= len(KINDS) - len(LAST)
    assert waiting_chats(stack) >= waiting + ended[Ending.HUMAN]
    assert len({story.receipt for story in stories if story.receipt}) == ended[Ending.RECEIPT]
