"""The reader of people's texts: what they mean. The words themselves are data (`templates/words.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.typed import visible, without_marks
from shared.values import Malformed, Receipt

LONGEST_COMMAND_WORDS = 8  # a longer text is a story, not a command
_RECEIPT_INSIDE = re.compile(r"\bMDN[\s-]*(?:[2-9A-Z][\s-]*){8}(?![2-9A-Z])", re.IGNORECASE)

_MENU_NUMBER = re.compile(r"[\s*_~`(]*(?:(?:no|nomor|nomer|pilih|pilihan|angka)[\s.:]*)*([0-9]{1,2})[\s*_~`.)!,]*")
"""`1`, `1.`, `*1*`, `no. 1`, `pilih nomor 1`; not `1.000`, not `umur 1 tahun`."""


_CHANGE = re.compile(r"(?:ubah|ganti|koreksi|perbaiki|salah)(?: (?:no|nomor|nomer))?(?: ([0-9]{1,2}))?")
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
    MEND = "mend"
    SERVICE = "service"
    IN_PERSON = "in_person"
    OFFICER = "officer"
    """Somebody wants to talk to a person."""
    ANSWER = "answer"
    """Text that is no command: an answer to the question that was asked."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A meaning, with its service, receipt number, or number of a line where there is one. `is_pressed`: by a button, not typed."""

    meaning: Meaning
    service: str = ""
    receipt: Receipt | None = None
    receipt_wrong: bool = False
    text: str = ""
    number: int = 0
    is_pressed: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words for each command and service, in `plain` form.

    `commands`, `services` and `in_person` map a word or phrase to a meaning or a service code. A command must be the whole text;
    the phrase of a service may be anywhere in a short text.
    """

    commands: Mapping[str, Meaning]
    services: Mapping[str, str]
    in_person: Mapping[str, str]
    officer: tuple[str, ...] = ()
    """Phrases of somebody who wants to talk to a person, anywhere in a text, however long: they mean nothing else."""
    menu: Mapping[str, str] = field(default_factory=dict)
    """The number of each service in the menu; it counts only as the whole text, for stories and addresses have numbers too."""

    def read_text(self, text: str) -> Intent:
        """Read what a person typed. Never raises: a text that is no command and no service counts as an answer."""
        command = self.commands.get(plain(text)) or self._call(text)
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
        words = plain(text).split()
        if len(words) <= LONGEST_COMMAND_WORDS:
            spaced = f" {' '.join(words)} "
            for phrases, meaning in ((self.in_person, Meaning.IN_PERSON), (self.services, Meaning.SERVICE)):
                found = max((phrase for phrase in phrases if f" {phrase} " in spaced), key=len, default="")
                if found:
                    return Intent(meaning, service=phrases[found], text=text)
        return Intent(Meaning.ANSWER, text=text)

    def _call(self, text: str) -> Meaning | None:
        spaced = f" {plain(text)} "
        return Meaning.OFFICER if any(f" {phrase} " in spaced for phrase in self.officer) else None

    def read_choice(self, choice: str, title: str) -> Intent:
        """Read a pressed button or a chosen row: by our own id, else by its title (old chats, template buttons)."""
        name, _, argument = choice.partition(":")
        if name == Meaning.SERVICE and argument in self.services.values():
            return Intent(Meaning.SERVICE, service=argument, text=title, is_pressed=True)
        if name == Meaning.ANSWER and argument:
            return Intent(Meaning.ANSWER, text=argument, is_pressed=True)
        if name in set(Meaning) - {Meaning.ANSWER, Meaning.SERVICE, Meaning.IN_PERSON}:
            return Intent(Meaning(name), text=title, is_pressed=True)
        return self.read_text(title or choice)


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
