"""Words that the office adds to what the chat understands, and takes back."""

from __future__ import annotations

from dataclasses import replace

from services.intake.domain.assistance import ChatOfficer
from services.intake.domain.word_book import AddedWord, WordBook
from services.intake.domain.words import plain
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound


async def add_word(tx: Tx, deps: Deps, wanted: AddedWord, officer: ChatOfficer) -> WordBook:
    """Add a word, tried once more against the words that are there now.

    Raises:
        DomainError: `word_refused`; `about.refusal` says why.
    """
    book = await tx.word_book()
    word = replace(wanted, by=officer.staff_id, by_name=officer.name, at=deps.clock())
    trial = await deps.words.attempt(book, word)
    if trial.refusal is not None:
        raise DomainError("word_refused", "The word would not make what people write better understood.", {"refusal": trial.refusal})
    book = book.having(word)
    tx.save_word_book(book)
    return book


async def take_back_word(tx: Tx, phrase: str) -> WordBook:
    """Take a word out of the book.

    Raises:
        NotFound: `word_not_found`.
    """
    book = await tx.word_book()
    if plain(phrase) not in book.words:
        raise NotFound("word_not_found", "There is no such word.")
    book = book.without(phrase)
    tx.save_word_book(book)
    return book
