"""What villagers make of an office that is no good: it is told, with the conversation; and what they read and draw by seed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest

from deploy.local import applications
from deploy.local.chat import Chat
from deploy.local.travel import Places, Travel
from services.intake.wiring.texts import TEMPLATES, read_texts
from tests.support.eventually import eventually
from tests.support.simulators import Phone as Simulator
from tests.support.simulators import whatsapp
from tests.villager.habits import FOR_HUMAN, LAST, Habit, drawn, spoilt
from tests.villager.people import Person
from tests.villager.phone import Phone
from tests.villager.reading import reader_of
from tests.villager.report import is_good, table, troubles
from tests.villager.story import Ending, Story
from tests.villager.villager import Villager

NUMBER = "6281300000001"
TEXTS = read_texts(TEMPLATES).texts
ASKS_NIK, ASKS_KK = TEXTS["common.nik.ask"], TEXTS["kk_hilang.kk_number.ask"]
WAITS, WRONG = TEXTS["officer_asked"], f"{TEXTS['wrong_nik_not_16_digits']}\n\n{ASKS_NIK}"
FILED = TEXTS["submitted"].format(service="Kartu Keluarga hilang", receipt="MDN-7K4Q-9F2X", promised="besok")


def _somebody(*habits: Habit) -> Person:
    asked = applications.reprint("kk_hilang", {"name": "SITI AMINAH", "nik": "3519016504900001", "kk_number": "3519010101150001"})
    wishes = ("kk saya hilang", "Kartu Keluarga hilang")
    return Person(1, asked, NUMBER, wishes, frozenset(habits), is_linked=False, rng=Random(1))


@contextlib.asynccontextmanager
async def _office(simulator: Simulator, answer: Callable[[str], str | None]) -> AsyncIterator[None]:
    """Somebody who answers each message by its text; None: not at all."""

    async def work() -> None:
        for number in range(100):
            await eventually(lambda number=number: len(simulator.business.changes("messages")) > number)  # type: ignore[misc]
            said = answer(simulator.business.changes("messages")[number]["text"]["body"])
            if said is not None:
                await simulator.sent(NUMBER, text={"body": said})

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _live(person: Person, answer: Callable[[str], str | None], patience_seconds: float = 60.0) -> Story:
    async def never(_receipt: str, _field: str) -> None:
        raise AssertionError

    story, reader = Story(person), reader_of("kk_hilang")
    async with whatsapp() as simulator, Travel(Places("", "", "", simulator.url, "", "key"), lambda _who, _what: None) as travel:
        chat = await Chat.open(travel, person.application.name, person.phone)
        async with _office(simulator, answer):
            await Villager(story, Phone(chat, reader, story, patience_seconds), reader, never, most_messages=12).live()
    return story


async def test_an_office_that_asks_the_same_for_ever_is_a_loop() -> None:
    story = await _live(_somebody(), lambda said: WAITS if said in FOR_HUMAN else ASKS_NIK)
    assert story.loops == ["nik"]
    assert story.ending is Ending.HUMAN
    assert not is_good([story])
    (told,) = troubles([story])
    assert told.startswith("loop: nik")
    assert "3519016504900001" in told.replace(" ", "")


async def test_an_office_that_says_nothing_is_no_end() -> None:
    story = await _live(_somebody(), lambda _: None, patience_seconds=0.2)
    assert (story.ending, story.trouble) == (None, "no answer to the last message")
    assert not is_good([story])
    assert "no end" in next(troubles([story]))


async def test_an_office_that_only_talks_is_no_end() -> None:
    story = await _live(_somebody(), lambda _: "Selamat pagi, apa kabar?")
    assert story.trouble == "no end after 12 messages"


async def test_answers_that_are_not_taken_are_counted_and_named() -> None:
    after_a_number = iter((WRONG, ASKS_KK, FILED))
    story = await _live(_somebody(), lambda said: next(after_a_number) if any(map(str.isdecimal, said)) else ASKS_NIK)
    assert (story.ending, story.receipt, story.misfits) == (Ending.RECEIPT, "MDN-7K4Q-9F2X", 1)
    assert [question for question, _ in story.not_taken] == ["nik"]
    assert is_good([story])
    assert table([story]).splitlines()[-1].split()[:3] == ["all", "1", "1"]


def test_a_message_is_read_by_its_sentences() -> None:
    reader = reader_of("akta_lahir")

    def read(text: str) -> tuple[str | None, int]:
        heard = reader.read({"content": {"type": "text", "text": text}})
        return heard.question.name if heard.question else None, heard.row

    assert read("Apa *jenis kelamin* anak?") == ("child_sex", 0)
    assert read("*Saksi 2 dari 2*\nKetik *NIK saksi* (16 angka).") == ("witnesses.nik", 1)
    assert read("Foto sudah kami terima.\n\n*Jam* berapa anak lahir? Lihat surat keterangan kelahiran.\n\nContoh: 14.30") == ("born_at", 0)
    assert read("Semua layanan *gratis*.") == (None, 0)


@pytest.mark.parametrize("seed", range(20))
def test_habits_come_from_the_seed_and_say_one_end(seed: int) -> None:
    found = drawn(Random(seed), Habit.GIVES_UP)
    assert found == drawn(Random(seed), Habit.GIVES_UP)
    assert found & LAST == {Habit.GIVES_UP}


def test_a_slip_changes_one_word_and_leaves_short_texts_alone() -> None:
    assert spoilt("kk", Random(1)) == "kk"
    slips = {spoilt("kartu keluarga hilang", Random(seed)) for seed in range(50)}
    assert len(slips) > 10
    assert all(sum(a != b for a, b in zip(slip.split(), ("kartu", "keluarga", "hilang"), strict=True)) <= 1 for slip in slips)
