"""How well phrases are understood: right at once, right among those offered, or sent wrong. Pure; `make recognition` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from services.intake.domain.understanding import Understood, is_sure, nearest

_KIND: Final = "."  # `help.cost` is a kind of `help`
_NONE: Final = "-"


class PhraseOutcome(IntEnum):
    """What became of one phrase, from the worst to the best."""

    WRONG = 0
    """Sure, and not what was wanted."""
    MISSED = 1
    OFFERED = 2
    RIGHT = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that people write, and what they want with it."""

    code: str
    text: str

    @classmethod
    def of_lines(cls, lines: Iterable[str]) -> tuple[Wanted, ...]:
        """Read `code<TAB>phrase`, a line each; the head line and empty lines are passed over.

        Raises:
            ValueError: a line has no tab.
        """
        rows = [line.rstrip("\r\n").split("\t") for line in lines if line.strip()]
        if any(len(row) < 2 for row in rows):  # noqa: PLR2004  a code and a phrase
            raise ValueError("a line is not code<TAB>phrase")
        return tuple(cls(row[0].strip(), row[1]) for row in rows if row[:2] != ["code", "phrase"])


@dataclass(frozen=True, slots=True)
class Recognition:
    """What became of a file of phrases. `confusions`: wanted, understood, how often; `missed`: phrases with what was made of them.

    `outcomes`: of each phrase, in their order.
    """

    phrases: int
    right: int
    offered: int
    wrong: int
    confusions: tuple[tuple[str, str, int], ...]
    missed: tuple[tuple[Wanted, str], ...]
    outcomes: tuple[PhraseOutcome, ...]

    def share(self, count: int) -> float:
        """Return a count as a share of all phrases, in percent."""
        return 100 * count / self.phrases if self.phrases else 0.0


def recognise(phrases: Iterable[Wanted], understand: Callable[[str], Understood]) -> Recognition:
    """Understand every phrase. `offered` counts those right at once too; `wrong`: sure, and not what was wanted.

    What is not the office's (`other`) is right where nothing is understood: the groups of services are shown then.
    """
    rows = tuple(phrases)
    confusions: Counter[tuple[str, str]] = Counter()
    outcomes: list[PhraseOutcome] = []
    missed: list[tuple[Wanted, str]] = []
    for phrase in rows:
        understood = understand(phrase.text)
        near, outcome = nearest(understood), judge(phrase.code, understood)
        outcomes.append(outcome)
        if outcome is not PhraseOutcome.RIGHT:
            missed.append((phrase, f"{'!' if outcome is PhraseOutcome.WRONG else '?'} {' '.join(near) or _NONE}"))
            if not near or not _fits(phrase.code, near[0]):
                confusions[phrase.code, near[0] if near else _NONE] += 1
    return Recognition(
        len(rows),
        outcomes.count(PhraseOutcome.RIGHT),
        outcomes.count(PhraseOutcome.RIGHT) + outcomes.count(PhraseOutcome.OFFERED),
        outcomes.count(PhraseOutcome.WRONG),
        tuple((want, got, times) for (want, got), times in confusions.most_common()),
        tuple(missed),
        tuple(outcomes),
    )


def judge(code: str, understood: Understood) -> PhraseOutcome:
    """Return what became of a phrase that means `code`."""
    near, sure = nearest(understood), is_sure(understood)
    if not near:
        return PhraseOutcome.RIGHT if code == "other" else PhraseOutcome.MISSED
    if _fits(code, near[0]) and sure:
        return PhraseOutcome.RIGHT
    if sure:
        return PhraseOutcome.WRONG
    return PhraseOutcome.OFFERED if any(_fits(code, meaning) for meaning in near) else PhraseOutcome.MISSED


def _fits(code: str, meaning: str) -> bool:
    return meaning == code or meaning.startswith(code + _KIND)
