"""I8: no personal data in logs. Values are looked up, not searched one by one: tens of thousands of people against megabytes of logs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.chaos.findings import Finding

PROMISE: Final = "I8"
_DIGITS: Final = re.compile(r"[0-9]{7,}")  # shorter numbers lead to nobody
_WORDS: Final = re.compile(r"[A-Za-z]+(?:[ .'-]+[A-Za-z]+)*")  # a name: words with what stands between them
_WORD: Final = re.compile(r"[A-Za-z]+")
_CASE: Final = re.compile(r"[0-9]+/[A-Za-z.]+/[0-9]{4}/[A-Za-z.]+")  # number of a court case or deed
_WAMID: Final = re.compile(r"wamid\.[A-Za-z0-9+/=]+")  # Meta's hold the phone number of the other side
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
                self._texts.add(value.lower())
            else:
                self._names.add(_plain(value))
        self._lengths = sorted({len(number) for number in self._numbers})
        self._beginnings: dict[str, set[int]] = {}  # first word of a name -> how many words such names have
        for name in self._names:
            self._beginnings.setdefault(name.partition(" ")[0], set()).add(name.count(" ") + 1)

    def kinds(self, line: str) -> Iterator[str]:
        """What kinds of personal data a line holds."""
        if any(self._has_number(run) for run in _DIGITS.findall(line)):
            yield "number"
        if not self._beginnings.keys().isdisjoint(_WORD.findall(line.lower())) and any(self._has_name(run) for run in _WORDS.findall(line)):
            yield "name"
        if self._texts and any(text.lower() in self._texts for text in _CASE.findall(line)):
            yield "case_number"
        if _WAMID.search(line):
            yield "message_id"

    def _has_number(self, run: str) -> bool:
        return any(run[start : start + length] in self._numbers for length in self._lengths for start in range(len(run) - length + 1))

    def _has_name(self, run: str) -> bool:
        words = _WORD.findall(run.lower())
        return any(
            " ".join(words[start : start + length]) in self._names
            for start, word in enumerate(words)
            for length in self._beginnings.get(word, ())
        )


class Reader:
    """Reads logs, and only what was added since the last time: a person's data is noted before anything about them is sent."""

    def __init__(self, logs: Iterable[Path]) -> None:
        self._logs = tuple(logs)
        self._read: dict[int, tuple[int, int]] = {}  # by inode, as a file that is moved aside stays the same: bytes and lines
        self._places: dict[tuple[str, str], list[int]] = {}

    def findings(self, personal: Iterable[str]) -> list[Finding]:
        """All that was found so far. Evidence is the place, never the line."""
        scanner = Scanner(personal)
        for log in self._logs:
            for file in (*sorted(log.parent.glob(f"{log.name}.*")), log):
                if file.exists():
                    self._scan(scanner, log.name, file)
        return [
            Finding(PROMISE, "personal_data_in_log", {"log": log, "kind": kind, "lines": found[:_SHOWN], "count": len(found)})
            for (log, kind), found in self._places.items()
        ]

    def _scan(self, scanner: Scanner, log: str, file: Path) -> None:
        with file.open("rb") as lines:
            inode = os.fstat(lines.fileno()).st_ino
            offset, number = self._read.get(inode, (0, 0))
            lines.seek(offset)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # it is being written
                offset, number = offset + len(line), number + 1
                for kind in scanner.kinds(line.decode(errors="replace")):
                    self._places.setdefault((log, kind), []).append(number)
            self._read[inode] = offset, number


def _plain(name: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(name))
