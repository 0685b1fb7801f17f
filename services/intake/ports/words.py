"""What people write that is not understood, and the words that the office adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.intake.domain.word_book import AddedWord, Trial, WordBook
from services.intake.domain.words import Vocabulary


@dataclass(frozen=True, slots=True)
class UnknownWording:
    """A wording that was not understood: how often, in how many chats, and since when until when."""

    wording: str
    times: int
    chats: int
    first_at: datetime
    last_at: datetime


class WordReader(Protocol):
    """Plain reads, outside any unit of work."""

    async def book(self) -> WordBook:
        """Return the words that the office added."""

    async def unknown(self, text: str, since: datetime, skip: int, limit: int) -> Sequence[UnknownWording]:
        """Return wordings that were not understood since then, the most frequent first; `text`: those with it alone."""


class LiveWords(Protocol):
    """The words that this process understands now. They are replaced as a whole; who reads a message reads it with one of them."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words as they are now."""

    async def refresh(self) -> None:
        """Take up what the office added or took back since."""

    async def attempt(self, book: WordBook, word: AddedWord) -> Trial:
        """Try a word against the file of phrases, without changing anything."""
