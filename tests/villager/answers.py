"""What somebody says to a question: the value that they know, as people write it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from deploy.local.applications import today
from deploy.local.chat import NO as BUTTON_NO
from deploy.local.chat import YES as BUTTON_YES
from deploy.local.chat import said
from tests.villager.habits import JAVANESE_NO, JAVANESE_YES, NO, YES, Habit, spoilt
from tests.villager.people import Person
from tests.villager.reading import Heard, Question

_GROUPED: Final = re.compile(r"(\d{4})(?=\d)")
_MONTHS: Final = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
_SLIPS: Final = 0.5  # share of answers in which somebody who makes slips makes one
_PRESSED: Final = 0.6  # share of answers that are pressed where there is a button


class Answers:
    """What a person knows. How often something was asked before makes them write more carefully."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._form = person.application.catalogued.form
        self._values = self._form.values(person.application.answers)
        self._rows: dict[str, int] = {}

    def text(self, heard: Heard, question: Question, times: int) -> str:
        """Return what they type; `times`: how often they answered it already."""
        if question.asks_more:
            return self._yes_or_no(self._rows.get(question.field.name, 0) < len(self._group(question)), times)
        value = self._value(question, heard.row)
        if question.field.type == "yes_no" and value is not None:
            return self._yes_or_no(value, times)
        plain = said(question.field, value).text
        if times or value is None:
            return plain
        if question.field.type == "choice":
            return self._choice(heard, plain)
        return self._as_people_write(question.field.type, value, plain)

    def pressed(self, heard: Heard, text: str) -> str | None:
        """Return the id of what is offered with that title, where they press rather than type."""
        found = next((choice for choice, title in heard.choices.items() if title == text), None)
        return found if found is not None and self._person.rng.random() < _PRESSED else None

    def given(self, question: Question, row: int) -> None:
        """Remember that a row was told about."""
        if question.group is not None:
            self._rows[question.group.name] = max(self._rows.get(question.group.name, 0), row + 1)

    def both_numbers(self) -> str:
        """Return the long numbers in one message, as they stand on a card; who has no NIK yet has one number, or none."""
        known = {"NIK": self._values.get("nik"), "no KK": self._values.get("kk_number")}
        return " ".join(f"{name} {number}" for name, number in known.items() if number) or "belum punya NIK"

    def documents(self) -> Sequence[str]:
        """Return the fields that a photo answers, in the order of the form."""
        return [field.name for field in self._form.asked(self._values, today()) if field.is_document]

    def _group(self, question: Question) -> Sequence[Mapping[str, Any]]:
        group = question.group or question.field
        rows: Sequence[Mapping[str, Any]] = self._values.get(group.name, ())
        return rows

    def _value(self, question: Question, row: int) -> Any:
        if question.group is None:
            return self._values.get(question.field.name)
        rows = self._group(question)
        return rows[row].get(question.field.name) if row < len(rows) else None

    def _yes_or_no(self, value: object, times: int) -> str:
        if times:
            return BUTTON_YES if value else BUTTON_NO
        if Habit.JAVANESE in self._person.habits:
            return self._person.rng.choice(JAVANESE_YES if value else JAVANESE_NO)
        return self._person.rng.choice((BUTTON_YES, *YES) if value else (BUTTON_NO, *NO))

    def _choice(self, heard: Heard, label: str) -> str:
        person = self._person
        number = re.search(rf"^(\d+)\. {re.escape(label)}$", heard.text, re.MULTILINE)
        if number and (Habit.NUMBERS in person.habits or person.rng.random() < _SLIPS):
            return number.group(1)
        return spoilt(label, person.rng) if Habit.TYPOS in person.habits and person.rng.random() < _SLIPS else label.lower()

    def wrong_number(self, question: Question, row: int) -> str:
        """Return a long number with a digit too few."""
        return str(self._value(question, row))[:-1]

    def _as_people_write(self, kind: str, value: Any, plain: str) -> str:
        ways: tuple[str, ...] = (plain,)
        if isinstance(value, date):
            month = _MONTHS[value.month - 1]
            ways = (
                plain,
                f"{value.day} {month.lower()} {value.year}",
                f"{value:%d/%m/%Y}",
                f"{value:%d-%m-%y}",
                f"tanggal {value.day} {month} {value.year}",
            )
        elif kind in ("nik", "kk_number"):
            ways = (plain, plain, _GROUPED.sub(r"\1 ", plain), f"nomornya {plain}")
        elif kind == "time":
            ways = (plain, plain.replace(".", ":"), f"jam {plain}", f"pukul {plain} wib")
        elif kind == "person_name":
            ways = (plain, plain.lower(), plain.title())
        elif kind == "regency":
            ways = (plain, plain.lower(), plain.replace("Kabupaten", "kab"))
        elif kind == "number":
            ways = (plain, f"{value}", f"{value} pak")
        return self._person.rng.choice(ways)
