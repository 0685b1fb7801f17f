"""How what people write is matched with the rows of a code list: the code that is meant, else the nearest ones, to be asked about. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Self, TypeAlias

from shared.typed import without_marks

Words: TypeAlias = tuple[str, ...]

_PARTS: Final = re.compile(r"/| atau ")
_WORDS: Final = re.compile(r"\b(?:ab|[abo])(?: rh| rhesus)? ?[+-](?![a-z0-9])|[a-z0-9]+")  # the sign of a rhesus belongs to its letter
_RHESUS: Final = re.compile(r" (?:rh(?:esus)?)?")
_MOST_WORDS: Final = 6  # of an answer in which a label or word may stand among others; what is longer is a story
_NOT: Final = frozenset(("bukan", "tidak", "belum", "tdk", "ora", "mboten", "durung"))
_MOST_LETTERS: Final = 120  # of a text of which the nearest rows are sought: a program may send a whole book
_ADDRESSES: Final = frozenset(("pak", "bu", "mas", "mbak"))
_LITTLE: Final = frozenset(("di", "ke", "yang", "dan", "saja", "apa", "masih", "jadi", "dadi", "punya", "buka"))
_BLOOD: Final = frozenset(("golongan", "gol", "darah", "darahnya", "darahku"))
_WORK: Final = frozenset(("kerja", "kerjanya", "pekerja"))
_BESIDE: Final = _NOT | _ADDRESSES | _LITTLE | _BLOOD | _WORK  # words that bring no row nearer
_PLACE_DIGITS: Final = 4  # Python reads no number of thousands of digits
_LEAST_LETTERS: Final = 4  # of a word that may be the beginning of another one
_BEGINNING: Final = 0.6  # and the least share of that other one
_ALIKE: Final = 0.8  # share of letters by which a mistyped word is still known
_TYPO_LETTERS: Final = 5  # of a word in which a mistyped letter is forgiven
_TYPOS: Final = 2  # letters more or fewer that a typing error makes
_LESS: Final = 0.75  # what a word counts that is only like another one
_MOST_ALIKE: Final = 3  # rows that are named where nothing is near
_GENERAL: Final = "~"  # before a phrase that counts only where no other is known: `karyawan` in `karyawan PLN`
_REMEMBERED: Final = 4096  # labels, parts and phrases of the lists; some hundreds


@dataclass(frozen=True, slots=True)
class Phrases:
    """What people write for codes: pairs of phrase and code. `general`: those that count only where no other one is there."""

    pairs: tuple[tuple[str, str], ...] = ()
    general: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Mapping[str, Iterable[str]]) -> Self:
        """Read the phrases of a list: code -> phrases, the general ones with a `~`."""
        written = [(" ".join(words_of(phrase)), code, phrase.startswith(_GENERAL)) for code, phrases in rows.items() for phrase in phrases]
        pairs = tuple((phrase, code) for phrase, code, _ in written)
        return cls(pairs, frozenset(phrase for phrase, _, general in written if general))

    def only(self, codes: Collection[str]) -> Self:
        """Return the phrases of some codes."""
        return type(self)(tuple((phrase, code) for phrase, code in self.pairs if code in codes), self.general)


def words_of(text: str) -> Words:
    """Return the words of a text in their plain form."""
    return tuple(_RHESUS.sub("", word) for word in _WORDS.findall(without_marks(text).casefold()))


_data_words = lru_cache(maxsize=_REMEMBERED)(words_of)  # of the lists' own words alone, never of what people write


def find(text: str, rows: Mapping[str, str], phrases: Phrases) -> str | None:
    """Return the code that is meant; None where none is, or more than one may be."""
    word = "".join(words_of(text))
    if word.isdecimal() and len(word) <= _PLACE_DIGITS and 0 < int(word) <= len(rows):
        return list(rows)[int(word) - 1]
    whole = next((code for code, label in rows.items() if word in (_plain(code), _plain(label))), None)
    parted = [code for code, label in rows.items() if word in map(_plain, _PARTS.split(label))]
    if whole or len(parted) == 1:
        return whole or parted[0]
    inside, is_general = _inside(text, rows, phrases)
    return inside[0] if len(inside) == 1 and not is_general else None


def near(text: str, rows: Mapping[str, str], phrases: Phrases) -> tuple[str, ...]:
    """Return the codes whose words come near to those of the text, the nearest first.

    A word that few rows have weighs more than one that many have; what comes less than half as near as the nearest is left out.
    """
    text = text[:_MOST_LETTERS]
    inside, _ = _inside(text, rows, phrases)
    known = [(set(_data_words(label)), code) for code, label in rows.items()]
    known += [(set(_data_words(phrase)), code) for phrase, code in phrases.pairs]
    holders = Counter(word for word, _ in {(word, code) for words, code in known for word in words})
    said = [word for word in words_of(text) if word not in _BESIDE and word not in phrases.general]
    likeness = {(each, word): _likeness(each, word) / count for each in said for word, count in holders.items()}
    nearness = dict.fromkeys(inside, 1.0)
    for words, code in known:
        weight = sum(max((likeness[each, word] for word in words), default=0.0) for each in said)
        nearness[code] = max(nearness.get(code, 0.0), weight)
    most = max(nearness.values(), default=0.0)
    places = {code: place for place, code in enumerate(rows)}
    kept = [code for code, weight in nearness.items() if weight and weight * 2 >= most]
    return tuple(sorted(kept, key=lambda code: (-nearness[code], places[code])))


def alike(text: str, rows: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes that are written most like a text, by their code or label."""
    word = "".join(words_of(text[:_MOST_LETTERS]))
    likeness = {code: max(SequenceMatcher(None, word, _plain(each)).ratio() for each in (code, label)) for code, label in rows.items()}
    return tuple(sorted(rows, key=lambda code: -likeness[code])[:_MOST_ALIKE])


def _inside(text: str, rows: Mapping[str, str], phrases: Phrases) -> tuple[Words, bool]:
    """Return the codes of what stands in a short answer, of several phrases the first: `sopir tangki Pertamina` drives.

    Of phrases that overlap the longest counts. A general one counts only where there is no other; whether it did, or a single letter,
    beside words that nobody knows comes second.
    """
    words = words_of(text)
    known = [(_data_words(part), code) for code, label in rows.items() for part in (label, *_PARTS.split(label))]
    known += [(_data_words(phrase), code) for phrase, code in phrases.pairs]
    found = [(place, phrase, code) for phrase, code in known if (place := _place(phrase, words)) is not None]
    found = [each for each in found if " ".join(each[1]) not in phrases.general] or found
    if len(words) > _MOST_WORDS or not found or _is_denied(words, [phrase for _, phrase, _ in found]):
        return (), False
    start, end = _first({(place, place + len(phrase)) for place, phrase, _ in found}, words)
    codes = tuple(dict.fromkeys(code for place, phrase, code in found if (place, place + len(phrase)) == (start, end)))
    beside = [word for word in (*words[:start], *words[end:]) if word not in _BESIDE]
    said = " ".join(words[start:end])
    return codes, bool(beside) and (said in phrases.general or len(said) == 1)


def _first(spans: Collection[tuple[int, int]], words: Words) -> tuple[int, int]:
    """Return the first of the places that remain where of two that overlap the one with more letters is kept."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (-len(" ".join(words[span[0] : span[1]])), span)):
        if all(start >= other_end or end <= other_start for other_start, other_end in kept):
            kept.append((start, end))
    return min(kept)


def _place(phrase: Words, words: Words) -> int | None:
    if not phrase or phrase[0] not in words:
        return None
    return next((place for place in range(len(words) - len(phrase) + 1) if words[place : place + len(phrase)] == phrase), None)


def _is_denied(words: Words, phrases: Collection[Words]) -> bool:
    return any(word in _NOT for word in words) and not any(word in _NOT for phrase in phrases for word in phrase)


def _likeness(said: str, word: str) -> float:
    """Return how much a word that was said is like one of a row: 1 the same, less where it begins alike or is mistyped, else 0."""
    if said == word:
        return 1.0
    shorter, longer = sorted((len(said), len(word)))
    if shorter >= max(_LEAST_LETTERS, _BEGINNING * longer) and (said.startswith(word) or word.startswith(said)):
        return _LESS
    if shorter < _TYPO_LETTERS or longer - shorter > _TYPOS:
        return 0.0
    likeness = SequenceMatcher(None, said, word).ratio()
    return likeness * _LESS if likeness >= _ALIKE else 0.0


def _plain(text: str) -> str:
    return "".join(_data_words(text))
