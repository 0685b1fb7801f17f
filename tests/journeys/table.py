"""What journeys come to: a table by service, what went wrong, and a line of JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_HEAD: Final = ("what", "by", "questions", "answers", "seconds", "products", "register after", "")
_NUMBERS: Final = frozenset({"questions", "answers", "seconds"})


class Way(StrEnum):
    """How something is asked for."""

    CHAT = "chat"
    API = "API"
    COURT = "court"


@dataclass(frozen=True)
class Journey:
    """One journey that has ended. `trouble`: what went wrong, empty where nothing did.

    `questions`: what was asked for, documents and each row of a group included; `answers`: by chat the messages that the citizen wrote,
    greeting and confirmation included; by API the values and files that were given, by a court the values of its decision. `seconds`: from
    the first word to the last document.
    """

    what: str
    way: Way
    seconds: float
    questions: int = 0
    answers: int = 0
    products: tuple[str, ...] = ()
    register: str = ""
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it brought what it should."""
        return not self.trouble

    def told(self) -> str:
        """Return it in one line, as it is shown when it has ended."""
        return f"{self.what} by {self.way}: {self.trouble or 'ok'} ({self.seconds:.1f} s)"


def register_after(change: Mapping[str, Any] | None) -> str:
    """Return a change of the register in words: how many persons it had which effect on, which addresses, and on what it rests."""
    if change is None:
        return "as before"
    done = [f"{count} {effect}" for effect, count in sorted(change["effects"].items())]
    moved = [f"{change['addresses']} new address"] if change["addresses"] else []
    return f"{', '.join((*done, *moved))} ({change['basis']})"


def is_good(journeys: Sequence[Journey]) -> bool:
    """Return whether there were any, and each brought what it should."""
    return bool(journeys) and all(each.is_good for each in journeys)


def table(journeys: Sequence[Journey]) -> str:
    """Return a row for each journey, and one for all; what is the same as above it is not said again."""
    rows = [_HEAD, *_rows(journeys), _sum(journeys)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width) for name, cell, width in zip(_HEAD, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def troubles(journeys: Sequence[Journey]) -> Iterator[str]:
    """Yield what went wrong, journey by journey."""
    yield from (each.told() for each in journeys if not each.is_good)


def summary(journeys: Sequence[Journey]) -> dict[str, Any]:
    """Return the numbers."""
    return {
        "good": is_good(journeys),
        "journeys": len(journeys),
        "failed": [f"{each.what} by {each.way}" for each in journeys if not each.is_good],
        "documents": sum(len(each.products) for each in journeys),
        "longest_seconds": round(max((each.seconds for each in journeys), default=0.0), 1),
    }


def _rows(journeys: Sequence[Journey]) -> Iterator[tuple[str, ...]]:
    above = ""
    for each in journeys:
        numbers = (str(each.questions), str(each.answers)) if each.is_good else ("", "")
        end = "ok" if each.is_good else "FAILED"
        yield (
            each.what if each.what != above else "",
            each.way,
            *numbers,
            f"{each.seconds:.1f}",
            _counted(each.products),
            each.register,
            end,
        )
        above = each.what


def _sum(journeys: Sequence[Journey]) -> tuple[str, ...]:
    good = [each for each in journeys if each.is_good]
    numbers = (str(sum(each.questions for each in good)), str(sum(each.answers for each in good)))
    documents = f"{sum(len(each.products) for each in good)} documents"
    return "all", "", *numbers, f"{sum(each.seconds for each in journeys):.1f}", documents, "", f"{len(good)} of {len(journeys)} ok"


def _counted(products: Sequence[str]) -> str:
    return ", ".join(product if count == 1 else f"{product} x{count}" for product, count in Counter(products).items())
