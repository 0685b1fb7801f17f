"""I8: no personal data in logs. Values are looked up, not searched one by one: tens of thousands of people against megabytes of logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.chaos.findings import Finding

PROMISE: Final = "I8"
_DIGITS: Final = re.compile(r"[0-9]{7,}")  # shorter numbers lead to nobody
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[ .'-]+[^\W\d_]+)*")  # a name: words with what stands between them
_WORD: Final = re.compile(r"[^\W\d_]+")
_CASE: Final = re.compile(r"[0-9]+/[A-Za-z.]+/[0-9]{4}/[A-Za-z.]+")  # number of a court case or deed
_WAMID: Final = re.compile(r"wamid\.[A-Za-z0-9+/=]+")  # Meta's hold the phone number of the other side
_LONGEST_NAME: Final = 8  # words
_SHOWN: Final = 5  # findings per log and kind; the count says the rest


class Scanner:
    """Finds the load's people in lines."""

    def __init__(self, personal: Iterable[str]) -> None:
        self._numbers: set[str] = set()
        self._names: set[str] = set()
        self._texts: set[str] = set()
        for value in personal:
            digits = re.sub(r"[^0-9]", "", value)
            if len(digits) >= 7 and not re.search(r"[A-Za-z]", value.removeprefix("ID.")):
                self._numbers.add(digits)
            elif _CASE.fullmatch(value):
                self._texts.add(value.casefold())
            else:
                self._names.add(_plain(value))
        self._lengths = sorted({len(number) for number in self._numbers})
        self._words = min(_LONGEST_NAME, max((name.count(" ") + 1 for name in self._names), default=0))

    def kinds(self, line: str) -> Iterator[str]:
        """What kinds of personal data a line holds."""
        if any(self._has_number(run) for run in _DIGITS.findall(line)):
            yield "number"
        if self._names and any(self._has_name(run) for run in _WORDS.findall(line)):
            yield "name"
        if self._texts and any(text.casefold() in self._texts for text in _CASE.findall(line)):
            yield "case_number"
        if _WAMID.search(line):
            yield "message_id"

    def _has_number(self, run: str) -> bool:
        return any(run[start : start + length] in self._numbers for length in self._lengths for start in range(len(run) - length + 1))

    def _has_name(self, run: str) -> bool:
        words = [word.casefold() for word in _WORD.findall(run)]
        return any(
            " ".join(words[start : start + length]) in self._names
            for length in range(1, self._words + 1)
            for start in range(len(words) - length + 1)
        )


def check(personal: Iterable[str], logs: Iterable[Path]) -> Iterator[Finding]:
    """Read the logs, those moved aside too. Evidence is the place, never the line."""
    scanner = Scanner(personal)
    for log in logs:
        for file in (log, *sorted(log.parent.glob(f"{log.name}.*"))):
            if file.exists():
                yield from _file(scanner, file)


def _file(scanner: Scanner, file: Path) -> Iterator[Finding]:
    places: dict[str, list[int]] = {}
    with file.open(errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            for kind in scanner.kinds(line):
                places.setdefault(kind, []).append(number)
    for kind, found in places.items():
        yield Finding(PROMISE, "personal_data_in_log", {"log": file.name, "kind": kind, "lines": found[:_SHOWN], "count": len(found)})


def _plain(name: str) -> str:
    return " ".join(word.casefold() for word in _WORD.findall(name))
