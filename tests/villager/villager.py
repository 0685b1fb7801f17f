"""One villager in a chat: reads what is asked and offered and does what people do, until a receipt, a human, a refusal, or their own no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from tests.villager import habits
from tests.villager.answers import Answers
from tests.villager.habits import Habit
from tests.villager.phone import Phone, Unanswered
from tests.villager.reading import Heard, Question, Reader
from tests.villager.story import Ending, Story

MOST_MESSAGES: Final = 90  # that one person writes: the longest form has some thirty questions
MOST_ASKED: Final = 3  # times that a question is asked although it was answered each time
MOST_WISHES: Final = 5  # ways of saying what is wanted before somebody asks for a human
_LINE: Final = re.compile(r"^(\d+)\. ", re.MULTILINE)
_TYPED_YES: Final = 0.4  # share of people who type a yes to what they are told about, rather than press
_GREETS: Final = 0.5  # share of people who greet first
_FREE: Final = frozenset({"text", "person_name"})  # types that take nearly anything: nothing does not fit
_FILED: Final = frozenset({"submitted", "submitted_checking", "submitted_visit", "submitted_answered", "mended", "already_open"})
_REFUSED: Final = frozenset({"service_not_open", "in_person", "in_person_spared", "counter_card", "limit_reached", "limit_reached_later"})

SendBack: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Has the office return a request for a photo: receipt, field."""


class Villager:
    """Somebody with a wish. Nothing is known here of what the chat will ask: each step follows from the message before it."""

    def __init__(self, story: Story, phone: Phone, reader: Reader, send_back: SendBack, most_messages: int = MOST_MESSAGES) -> None:
        self._most = most_messages
        self.story, self.phone, self._reader = story, phone, reader
        self.person = story.person
        self._rng = story.person.rng
        self._answers = Answers(story.person)
        self._send_back = send_back
        self._left = set(self.person.habits)
        asked = len(self.person.application.answers) + len(self._answers.documents())
        self._due = {habit: self._rng.randrange(asked) for habit in Habit}
        self._answered = 0
        self._asked: Counter[str] = Counter()
        self._sent: dict[str, str] = {}
        self._open: Question | None = None
        self._wishes = 0
        self._wants_human = False
        self._stops = False

    async def live(self) -> None:
        """Go through with it; the story says how it ended."""
        try:
            heard = await self._begin()
            while self.story.ending is None and self.story.written < self._most:
                heard = await self._go_on(heard)
        except Unanswered:
            self.story.trouble = "no answer to the last message"
            return
        if self.story.ending is None:
            self.story.trouble = f"no end after {self.story.written} messages"

    async def _begin(self) -> Heard:
        if Habit.PHOTO_FIRST in self._left and Habit.ELSEWHERE not in self._left:
            await self.phone.photo(self._answers.documents()[0], "first")
        if self._rng.random() < _GREETS:
            words = habits.JAVANESE_GREETINGS if Habit.JAVANESE in self._left else habits.GREETINGS
            await self.phone.say(self._rng.choice(words))
        return await self._wish()

    async def _go_on(self, heard: Heard) -> Heard:
        ending = self._ending(heard)
        if ending is Ending.RECEIPT and Habit.RETURNED in self._left and heard.said & _FILED != {"already_open"}:
            return await self._mend(heard.receipt)
        if ending is not None:
            self.story.ending, self.story.receipt = ending, heard.receipt
            return heard
        if "summary" in heard.said or "wants_confirm" in heard.said:
            return await self._confirm(heard)
        if heard.question is None and heard.is_misread and self._open is not None:
            heard = replace(heard, question=self._open)  # whoever is told that an answer is wrong knows what was asked
        if heard.question is None:
            return await self._choose(heard)
        if self._open is None and self._reader.names_another(heard):
            return await self.phone.say("batal")
        self._open = heard.question
        return await self._reply(heard, heard.question)

    def _ending(self, heard: Heard) -> Ending | None:
        if heard.said & _FILED and heard.receipt:
            return Ending.RECEIPT
        if self._wants_human and any(name.startswith("officer_") for name in heard.said):
            return Ending.HUMAN
        if self._stops and "cancelled" in heard.said:
            return Ending.GAVE_UP
        is_own = Habit.ELSEWHERE in self._left or not self._reader.names_another(heard)
        return Ending.REFUSED if heard.said & _REFUSED and is_own and heard.question is None else None

    # Before the form

    async def _wish(self) -> Heard:
        """Say what is wanted, in other words each time; ask for a human when there are no more."""
        self._wishes += 1
        if self._wishes > MOST_WISHES:
            return await self._call_human()
        wishes = self.person.wishes
        return await self.phone.say(wishes[min(self._wishes, len(wishes)) - 1])

    async def _choose(self, heard: Heard) -> Heard:
        """Take what is offered and fits; else say again what is wanted."""
        code, offered = self._reader.service.id, heard.choices
        if self._stops and "cancel" in offered:
            return await self.phone.press(heard, "cancel")
        if f"service:{code}" in offered:
            if self._rng.random() < _TYPED_YES:
                return await self.phone.say(self._rng.choice(habits.JAVANESE_YES if Habit.JAVANESE in self._left else habits.YES))
            return await self.phone.press(heard, f"service:{code}")
        wanted = ("resume", "mend") if self._open is not None else ()
        for choice in (*wanted, f"about:{code}", f"group:{self._reader.group}"):
            if choice in offered and (not choice.startswith("group") or self._wishes > 1):
                return await self.phone.press(heard, choice)
        number = self._reader.number_in(heard)
        if number and Habit.NUMBERS in self._left:
            return await self.phone.say(number)
        return await (self.phone.say("lanjut") if self._open is not None else self._wish())

    # In the form

    async def _reply(self, heard: Heard, question: Question) -> Heard:
        habit = next((habit for habit in sorted(self._left) if self._answered >= self._due[habit] and self._fits(habit, question)), None)
        if habit is not None:
            self._left.discard(habit)
            return await self._act(habit, heard)
        key = f"{question.name} {heard.row}"
        times = self._asked[key]
        self._asked[key] += 1
        if self._asked[key] == MOST_ASKED:
            self.story.loops.append(question.name)
            return await self._call_human()
        self._answered += 1
        after = await (self._photo(question.field.name, times) if question.field.is_document else self._tell(heard, question, times))
        if after.is_misread and (after.question in (None, question)):
            self.story.not_taken.append((question.name, self._last_words()))
        else:
            self._answers.given(question, heard.row)
        return after

    def _fits(self, habit: Habit, question: Question) -> bool:
        """Return whether a habit has its place at this question."""
        is_photo, name = question.field.is_document, question.name
        places = {
            Habit.TOGETHER: name == "nik" and "kk_number" in self.person.application.answers,
            Habit.ALBUM: is_photo and not self._sent,
            Habit.SAME_PHOTO: is_photo and bool(self._sent),
            Habit.WORDS_FOR_PHOTO: is_photo,
            Habit.VOICE: not is_photo,
            Habit.MISFITS: not is_photo and question.field.type not in _FREE and not question.asks_more,
            Habit.GOES_BACK: self._answered > 0,
            Habit.EDITS: question.field.type in ("nik", "kk_number"),
        }
        return places.get(habit, habit in _ANYWHERE)

    async def _act(self, habit: Habit, heard: Heard) -> Heard:
        """Do something else than answer."""
        acts: Mapping[Habit, Callable[[Heard], Awaitable[Heard]]] = {
            Habit.REACTION: self._react,
            Habit.WANTS_HUMAN: lambda _: self._call_human(),
            Habit.VOICE: lambda _: self.phone.voice(),
            Habit.EDITS: self._edit,
            Habit.SAME_PHOTO: lambda _: self.phone.photo(*list(self._sent.items())[-1]),
            Habit.ALBUM: self._album,
        }
        if habit in acts:
            return await acts[habit](heard)
        if habit is Habit.SILENCE:
            await self.phone.silence()
        if habit is Habit.GOES_BACK:
            self._asked.clear()
        self._stops = self._stops or habit is Habit.GIVES_UP
        return await self.phone.say(self._words(habit))

    async def _react(self, heard: Heard) -> Heard:
        await self.phone.thumb()
        return heard

    async def _album(self, _heard: Heard) -> Heard:
        self._sent = dict.fromkeys(self._answers.documents(), "album")
        return await self.phone.album(self._sent)

    async def _edit(self, heard: Heard) -> Heard:
        """Type a number with a digit too few, and mend that message."""
        question = heard.question
        if question is None:
            return heard
        await self.phone.say(self._answers.wrong_number(question, heard.row))
        self._answers.given(question, heard.row)
        return await self.phone.edit(self._answers.text(heard, question, 1))

    def _words(self, habit: Habit) -> str:
        others = [wish for code, wishes in habits.OTHER_WISHES.items() if code != self._reader.service.id for wish in wishes]
        words = {
            Habit.TOGETHER: (self._answers.both_numbers(),),
            Habit.SILENCE: habits.GREETINGS,
            Habit.GOES_BACK: ("kembali",),
            Habit.GIVES_UP: ("batal", "tidak jadi", "gak jadi pak"),
            Habit.QUESTIONS: habits.QUESTIONS,
            Habit.ANOTHER_WISH: tuple(others),
            Habit.MISFITS: habits.MISFITS,
            Habit.WORDS_FOR_PHOTO: habits.INSTEAD_OF_PHOTO,
        }
        return self._rng.choice(words[habit])

    async def _tell(self, heard: Heard, question: Question, times: int) -> Heard:
        text = self._answers.text(heard, question, times)
        pressed = self._answers.pressed(heard, text)
        return await (self.phone.press(heard, pressed) if pressed else self.phone.say(text))

    async def _photo(self, field: str, times: int) -> Heard:
        self._sent[field] = f"{len(self._sent)}.{times}"
        return await self.phone.photo(field, self._sent[field])

    async def _confirm(self, heard: Heard) -> Heard:
        """Look through the summary and send it off."""
        lines = _LINE.findall(heard.text)
        if Habit.CHANGES in self._left and lines:
            self._left.discard(Habit.CHANGES)
            self._asked.clear()
            return await self.phone.say(f"ubah {self._rng.choice(lines)}")
        self._asked["summary"] += 1
        if self._asked["summary"] == MOST_ASKED:
            self.story.loops.append("summary")
            return await self._call_human()
        if "confirm" in heard.choices and (self._asked["summary"] > 1 or self._rng.random() > _TYPED_YES):
            return await self.phone.press(heard, "confirm")
        javanese = Habit.JAVANESE in self.person.habits and self._asked["summary"] == 1
        return await self.phone.say(self._rng.choice(habits.JAVANESE_CONFIRMING if javanese else habits.CONFIRMING))

    # Other ends

    async def _call_human(self) -> Heard:
        self._wants_human = True
        return await self.phone.say(self._rng.choice(habits.FOR_HUMAN))

    async def _mend(self, receipt: str) -> Heard:
        """Hear that the request came back, and mend it."""
        self._left.discard(Habit.RETURNED)
        self._asked.clear()
        await self._send_back(receipt, next(iter(self._sent)))
        while (await self.phone.listen()).receipt != receipt:
            pass
        return await self.phone.say(self._rng.choice(("perbaiki", *habits.GREETINGS)))

    def _last_words(self) -> str:
        return next(line for who, line in reversed(self.story.lines) if who == "warga")


_ANYWHERE: Final = frozenset({Habit.QUESTIONS, Habit.ANOTHER_WISH, Habit.SILENCE, Habit.REACTION, Habit.WANTS_HUMAN, Habit.GIVES_UP})
"""Habits that fit at every question."""
