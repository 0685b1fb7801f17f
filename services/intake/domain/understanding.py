"""What somebody wants, out of their own words: things and events that a lexicon knows, and rules over them. Pure; no model, no learning.

The lexicon is data (`templates/lexicon.toml`, and `words` in the services' files). A text is read into words as the lexicon writes them
(`spelling`), words and phrases into notions (`kk`, `lost`), and each meaning gets the weight of its best rule over the notions that are
there. The weights become confidences that add up to less than one: what is left is the confidence that nothing known is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final, TypeAlias

from services.intake.domain.spelling import Speller

Understood: TypeAlias = tuple[tuple[str, float], ...]
"""Meanings with their confidence, the most likely first."""

SURE: Final = 0.65  # confidence from which one tap is asked for; measured: `make recognition`
NEAR: Final = 0.02  # and from which a meaning is worth a button
MOST_OFFERED: Final = 3  # buttons of a message
_NOTHING: Final = 3.0  # weight of "nothing known": what is below it is a guess
_FURTHER: Final = 0.6  # what each further rule that holds adds to the best one, at most three of them
_MOST_FURTHER: Final = 3
_NEAR_WORDS: Final = 5  # words within which notions belong together; in a story every further one costs
_PER_WORD: Final = 0.12
_PER_WORD_ALONE: Final = 0.2
_MOST_LOST: Final = 2.5
_NOT: Final = "!"
_ALSO: Final = "also"  # notion of a text that wants one thing and another: what is close to the best is then as likely
_CLOSE: Final = 3.0
_SAID_BEFORE: Final = 2.0  # what a notion costs that the talk before this text stands for


@dataclass(frozen=True, slots=True)
class Rule:
    """Notions that together mean something; `without`: not where one of these is there."""

    meaning: str
    notions: tuple[str, ...]
    without: tuple[str, ...]
    weight: float

    @classmethod
    def of(cls, meaning: str, text: str, weight: float) -> Rule:
        """Read `kk lost !akta`."""
        parts = text.split()
        needed = tuple(part for part in parts if not part.startswith(_NOT))
        return cls(meaning, needed, tuple(part.removeprefix(_NOT) for part in parts if part.startswith(_NOT)), weight)


@dataclass(frozen=True, slots=True)
class NotionPhrase:
    """Words in a row that stand for a notion."""

    words: tuple[str, ...]
    notion: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What a text is said into. `draft`: the service being asked for; `told`: the one told about last; `offered`: meanings offered last."""

    draft: str = ""
    told: str = ""
    offered: tuple[str, ...] = ()


NO_TALK: Final = Talk()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words, notions and rules, compiled. Phrases: by their first word, the longest first. `by_notion`: rules by their first notion.

    `of_service`: meanings that are questions about the service at hand, where there is one.
    """

    speller: Speller
    idle: frozenset[str]
    names: Mapping[str, tuple[NotionPhrase, ...]]
    things: Mapping[str, tuple[NotionPhrase, ...]]
    events: Mapping[str, tuple[NotionPhrase, ...]]
    by_notion: Mapping[str, tuple[Rule, ...]]
    by_meaning: Mapping[str, tuple[Rule, ...]]
    thing_names: frozenset[str]
    of_service: frozenset[str]

    @classmethod
    def of(
        cls,
        speller: Speller,
        idle: Iterable[str],
        names: Mapping[str, Iterable[str]],
        things: Mapping[str, Iterable[str]],
        events: Mapping[str, Iterable[str]],
        rules: Iterable[Rule],
        of_service: Iterable[str] = (),
    ) -> Lexicon:
        """Compile a lexicon: `idle`: words that say nothing; `names`, `things` and `events`: the words and phrases of each notion.

        Raises:
            ValueError: a rule names a notion that has no words; of a phrase only one word is left without the idle ones.
        """
        nothing = frozenset(word for each in idle for word in speller.exactly(each))
        by_notion: dict[str, list[Rule]] = {}
        by_meaning: dict[str, list[Rule]] = {}
        for rule in rules:
            if unknown := {*rule.notions, *rule.without} - {*names, *things, *events}:
                raise ValueError(f"notions without words: {', '.join(sorted(unknown))}")
            by_notion.setdefault(rule.notions[0], []).append(rule)
            by_meaning.setdefault(rule.meaning, []).append(rule)
        return cls(
            speller,
            nothing,
            _phrases(speller.read, nothing, names),
            _phrases(speller.exactly, nothing, things),
            _phrases(speller.exactly, nothing, events),
            {name: tuple(each) for name, each in by_notion.items()},
            {name: tuple(each) for name, each in by_meaning.items()},
            frozenset(things),
            frozenset(of_service),
        )

    def notions(self, text: str) -> tuple[Mapping[str, tuple[int, ...]], int]:
        """Return the notions of a text with their places, and how many words it has that say something.

        A long phrase hides the shorter ones in it; that of an event hides no thing, and the name of a service nothing.
        """
        words = [word for word in self.speller.read(text) if word not in self.idle]
        found: dict[str, list[int]] = {}
        for phrases in (self.names, self.things, self.events):
            at = 0
            while at < len(words):
                longest = _longest(phrases.get(words[at], ()), words, at)
                for phrase in longest:
                    found.setdefault(phrase.notion, []).append(at)
                at += max(1, len(longest[0].words) if longest else 1)
        return {notion: tuple(places) for notion, places in found.items()}, len(words)


def _longest(phrases: Iterable[NotionPhrase], words: Sequence[str], at: int) -> list[NotionPhrase]:
    found: list[NotionPhrase] = []
    for phrase in phrases:
        if found and len(phrase.words) < len(found[0].words):
            break
        if tuple(words[at : at + len(phrase.words)]) == phrase.words:
            found.append(phrase)
    return found


def _phrases(
    read: Callable[[str], tuple[str, ...]], idle: frozenset[str], notions: Mapping[str, Iterable[str]]
) -> Mapping[str, tuple[NotionPhrase, ...]]:
    found: dict[str, dict[NotionPhrase, None]] = {}
    for notion, texts in notions.items():
        for text in texts:
            words = read(text)
            said = tuple(word for word in words if word not in idle) or words
            if len(said) == 1 < len(words):
                raise ValueError(f"{notion}: only {said[0]} is left of {text}")
            found.setdefault(said[0], {})[NotionPhrase(said, notion)] = None
    return {first: tuple(sorted(each, key=lambda phrase: -len(phrase.words))) for first, each in found.items()}


def understand(text: str, lexicon: Lexicon, talk: Talk = NO_TALK) -> Understood:
    """Return what a text may mean, the most likely first; nothing where nothing known is in it.

    Args:
        text: What somebody wrote.
        lexicon: The words, with the catalogue's in it.
        talk: What it is said into: `yang ktp` chooses among what was offered, `syaratnya apa` asks about the service at hand, and
            `kalau hilang?` is about the thing of which was just spoken.
    """
    there, length = lexicon.notions(text)
    weights = _weights(there, lexicon, length)
    if not any(thing in there for thing in lexicon.thing_names):
        weights = _of_service(weights, there, lexicon, talk)
    weights |= _chosen(there, lexicon, talk.offered)
    best = max(weights.values(), default=0.0)
    if _ALSO in there:
        weights = {meaning: best if weight >= best - _CLOSE else weight for meaning, weight in weights.items()}
    total = exp(_NOTHING) + sum(map(exp, weights.values()))
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((meaning, exp(weight) / total) for meaning, weight in ranked)


def _of_service(weights: dict[str, float], there: Mapping[str, tuple[int, ...]], lexicon: Lexicon, talk: Talk) -> dict[str, float]:
    """Return the weights of a text that names no thing, where a service is at hand.

    Questions about it are about it. What happened, happened to the thing that was just spoken of, unless more than a guess was understood
    without that; while a form is filled it may be an answer, and is left alone.
    """
    service = talk.draft or talk.told
    asked = max((weights[meaning] for meaning in lexicon.of_service if meaning in weights), default=0.0)
    if asked and service:
        others = {meaning: weight for meaning, weight in weights.items() if meaning not in lexicon.of_service}
        return others | {service: max(asked, others.get(service, 0.0))}
    if not talk.told or max(weights.values(), default=0.0) > _NOTHING + _CLOSE:
        return weights
    rules = lexicon.by_meaning.get(talk.told, ())
    thing = next((name for rule in rules for name in rule.notions if name in lexicon.thing_names), None)
    return weights if thing is None else weights | _with_thing(there, lexicon, thing)


def _with_thing(there: Mapping[str, tuple[int, ...]], lexicon: Lexicon, thing: str) -> dict[str, float]:
    """Return the weights of meanings that a thing and what is there in the text have together."""
    rules = (rule for rule in lexicon.by_notion.get(thing, ()) if len(rule.notions) > 1)
    held: dict[str, float] = {}
    for rule in rules:
        if all(name in there for name in rule.notions[1:]) and not any(name in there for name in rule.without):
            held[rule.meaning] = max(held.get(rule.meaning, 0.0), rule.weight - _SAID_BEFORE)
    return held


def _chosen(there: Mapping[str, tuple[int, ...]], lexicon: Lexicon, offered: Sequence[str]) -> dict[str, float]:
    """Return the weights of meanings that were offered last, of which the text says a part: the rest was said before."""
    held: dict[str, float] = {}
    for meaning in offered:
        for rule in lexicon.by_meaning.get(meaning, ()):
            missing = [name for name in rule.notions if name not in there]
            if len(missing) < len(rule.notions) and not any(name in there for name in rule.without):
                held[meaning] = max(held.get(meaning, 0.0), rule.weight - _SAID_BEFORE * len(missing))
    return held


def is_sure(understood: Understood) -> bool:
    """Return whether the first meaning may be asked for with one tap."""
    return bool(understood) and understood[0][1] >= SURE


def nearest(understood: Understood) -> tuple[str, ...]:
    """Return the meanings that are worth a button."""
    return tuple(meaning for meaning, confidence in understood[:MOST_OFFERED] if confidence >= NEAR)


def _weights(there: Mapping[str, tuple[int, ...]], lexicon: Lexicon, length: int) -> dict[str, float]:
    held: dict[str, list[float]] = {}
    for notion in there:
        for rule in lexicon.by_notion.get(notion, ()):
            if all(name in there for name in rule.notions) and not any(name in there for name in rule.without):
                held.setdefault(rule.meaning, []).append(rule.weight - _far(rule, there, length))
    return {meaning: max(weights) + _FURTHER * min(len(weights) - 1, _MOST_FURTHER) for meaning, weights in held.items()}


def _far(rule: Rule, there: Mapping[str, tuple[int, ...]], length: int) -> float:
    """Return what a rule loses because its notions stand far from each other, or because it is one notion in a long story."""
    if len(rule.notions) == 1:
        return min(_MOST_LOST, _PER_WORD_ALONE * max(0, length - _NEAR_WORDS))
    spans = (max(min(abs(place - other) for other in there[name]) for name in rule.notions[1:]) for place in there[rule.notions[0]])
    return min(_MOST_LOST, _PER_WORD * max(0, min(spans) - _NEAR_WORDS))
