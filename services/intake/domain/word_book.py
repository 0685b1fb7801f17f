"""The words that the office adds to the lexicon at run time: what may be added, and what each would change. Pure.

A word is a phrase of the people with the meaning that it has, or one word that says the same as one that the lexicon knows: then it is
understood wherever that is. It counts only where no phrase of the project's own file (`phrases.tsv`),
and no other word of the book, is understood worse with it: a refusal names those that would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.recognition import PhraseOutcome, Recognition, Wanted, judge, recognise
from services.intake.domain.spelling import Speller
from services.intake.domain.understanding import Lexicon, understand
from services.intake.domain.words import plain

LONGEST: Final = 80  # characters of a word: what is longer is a story, and nobody writes the same story again
MOST_WORDS: Final = 500  # of the book: each is tried on every start and every change
_SHORTEST: Final = 3  # letters
_MOST_DIGITS: Final = 3  # of a word: four may be of a number of somebody, whatever stands between them


class WordRefusal(StrEnum):
    """Why a word does not count."""

    EMPTY = "empty"
    """It has fewer than three letters, or nothing but words that say nothing."""
    NUMBERS = "numbers"
    COMMAND = "command"
    """It is a command, or the name of a service: that is decided before the lexicon is asked."""
    ORDINARY = "ordinary"
    """One word that the lexicon has already: it stands in sentences about everything."""
    TWICE = "twice"
    FULL = "full"
    KNOWN = "known"
    """It is understood so already."""
    IN_VAIN = "in_vain"
    """Even with it, it would be understood as something else."""
    SEVERAL = "several"
    """It is to say the same as another word, and is more than one."""
    NO_WORD = "no_word"
    """It is to say the same as a word that the lexicon does not have."""
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class AddedWord:
    """A phrase that the office gave a meaning to, and by whom and when. `same_as`: the one word of which it is another, in its place."""

    phrase: str
    meaning: str
    by: str = ""
    by_name: str = ""
    at: datetime | None = None
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class WordBook:
    """All words that the office added, by their plain form. `version`: of what is stored; 0: nothing is."""

    words: Mapping[str, AddedWord] = field(default_factory=dict)
    version: int = 0

    def meanings(self) -> Mapping[str, str]:
        """Return the phrases with their meanings, as the lexicon takes them."""
        return {word.phrase: word.meaning for word in self.words.values() if not word.same_as}

    def synonyms(self) -> Mapping[str, str]:
        """Return the words that say the same as a word of the lexicon, each with that."""
        return {plain(word.phrase): plain(word.same_as) for word in self.words.values() if word.same_as}

    def having(self, word: AddedWord) -> WordBook:
        """Return the book with a word."""
        return replace(self, words={**self.words, plain(word.phrase): word})

    def without(self, phrase: str) -> WordBook:
        """Return the book without a word."""
        return replace(self, words={key: word for key, word in self.words.items() if key != plain(phrase)})

    def search(self, text: str) -> list[AddedWord]:
        """Return its words in the order of the alphabet; `text`: those with it alone."""
        sought = plain(text)
        return sorted((word for key, word in self.words.items() if sought in key), key=lambda word: word.phrase.casefold())

    def phrases(self) -> tuple[Wanted, ...]:
        """Return its words as phrases that must be understood."""
        return tuple(Wanted(meaning, phrase) for phrase, meaning in self.meanings().items())


@dataclass(frozen=True, slots=True)
class Trial:
    """A word tried: the recognition of the file before and with it, which phrases would be worse, and why it is refused."""

    word: AddedWord
    refusal: WordRefusal | None = None
    before: Recognition | None = None
    after: Recognition | None = None
    worse: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """What a word is tried with: the file's phrases, how a lexicon is made of a book, and what is decided before the lexicon is asked."""

    phrases: Sequence[Wanted]
    lexicon: Callable[[WordBook], Lexicon]
    is_taken: Callable[[str], bool]

    def attempt(self, book: WordBook, word: AddedWord) -> Trial:
        """Try a word; nothing is changed by it."""
        refusal = self._refused_at_once(book, word)
        if refusal is not None:
            return Trial(word, refusal)
        without, having = self.lexicon(book), self.lexicon(book.having(word))
        phrases = (*self.phrases, *book.phrases())
        before = recognise(phrases, lambda text: understand(text, without))
        after = recognise(phrases, lambda text: understand(text, having))
        pairs = zip(phrases, before.outcomes, after.outcomes, strict=True)
        worse = tuple(phrase for phrase, was, became in pairs if became < was)
        return Trial(word, self._refused(word, without, having, worse), before, after, worse)

    def _refused_at_once(self, book: WordBook, word: AddedWord) -> WordRefusal | None:
        if sum(letter.isalpha() for letter in word.phrase) < _SHORTEST or len(word.phrase) > LONGEST:
            return WordRefusal.EMPTY
        if sum(letter.isdigit() for letter in word.phrase) > _MOST_DIGITS:
            return WordRefusal.NUMBERS
        if self.is_taken(word.phrase):
            return WordRefusal.COMMAND
        if plain(word.phrase) in book.words:
            return WordRefusal.TWICE
        return WordRefusal.FULL if len(book.words) >= MOST_WORDS else None

    def _refused(self, word: AddedWord, without: Lexicon, having: Lexicon, worse: Sequence[Wanted]) -> WordRefusal | None:
        said = [each for each in without.speller.read(word.phrase) if each not in without.idle]
        if not said:
            return WordRefusal.EMPTY
        if word.same_as:
            return _refused_as_synonym(word, without.speller) or (WordRefusal.WORSE if worse else None)
        if len(said) == 1 and said[0] in without.speller.known:
            return WordRefusal.ORDINARY
        if judge(word.meaning, understand(word.phrase, without)) is PhraseOutcome.RIGHT:
            return WordRefusal.KNOWN
        if judge(word.meaning, understand(word.phrase, having)) is not PhraseOutcome.RIGHT:
            return WordRefusal.IN_VAIN
        return WordRefusal.WORSE if worse else None


def _refused_as_synonym(word: AddedWord, speller: Speller) -> WordRefusal | None:
    """Return why a word can't be another one for what the lexicon knows. A word that it has already is never given another sense."""
    new, known = plain(word.phrase), speller.known.get(plain(word.same_as))
    if " " in new:
        return WordRefusal.SEVERAL
    if known is None:
        return WordRefusal.NO_WORD
    if new in speller.known:
        return WordRefusal.KNOWN if speller.known[new] == known else WordRefusal.ORDINARY
    return WordRefusal.KNOWN if speller.read(new) == (known,) else None
