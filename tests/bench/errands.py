"""What the benches ask for: bodies of requests, each for people of the sample register who have not asked before."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from deploy.local.applications import birth
from tests.bench.system import System

_FIRST_BORN_IN: Final = 1980  # of mothers: nobody older has a child now
_FIRSTS: Final = ("BAGUS", "CITRA", "DIMAS", "ENDAH", "FAJAR", "GALUH", "HANIF", "INTAN", "JOKO", "KIRANA")


class Errand(Protocol):
    """One kind of request."""

    service: str
    photos: Mapping[str, tuple[str, str]]
    """Field of the form -> what the photo shows, and its file among the demo's photos."""
    needs_officer: bool
    """Whether the rules leave it to a person."""

    def __init__(self, system: System) -> None:
        """Read the people of the system's register."""

    def answers(self) -> dict[str, Any]:
        """Return the answers of the next request, without the photos."""


class LostCard:
    """A family card was lost."""

    service = "kk_hilang"
    needs_officer = False
    photos: Mapping[str, tuple[str, str]] = {"surat_kehilangan": ("surat_kehilangan", "surat-polisi.jpg"), "ktp": ("ktp", "ktp.jpg")}

    def __init__(self, system: System) -> None:
        self._askers = system.askers

    def answers(self) -> dict[str, Any]:
        """Return those of the next one who asks."""
        asker = next(self._askers)
        return {"nik": asker.nik, "kk_number": asker.kk_number}


class Birth:
    """A couple has a child."""

    service = "akta_lahir"
    needs_officer = True
    photos: Mapping[str, tuple[str, str]] = {
        "surat_kelahiran": ("surat_kelahiran", "surat-polisi.jpg"),
        "buku_nikah": ("buku_nikah", "ktp.jpg"),
        "kk": ("kk", "ktp.jpg"),
    }

    def __init__(self, system: System) -> None:
        travelling = {person["nik"] for person in system.stack.people()["kk_hilang"]}
        with system.stack.register.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        families = [list(family) for _, family in itertools.groupby(rows, key=lambda row: row["kk_number"])]
        self._witnesses = [{"nik": family[0]["nik"], "name": family[0]["name"]} for family in families[-2:]]
        self._couples = self._married(families[:-2], travelling)
        self._named = itertools.count()

    def answers(self) -> dict[str, Any]:
        """Return those of the next couple."""
        father, mother = next(self._couples)
        number = next(self._named)
        family = {"father": father, "mother": mother, "kk_number": father["kk_number"], "children": [{}], "witnesses": self._witnesses}
        return dict(birth(family, f"{_FIRSTS[number % len(_FIRSTS)]} {father['name'].split()[-1]}").answers)

    @staticmethod
    def _married(families: list[list[dict[str, str]]], without: set[str]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield couples whose marriage is recorded, husband first.

        Raises:
            RuntimeError: all of them have a child by now.
        """
        for family in families:
            head = family[0]
            wife = next((row for row in family if row["relation"] == "ISTRI"), None)
            young = wife is not None and int(wife["born_on"][:4]) >= _FIRST_BORN_IN
            if wife is not None and young and head["marital"] == "KAWIN TERCATAT" and head["nik"] not in without:
                yield head, wife
        raise RuntimeError("every couple of the sample register has a child by now: give the system more families")
