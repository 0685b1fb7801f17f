"""How well phrases are understood: right at once, right among those offered, or sent wrong. Pure; `make recognition` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from services.intake.domain.understanding import Understood, is_sure, nearest

_KIND: Final = "."  # `help.cost` is a kind of `help`
_NONE: Final = "-"


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
    """What became of a file of phrases. `confusions`: wanted, understood, how often; `missed`: phrases with what was made of them."""

    phrases: int
    right: int
    offered: int
    wrong: int
    confusions: tuple[tuple[str, str, int], ...]
    missed: tuple[tuple[Wanted, str], ...]

    def share(self, count: int) -> float:
        """Return a count as a share of all phrases, in percent."""
        return 100 * count / self.phrases if self.phrases else 0.0


def recognise(phrases: Iterable[Wanted], understand: Callable[[str], Understood]) -> Recognition:
    """Understand every phrase. `offered` counts those right at once too; `wrong`: sure, and not what was wanted.

    What is not the office's (`other`) is right where nothing is understood: the groups of services are shown then.
    """
    rows = tuple(phrases)
    confusions: Counter[tuple[str, str]] = Counter()
    right = offered = wrong = 0
    missed: list[tuple[Wanted, str]] = []
    for phrase in rows:
        understood = understand(phrase.text)
        near, sure = nearest(understood), is_sure(understood)
        hit = _fits(phrase.code, near[0]) if near else phrase.code == "other"
        right += hit and (sure or not near)
        offered += any(_fits(phrase.code, meaning) for meaning in near) if near and not sure else hit
        wrong += sure and not hit
        if not hit or (near and not sure):
            mark = "!" if sure else "?"
            missed.append((phrase, f"{mark} {' '.join(near) or _NONE}"))
            if not hit:
                confusions[phrase.code, near[0] if near else _NONE] += 1
    return Recognition(
        len(rows), right, offered, wrong, tuple((want, got, times) for (want, got), times in confusions.most_common()), tuple(missed)
    )


def _fits(code: str, meaning: str) -> bool:
    return meaning == code or meaning.startswith(code + _KIND)
