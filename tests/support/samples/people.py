"""Whom applications are about: people of the sample register, others for each kind of application."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeAlias

from deploy.local.applications import Application, Picked, today
from deploy.local.stack import PEOPLE, Stack

Row = dict[str, str]
ADULT_AGE: Final = 20
SCHOOL_AGE, LEAVING_AGE = 5, 16  # in which somebody has a KIA with a photo, today and on the next days too
CHILD, HEAD = "ANAK", "KEPALA KELUARGA"


@dataclass(frozen=True)
class Sample:
    """People for whom something can be asked: those that are picked by kind of request, and families of whom nothing else is asked."""

    picked: Mapping[str, Sequence[Picked]]
    grown: list[list[Row]]
    """Families with a grown child who is single and can leave."""
    alone: list[list[Row]]
    """Families of one."""
    young: list[list[Row]]
    """Families with a child who is five and not yet sixteen, and nobody of whom `grown` or `unrecorded` tells."""
    unrecorded: list[list[Row]]
    """Couples of 30 to 54 with a child under 17 whose marriage is not recorded; `recorded`: whose is, and of whom `young` does not tell."""
    recorded: list[list[Row]]
    at_court: list[list[Row]]
    """Couples with a young child, and nobody who can leave; those of whom courts decide are taken from the end."""
    at_court_alone: list[list[Row]]
    """Couples whose marriage is not recorded, alone on their card."""

    @classmethod
    def of(cls, stack: Stack, picked: Mapping[str, Sequence[Picked]] | None = None) -> Sample:
        """Read the register of a stack; `picked`: others than those that it picked by itself."""
        picked = picked or stack.people()
        taken = {each["kk_number"] for of_kind in picked.values() for each in of_kind}
        taken_niks = {witness["nik"] for family in picked["akta_lahir"] for witness in family["witnesses"]}
        with stack.register.open(encoding="utf-8", newline="") as lines:
            families = [list(rows) for _, rows in groupby(csv.DictReader(lines), key=lambda row: row["kk_number"])]
        free = [rows for rows in families[:-PEOPLE] if rows[0]["kk_number"] not in taken and not taken_niks & {row["nik"] for row in rows}]
        unrecorded, recorded = ([rows for rows in free if young(rows, each)] for each in ("KAWIN BELUM TERCATAT", "KAWIN TERCATAT"))
        stay = [rows for rows in free if not grown(rows) and is_couple(rows)]
        return cls(
            picked=picked,
            grown=[rows for rows in free if grown(rows)],
            alone=[rows for rows in free if len(rows) == 1],
            young=[rows for rows in free if not grown(rows) and at_school(rows) and rows not in unrecorded],
            unrecorded=unrecorded,
            recorded=[rows for rows in recorded if not at_school(rows)],
            at_court=[rows for rows in stay if minors(rows)],
            at_court_alone=[rows for rows in stay if not rows[2:] and rows[0]["marital"] == "KAWIN BELUM TERCATAT"],
        )


Made: TypeAlias = Callable[[Sample, int], Application]
"""Makes the application of whoever stands at a place in the list of its kind."""


@dataclass(frozen=True)
class Change:
    """What the register becomes: on what it rests, and how many of each effect there are at least."""

    basis: str
    effects: Mapping[str, int]


@dataclass(frozen=True)
class Kind:
    """How applications for a service are made, and what comes of them.

    `of`: the list that its people come from; `first`: who of it is a test's number 0. `products`: one for each document. `by_rules`:
    approved without an officer, where somebody vouches for the sender. `answer`: what an officer answers where no document follows.
    """

    of: str
    first: int
    made: Made
    products: tuple[str, ...]
    change: Change | None = None
    by_rules: bool = False
    answer: str = ""


def witnesses(sample: Sample, at: int) -> list[dict[str, str]]:
    """Return two witnesses as a form asks for them."""
    families = sample.picked["akta_lahir"]
    return [{"nik": each["nik"], "name": each["name"]} for each in families[at % len(families)]["witnesses"]]


def age(row: Row) -> int:
    """Return the age of a row of the register in full years."""
    born_on, day = date.fromisoformat(row["born_on"]), today()
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_couple(rows: list[Row]) -> bool:
    """Return whether a family is headed by a man whose wife stands beside him."""
    return len(rows) > 1 and rows[0]["relation"] == HEAD and rows[1]["relation"] == "ISTRI" and rows[0]["sex"] == "L"


def minors(rows: list[Row]) -> list[Row]:
    """Return the children of a family who are under age, as its card has them."""
    return [row for row in rows if row["relation"] == CHILD and row["marital"] == "BELUM KAWIN" and age(row) < ADULT_AGE - 4]


def grown(rows: list[Row]) -> Row | None:
    """Return the grown single child of a family whose head stays."""
    fit = (row for row in rows if row["relation"] == CHILD and row["marital"] == "BELUM KAWIN" and age(row) >= ADULT_AGE)
    return next(fit, None) if rows[0]["relation"] == HEAD else None


def young(rows: list[Row], marital: str) -> Row | None:
    """Return the youngest child, under 17, of a couple of adults who can adopt, and of whom nobody else has left."""
    if grown(rows) or [row["marital"] for row in rows[:2]] != [marital] * 2 or not all(30 <= age(row) < 54 for row in rows[:2]):
        return None
    children = [row for row in rows if row["relation"] == CHILD and age(row) < 16]
    return max(children, key=lambda row: row["born_on"], default=None)


def the_young(rows: list[Row]) -> Row:
    """Return the child of a couple that has one."""
    child = young(rows, rows[0]["marital"])
    if child is None:
        raise LookupError("this couple has no child under 17")
    return child


def at_school(rows: list[Row]) -> Row | None:
    """Return a child of the head who is five and not yet sixteen."""
    own = (row for row in rows if row["relation"] == CHILD and SCHOOL_AGE <= age(row) < LEAVING_AGE)
    return next(own, None) if rows[0]["relation"] == HEAD else None


def the_grown(rows: list[Row]) -> Row:
    """Return the grown single child of a family that has one."""
    child = grown(rows)
    if child is None:
        raise LookupError("nobody of this family can leave")
    return child


def days_ago(days: int) -> str:
    """Return a day of the past, as answers carry it."""
    return (today() - timedelta(days=days)).isoformat()
