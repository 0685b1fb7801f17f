"""Habits of villagers: how they write, and what they do besides answering. All chance is drawn from a person's own seed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import Final


class Habit(StrEnum):
    """What somebody does in a chat; the words are those of a report."""

    TYPOS = "typing errors"
    JAVANESE = "Javanese"
    NUMBERS = "chooses by number"
    TOGETHER = "several answers in one message"
    PHOTO_FIRST = "a photo before anything else"
    ALBUM = "all photos at once"
    SAME_PHOTO = "the same photo twice"
    VOICE = "a voice message for an answer"
    WORDS_FOR_PHOTO = "words instead of a photo"
    QUESTIONS = "asks something in the middle"
    ANOTHER_WISH = "another wish in the middle"
    MISFITS = "answers that do not fit"
    SILENCE = "is silent for a while, then greets"
    REACTION = "reacts with a thumb"
    GOES_BACK = "goes back"
    CHANGES = "changes an answer in the summary"
    EDITS = "mends a message by editing it"
    RETURNED = "a photo that the office returns"
    WANTS_HUMAN = "asks for a human"
    GIVES_UP = "gives up"
    ELSEWHERE = "wants what only the counter does"


LAST: Final = frozenset({Habit.RETURNED, Habit.WANTS_HUMAN, Habit.GIVES_UP, Habit.ELSEWHERE})
"""Habits that say how it ends: one at most."""
OF_PHOTOS: Final = frozenset({Habit.PHOTO_FIRST, Habit.ALBUM, Habit.SAME_PHOTO, Habit.WORDS_FOR_PHOTO, Habit.RETURNED})
"""Habits of those who are asked for a photo."""
_HOW_MANY: Final = (0, 1, 2)  # habits beside the first
_WEIGHTS: Final = (2, 3, 1)

QUESTIONS: Final = (
    "berapa biayanya?",
    "jam berapa kantor buka?",
    "alamat kantornya dimana pak?",
    "berapa lama jadinya?",
    "boleh diwakilkan tidak?",
    "mbayar pinten nggih?",
    "syaratnya apa saja",
    "bantuan",
    "status",
)
OTHER_WISHES: Final = {
    "ktp_rusak": ("ktp istri saya juga rusak", "sekalian ktp saya patah"),
    "kk_hilang": ("kk saya juga hilang", "oh ya kk orang tua saya juga hilang"),
    "akta_lahir": ("anak saya juga belum punya akta lahir", "sekalian mau bikin akta kelahiran"),
}
"""Other services and how they are wished for, by code."""
MISFITS: Final = ("besok saya tanyakan dulu", "pokoknya yang di kartu itu", "lupa mas", "123", "asdfgh")
INSTEAD_OF_PHOTO: Final = ("fotonya nanti ya pak", "sudah saya kirim kemarin", "kamera hp saya rusak")
GREETINGS: Final = ("Halo", "assalamualaikum", "selamat pagi", "permisi pak", "P")
JAVANESE_GREETINGS: Final = ("kulo nuwun", "sugeng enjing pak", "nuwun sewu")
AT_THE_COUNTER: Final = ("legalisir kk", "cap legalisir akta lahir", "fotocopy kk mau dilegalisir", "legalisir ktp untuk daftar polri")
YES, NO = ("ya", "iya pak", "betul"), ("tidak", "enggak", "gak ada")
JAVANESE_YES, JAVANESE_NO = ("nggih", "inggih pak"), ("mboten", "dereng")
FOR_HUMAN: Final = ("petugas", "mau bicara dengan petugas", "minta petugas")
CONFIRMING: Final = ("KIRIM", "kirim", "ya", "sudah benar")
JAVANESE_CONFIRMING: Final = ("nggih pak", "sampun leres")
_NEIGHBOURS: Final = {"a": "s", "e": "r", "i": "o", "u": "i", "n": "m", "t": "r", "k": "l", "g": "h"}
_LEAST_SPOILT: Final = 5  # letters: nobody knows again what a shorter word was


def drawn(rng: Random, first: Habit) -> frozenset[Habit]:
    """Draw somebody's habits; `first` is one of them in any case, and none of the others says how it ends."""
    found = [first, *rng.sample([habit for habit in Habit if habit not in LAST], rng.choices(_HOW_MANY, _WEIGHTS)[0])]
    return frozenset(found)


def spoilt(text: str, rng: Random) -> str:
    """Return a text with one slip of the finger in one of its longer words; as it was where it has none."""
    words = [match for match in re.finditer(r"[a-z]+", text, re.IGNORECASE) if len(match.group()) >= _LEAST_SPOILT]
    if not words:
        return text
    word = rng.choice(words)
    at = word.start() + rng.randrange(1, len(word.group()) - 1)
    left, letter, right = text[:at], text[at], text[at + 1 :]
    slips: Sequence[str] = (right, letter + letter + right, _NEIGHBOURS.get(letter, letter) + right, right[:1] + letter + right[1:])
    return left + rng.choice(slips)
