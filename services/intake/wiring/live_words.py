"""The words that a process understands: those of the templates, with what the office added since. Taken up without a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from services.intake.domain.forms import ServiceMenu
from services.intake.domain.understanding import Lexicon
from services.intake.domain.word_book import AddedWord, Bench, Trial, WordBook
from services.intake.domain.words import Meaning, Vocabulary
from services.intake.ports import WordReader
from services.intake.wiring.lexicon import read_lexicon, read_phrases
from services.intake.wiring.texts import read_vocabulary


class TemplateWords:
    """Implements `ports.LiveWords`: builds the lexicon in a thread, and replaces it as a whole."""

    def __init__(self, folder: Path, menu: ServiceMenu, reader: WordReader) -> None:
        self._folder = folder
        self._catalogue = menu.catalogue
        self._reader = reader
        self._vocabulary = read_vocabulary(folder / "words.toml", menu)
        self._version = 0
        self._bench = Bench(read_phrases(folder), self._lexicon, self._is_taken)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words as they are now."""
        return self._vocabulary

    async def refresh(self) -> None:
        """Take up what the office added or took back since."""
        book = await self._reader.book()
        if book.version == self._version:
            return
        lexicon = await asyncio.to_thread(self._lexicon, book)
        self._vocabulary, self._version = replace(self._vocabulary, lexicon=lexicon), book.version

    async def attempt(self, book: WordBook, word: AddedWord) -> Trial:
        """Try a word against the file of phrases, without changing anything."""
        return await asyncio.to_thread(self._bench.attempt, book, word)

    def _lexicon(self, book: WordBook) -> Lexicon:
        return read_lexicon(self._folder, self._catalogue, book.meanings(), book.synonyms())

    def _is_taken(self, phrase: str) -> bool:
        """Return whether a phrase is decided without the lexicon: a command, a number of the menu, somebody who asks for a person."""
        intent = self._vocabulary.read_text(phrase)
        return not intent.is_guess and intent.meaning is not Meaning.ANSWER
