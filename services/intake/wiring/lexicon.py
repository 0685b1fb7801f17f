"""The lexicon of what people want, read from its template and from the catalogue at the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from services.intake.domain.recognition import Wanted
from services.intake.domain.spelling import Speller, words_of
from services.intake.domain.understanding import Lexicon, Rule
from shared.reference.catalogue import Catalogue
from shared.reference.regions import districts, regencies
from shared.values import HOME_REGENCY

_Pairs: TypeAlias = tuple[tuple[str, str], ...]

_FILE: Final = "lexicon.toml"
_PHRASES: Final = "phrases.tsv"
_KEPT: Final = 3  # the plain one, the one in use, and one that is tried
_OUT, _HERE = "luarkota", "sinikab"  # the words that names of places stand for
_CALLED: Final = 6.8  # weight of the words of a service's own file: they name it
_NAMES_IT: Final = "service."  # notion of a service's own words
_ORDINARY: Final = frozenset(
    {"batu", "buru", "ende", "selatan", "utara", "barat", "timur", "tengah", "kota", "kab", "kepulauan", "raya", "baru"}
)
"""Parts of names of places that are words of their own."""


def read_lexicon(
    folder: Path, catalogue: Catalogue, added: Mapping[str, str] | None = None, synonyms: Mapping[str, str] | None = None
) -> Lexicon:
    """Return the lexicon with the words of the catalogue's services.

    `added`: phrases that the office gave a meaning to; `synonyms`: words of the office, each with the one for which it stands.
    Of both what means nothing that there is, or says nothing any more, is passed over: a release may have changed the lexicon.

    Raises:
        OSError: the file can't be read.
        ValueError: a rule names a notion that has no words.
    """
    words = tuple((service.id, tuple(service.words)) for service in catalogue.services.values())
    return _lexicon(folder, words, tuple((added or {}).items()), tuple(sorted((synonyms or {}).items())))


@lru_cache(maxsize=_KEPT)
def _lexicon(folder: Path, of_services: tuple[tuple[str, tuple[str, ...]], ...], added: _Pairs, synonyms: _Pairs) -> Lexicon:
    document = _document(folder)
    things, events = _notions(document, "things"), _notions(document, "notions")
    rules = [Rule.of(meaning, text, float(weight)) for meaning, each in document["rules"].items() for text, weight in each.items()]
    named: dict[str, list[str]] = {code: [" ".join(words_of(word)) for word in words] for code, words in of_services}
    idle, speller = _split(document["idle"]), _speller(folder, synonyms)
    nothing = frozenset(word for each in idle for word in speller.exactly(each))
    for phrase, meaning in added:
        said = " ".join(word for word in speller.read(phrase) if word not in nothing)
        if said and meaning in document["rules"]:
            named.setdefault(meaning, []).append(said)
    names = {_NAMES_IT + code: words for code, words in named.items() if words}
    rules += [Rule.of(name.removeprefix(_NAMES_IT), name, _CALLED) for name in names]
    return Lexicon.of(speller, idle, names, things, events, rules, _split(document["of_service"]))


def _take_up(synonyms: Mapping[str, str], same: dict[str, list[str]], spelled: set[str]) -> None:
    """Put each new word beside the one that it stands for, where there is that one and the new word has no sense of its own."""
    known = {word: word for word in spelled} | {other: word for word, others in same.items() for other in (word, *others)}
    for word, other in synonyms.items():
        if other in known and word not in known:
            same.setdefault(known[other], []).append(word)


@cache
def _document(folder: Path) -> Mapping[str, Any]:
    """Return what the file says; it is read once, for a trial of a word makes two lexicons of it."""
    return tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))


@lru_cache(maxsize=_KEPT)
def _speller(folder: Path, synonyms: _Pairs) -> Speller:
    """Return how words are written; `synonyms`: those that the office added, each with the word that it stands for."""
    document = _document(folder)
    same, idle = {word: _split(others) for word, others in document["same"].items()}, _split(document["idle"])
    known = (*_notions(document, "things").values(), *_notions(document, "notions").values(), idle, _split(document["common"]))
    spelled = {word for texts in known for text in texts for word in text.split()}
    _take_up(dict(synonyms), same, spelled)
    return Speller.of(same, sorted(spelled), dict.fromkeys(_split(document["outside"]), _OUT) | dict(_places()))


def _notions(document: Mapping[str, Any], part: str) -> dict[str, list[str]]:
    return {name: _split(words) for name, words in document[part].items()}


def read_phrases(folder: Path) -> tuple[Wanted, ...]:
    """Return the phrases on which a change of the lexicon is tried."""
    return Wanted.of_lines((folder / _PHRASES).read_text(encoding="utf-8").splitlines())


def _split(words: str) -> list[str]:
    return [" ".join(word.split()) for word in words.split(",") if word.strip()]


def _places() -> Iterator[tuple[str, str]]:
    """Yield the names of other regencies and of the districts here, each a word that stands for where it is."""
    for regency in regencies().values():
        words = words_of(regency.name)[1:]
        if regency.code != HOME_REGENCY and words and words[0] not in _ORDINARY:
            yield words[0], _OUT
    for district in districts().values():
        yield words_of(district.name)[0], _HERE
    yield "madiun", _HERE
