"""The reader of people's texts: what they mean. The words themselves are data (`templates/words.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from services.intake.domain.understanding import NO_TALK, Lexicon, Talk, is_sure, nearest, understand
from shared.typed import long_numbers, visible, without_marks
from shared.values import Malformed, Receipt

_RECEIPT_INSIDE = re.compile(r"\bMDN[\s-]*(?:[2-9A-Z][\s-]*){8}(?![2-9A-Z])", re.IGNORECASE)

_MENU_NUMBER = re.compile(r"[\s*_~`(]*(?:(?:no|nomor|nomer|pilih|pilihan|angka)[\s.:]*)*([0-9]{1,2})[\s*_~`.)!,]*")
"""`1`, `1.`, `*1*`, `no. 1`, `pilih nomor 1`; not `1.000`, not `umur 1 tahun`."""


_CHANGE = re.compile(r"(?:ubah|ganti|koreksi|perbaiki|betulkan|salah)(?: (?:jawaban|isian))?(?: (?:no|nomor|nomer))?(?: ([0-9]{1,2}))?")
"""`ubah 3`, `ganti nomor 3`; `ubah` alone asks which."""


class Meaning(StrEnum):
    """The meaning of a message for the dialogue."""

    GREETING = "greeting"
    MENU = "menu"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    STATUS = "status"
    HELP = "help"
    RESUME = "resume"
    BACK = "back"
    SKIP = "skip"
    CHANGE = "change"
    REPEAT = "repeat"
    NO = "no"
    UNKNOWN = "unknown"
    """Somebody does not know what is asked."""
    START = "start"
    """Begin another service beside the open draft, which is kept."""
    DRAFT = "draft"
    """One of several drafts is to go on."""
    PHOTO = "photo"
    """A photo that was sent before is the document that is named."""
    WITHDRAW = "withdraw"
    RESEND = "resend"
    ERASE = "erase"
    MEND = "mend"
    NEWS = "news"
    """Somebody asks what news of the office are, or for them without having been told."""
    NEWS_ON = "news_on"
    NEWS_OFF = "news_off"
    """STOP, BERHENTI."""
    BEGIN = "begin"
    """MULAI: of somebody who stopped the news that they want them again; of anybody else a greeting."""
    SURVEY = "survey"
    """An answer to the survey, or what stops it."""
    SERVICE = "service"
    IN_PERSON = "in_person"
    OFFICER = "officer"
    """Somebody wants to talk to a person."""
    ABOUT = "about"
    """What a meaning of people's words leads to: a service that is told about first, an answer to an everyday question."""
    GROUP = "group"
    """A group of services in the menu."""
    UNSURE = "unsure"
    """Several meanings are near; the person says which."""
    ANSWER = "answer"
    """Text that is no command: an answer to the question that was asked."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A meaning, with its service, receipt number, or number of a line where there is one.

    `topic`: of `ABOUT` and `GROUP`, which; of a button what it is about: a question's path, a draft, a receipt, an answer. `near`: of
    `UNSURE`, the nearest first. `is_pressed`: by a button, not typed. `is_guess`: read out of somebody's own words, so that it may be an
    answer as well. `is_question`: it asks.
    """

    meaning: Meaning
    service: str = ""
    receipt: Receipt | None = None
    receipt_wrong: bool = False
    text: str = ""
    number: int = 0
    is_pressed: bool = False
    topic: str = ""
    near: tuple[str, ...] = ()
    is_guess: bool = False
    is_question: bool = False


_AS_COMMANDS: Final[Mapping[str, Meaning]] = {
    "status": Meaning.STATUS,
    "cancel": Meaning.CANCEL,
    "help": Meaning.HELP,
    "human": Meaning.OFFICER,
}
"""Meanings of the lexicon that are commands in other words."""
_WITH_ARGUMENT: Final = frozenset(
    {Meaning.ANSWER, Meaning.SERVICE, Meaning.IN_PERSON, Meaning.ABOUT, Meaning.GROUP, Meaning.UNSURE, Meaning.SURVEY}
)
_ANSWERS: Final = (Meaning.CONFIRM, Meaning.NO)
_NAMED: Final = frozenset({Meaning.GROUP, Meaning.CHANGE, Meaning.DRAFT, Meaning.PHOTO, Meaning.WITHDRAW})
"""Meanings of buttons that may name what they are about: `change:child_name`."""
_ASKS, _QUESTIONS = (
    "?",
    frozenset({"question", "what_for", "what_photo", "what_nik", "what_kk_number"}),
)  # the mark and the notions of a text that asks


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words for each command and service, in `plain` form, and the lexicon of everything else.

    `commands`, `services` and `in_person` map a word or phrase to a meaning or a service code: it must be the whole text.
    """

    commands: Mapping[str, Meaning]
    services: Mapping[str, str]
    in_person: Mapping[str, str]
    lexicon: Lexicon
    officer: tuple[str, ...] = ()
    """Phrases of somebody who wants to talk to a person, anywhere in a text, however long: they mean nothing else."""
    menu: Mapping[str, str] = field(default_factory=dict)
    """The number of each service in the menu; it counts only as the whole text, for stories and addresses have numbers too."""
    polite: frozenset[str] = frozenset()
    """Words beside a command that don't change it."""

    def read_text(self, text: str) -> Intent:
        """Read what a person typed. Never raises: a text that is no command and no service counts as an answer."""
        command = self._command(plain(text)) or self._call(text)
        if command is not None:
            return Intent(command, text=text)
        chosen = _MENU_NUMBER.fullmatch(without_marks(text).casefold())
        if chosen is not None and chosen.group(1) in self.menu:
            return Intent(Meaning.SERVICE, service=self.menu[chosen.group(1)], text=text, number=int(chosen.group(1)))
        changed = _CHANGE.fullmatch(plain(text))
        if changed is not None:
            return Intent(Meaning.CHANGE, text=text, number=int(changed.group(1) or 0))
        receipt = _receipt(text)
        if receipt is not None:
            return receipt
        for phrases, meaning in ((self.in_person, Meaning.IN_PERSON), (self.services, Meaning.SERVICE)):
            if plain(text) in phrases:
                return Intent(meaning, service=phrases[plain(text)], text=text)
        return self._understood(text)

    def in_talk(self, intent: Intent, talk: Talk) -> Intent:
        """Return what somebody typed, read again with what it was said into; a command, a button and a receipt mean the same everywhere."""
        if intent.is_pressed or talk == NO_TALK:
            return intent
        if intent.meaning is Meaning.SERVICE and 0 < intent.number <= len(talk.offered):
            return self.about(talk.offered[intent.number - 1], intent.text)
        is_own_words = intent.is_guess or intent.meaning is Meaning.ANSWER
        return self._understood(intent.text, talk) if is_own_words and intent.text else intent

    def _understood(self, text: str, talk: Talk = NO_TALK) -> Intent:
        """Read somebody's own words. Who sends the long number of a card answers a question."""
        understood = () if long_numbers(text) else understand(text, self.lexicon, talk)
        asks, near = self._asks(text, talk), nearest(understood)
        if not near:
            return Intent(Meaning.ANSWER, text=text, is_question=asks)
        if not is_sure(understood):
            return Intent(Meaning.UNSURE, text=text, near=near, is_guess=True, is_question=asks)
        return replace(self.about(near[0], text), is_guess=True, is_question=asks)

    def _asks(self, text: str, talk: Talk) -> bool:
        """Return whether a text asks; with a form open, what it needs and how long it takes is asked for without any word of asking."""
        if _ASKS in text or not _QUESTIONS.isdisjoint(self.lexicon.notions(text)[0]):
            return True
        return bool(talk.draft) and not self.lexicon.of_service.isdisjoint(nearest(understand(text, self.lexicon))[:1])

    def about(self, code: str, text: str = "") -> Intent:
        """Return what a meaning of the lexicon is for the dialogue."""
        if code in _AS_COMMANDS:
            return Intent(_AS_COMMANDS[code], text=text)
        if code in self.in_person.values():
            return Intent(Meaning.IN_PERSON, service=code, text=text)
        if code in self.services.values():
            return Intent(Meaning.SERVICE, service=code, text=text, is_guess=True)
        return Intent(Meaning.ABOUT, topic=code, text=text)

    def _command(self, said: str) -> Meaning | None:
        """Return the command that a whole text is, politeness aside: `nggih pak`, `batal mawon`; also several words of yes or of no."""
        words = said.split()
        found = self.commands.get(said) or self.commands.get(" ".join(word for word in words if word not in self.polite))
        if found is not None:
            return found
        meanings = {self.commands.get(word) for word in words if word not in self.polite or self.commands.get(word) in _ANSWERS}
        return meanings.pop() if meanings in ({Meaning.CONFIRM}, {Meaning.NO}) else None

    def _call(self, text: str) -> Meaning | None:
        spaced = f" {plain(text)} "
        return Meaning.OFFICER if any(f" {phrase} " in spaced for phrase in self.officer) else None

    def read_choice(self, choice: str, title: str) -> Intent:
        """Read a pressed button or a chosen row: by our own id, else by its title (old chats, template buttons)."""
        name, _, argument = choice.partition(":")
        found = self._pressed(name, argument, title) if argument else None
        if found is not None:
            return replace(found, is_pressed=True)
        if name in set(Meaning) - _WITH_ARGUMENT:
            return Intent(Meaning(name), text=title, is_pressed=True)
        return self.read_text(title or choice)

    def _pressed(self, name: str, argument: str, title: str) -> Intent | None:
        """Return what a button with something behind its name means; None where it is none of ours."""
        if name in (Meaning.SERVICE, Meaning.START) and argument in self.services.values():
            return Intent(Meaning(name), service=argument, text=title)
        if name == Meaning.ABOUT:
            return self.about(argument, title)
        if name == Meaning.ANSWER:
            value, _, path = argument.partition("@")
            return Intent(Meaning.ANSWER, text=value, topic=path)
        if name == Meaning.SURVEY:
            return Intent(Meaning.SURVEY, topic=argument)  # without its title: nothing keeps the answer
        return Intent(Meaning(name), text=title, topic=argument) if name in _NAMED else None


def plain(text: str) -> str:
    """Return a text in lower case, without accents, punctuation and double blanks: `  Batal!! ` -> `batal`."""
    return " ".join(re.findall(r"[a-z0-9]+", without_marks(text).casefold()))


def _receipt(text: str) -> Intent | None:
    found = _RECEIPT_INSIDE.search(visible(text))
    if found is None:
        return None
    try:
        return Intent(Meaning.STATUS, receipt=Receipt.parse(found.group()), text=text)
    except Malformed:
        return Intent(Meaning.STATUS, receipt_wrong=True, text=text)
