"""How people spell: the words that a lexicon knows, found again behind affixes, slips of one letter, lost vowels and lost blanks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shared.typed import without_marks

_MAX_WORDS: Final = 120  # of one message that are read: a longer one says what it wants before
_MAX_LETTERS: Final = 40  # of a word that are read: no word is longer, and what is looked for in one grows with its square
_LEAST_SLIP: Final = 4  # letters of a word in which a slip is looked for; shorter ones are too like each other
_LEAST_SWAP: Final = 7  # letters of a word in which a consonant may be another one: `angkot` is not angkat
_VOWELS: Final = frozenset("aeiou")
_LEAST_SKELETON: Final = 3  # consonants of a word that lost its vowels: `hlg` is hilang, `kt` may be anything
_LEAST_STEM: Final = 3
_LEAST_JOINED: Final = 6  # letters of two words without the blank between them
_SHORT: Final = frozenset({"kk", "ktp", "kia", "nik", "ikd"})  # words that keep their meaning whatever is hung on them
_SUFFIXES: Final = (
    *("nipun", "aken", "ipun", "kan", "nya", "nye", "lah", "kah", "ane", "ake", "ke", "no"),
    *("pun", "ku", "mu", "an", "en", "in", "ne", "i", "e", "n", "q", "x"),
)  # of Indonesian and Javanese, the longest first
_PREFIXES: Final = (
    ("meng", ("", "k")), ("meny", ("s",)), ("mem", ("", "p")), ("men", ("", "t")), ("me", ("",)),
    ("peng", ("", "k")), ("peny", ("s",)), ("pem", ("", "p")), ("pen", ("", "t")), ("per", ("",)), ("pe", ("",)),
    ("nge", ("",)), ("ng", ("", "k")), ("ny", ("s", "c")), ("di", ("",)), ("ke", ("",)), ("ter", ("",)), ("ber", ("",)),
    ("se", ("",)), ("tak", ("",)), ("n", ("t", "")), ("m", ("p", "")),
)  # fmt: skip
"""Each with the letters that it may have swallowed: menghilangkan, mengirim (kirim), nyetak (cetak), nulis (tulis)."""
_REPEATED: Final = re.compile(r"(.)\1{2,}")
_TWICE: Final = re.compile(r"([a-z]{3,})2")
_WORD: Final = re.compile(r"[a-z]+2?|[0-9]+")


@dataclass(frozen=True, slots=True)
class Speller:
    """The words that are known, each with the one that it stands for, and how to find it when it is written otherwise.

    `phrases`: by their first word, several words that stand for one, the longest first.
    """

    known: Mapping[str, str]
    slips: Mapping[str, frozenset[str]]
    skeletons: Mapping[str, str]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]

    @classmethod
    def of(cls, same: Mapping[str, Iterable[str]], words: Iterable[str], exact: Mapping[str, str]) -> Speller:
        """Build the indexes over the known words.

        Args:
            same: A word, and the words and phrases that stand for it.
            words: Further words that stand for themselves.
            exact: Words that are known only as they are written: names of places are too like ordinary words.
        """
        known = {other: word for word, others in same.items() for other in (word, *others) if " " not in other}
        joined = [(tuple(other.split()), word) for word, others in same.items() for other in others if " " in other]
        for word in words:
            known.setdefault(word, word)
        places = {word: stands_for for word, stands_for in exact.items() if word not in known}
        for word in (part for parts, _ in joined for part in parts if part not in places):
            known.setdefault(word, word)
        slips: dict[str, set[str]] = {}
        skeletons: dict[str, set[str]] = {}
        for word, stands_for in known.items():
            if len(word) >= _LEAST_SLIP:
                for shorter in _with_slips(word):
                    slips.setdefault(shorter, set()).add(word)
                skeletons.setdefault(_skeleton(word), set()).add(stands_for)
        known |= places
        phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for parts, word in sorted(joined, key=lambda pair: -len(pair[0])):
            spelled = tuple(known[part] for part in parts)
            phrases.setdefault(spelled[0], []).append((spelled, word))
        return cls(
            known,
            {key: frozenset(words) for key, words in slips.items()},
            {bones: next(iter(words)) for bones, words in skeletons.items() if len(words) == 1 and len(bones) >= _LEAST_SKELETON},
            {first: tuple(each) for first, each in phrases.items()},
        )

    def read(self, text: str) -> tuple[str, ...]:
        """Return the words of a text as the lexicon writes them; one that it does not know stays as it is."""
        return self._joined([same for word in words_of(text) for same in self._same(word)])

    def exactly(self, text: str) -> tuple[str, ...]:
        """Return the words of the lexicon's own text: nothing in it is misspelled."""
        return self._joined([self.known.get(word, word) for word in text.split()])

    def _joined(self, words: list[str]) -> tuple[str, ...]:
        found: list[str] = []
        at = 0
        while at < len(words):
            there = (pair for pair in self.phrases.get(words[at], ()) if tuple(words[at : at + len(pair[0])]) == pair[0])
            parts, word = next(there, ((words[at],), words[at]))
            found.append(word)
            at += len(parts)
        return tuple(found)

    def _same(self, word: str) -> tuple[str, ...]:
        found = self.known.get(word)
        if found is None and not word.isdecimal():
            found = self._stem(word) or self._slip(word) or (self.skeletons.get(word) if _skeleton(word) == word else None)
        if found is None and len(word) >= _LEAST_JOINED - 1:
            return self._parted(word) or (word,)
        return (found or word,)

    def _stem(self, word: str) -> str | None:
        found = (self.known.get(stem) for stem in _stems(word) if len(stem) >= _LEAST_STEM or stem in _SHORT)
        return next((same for same in found if same is not None), None)

    def _slip(self, word: str) -> str | None:
        """Return the word that this is with one letter too many, too few, wrong, or changed with its neighbour."""
        if len(word) < _LEAST_SLIP:
            return None
        near = {
            known
            for key in _with_slips(word)
            for known in self.slips.get(key, ())
            if abs(len(known) - len(word)) <= 1 and _is_slip(known, word)
        }
        best = sorted(near, key=lambda known: (known[0] != word[0], abs(len(known) - len(word)), known))
        return self.known[best[0]] if best and (best[0][0] == word[0] or len(word) > _LEAST_SLIP) else None

    def _parted(self, word: str) -> tuple[str, ...]:
        """Return the two words that were written without a blank: `kkhilang`, `aktelahir`."""
        for cut in range(2, len(word) - 2):
            first, second = word[:cut], word[cut:]
            if (len(first) > 2 or first in _SHORT) and (len(second) > 2 or second in _SHORT):  # noqa: PLR2004  two letters are no word, but kk
                left, right = self.known.get(first), self.known.get(second)
                if left is not None and right is not None:
                    return left, right
        return ()


def words_of(text: str) -> list[str]:
    """Return the words of a text, in small letters, without marks; `syarat2` and `hilaaang` as `syarat` and `hilang`."""
    letters = _REPEATED.sub(r"\1", without_marks(text).casefold()).replace("'", "").replace("\u2019", "")  # noqa: RUF100
    return [_TWICE.sub(r"\1", word[:_MAX_LETTERS]) for word in _WORD.findall(letters)[:_MAX_WORDS]]


def _stems(word: str) -> Iterator[str]:
    shorter = [word, *(word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix))]
    yield from shorter[1:]
    for stem in shorter:
        for prefix, swallowed in _PREFIXES:
            if stem.startswith(prefix):
                yield from (f"{letter}{stem.removeprefix(prefix)}" for letter in swallowed)


def _with_slips(word: str) -> Iterable[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _is_slip(known: str, word: str) -> bool:
    """Return whether one change makes a word of the other: that two share a form with a letter less is not enough."""
    if len(known) != len(word):
        longer, shorter = sorted((known, word), key=len, reverse=True)
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    if len(known) < _LEAST_SWAP and not {*known} ^ {*word} <= _VOWELS:
        return False
    unlike = [at for at, (one, other) in enumerate(zip(known, word, strict=True)) if one != other]
    if len(unlike) == 2:  # noqa: PLR2004  two letters that changed places
        first, second = unlike
        return second == first + 1 and (known[first], known[second]) == (word[second], word[first])
    return len(unlike) <= 1


def _skeleton(word: str) -> str:
    return re.sub("[aeiou]", "", word)
