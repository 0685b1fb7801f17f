"""A service's form: which fields are open, what is wrong with a body, and what travels. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Self

from shared.errors import FieldProblem
from shared.reference.forms.conditions import Condition, holds
from shared.reference.forms.field import Field as Field
from shared.reference.forms.field import GivenFile as GivenFile
from shared.reference.forms.field_type import Unclear
from shared.reference.forms.schema import schema_of
from shared.reference.lists import UsedFrom, code_list
from shared.values import Malformed

_MOST_NAMED: Final = 3  # values that are named to who sent one that is none
FormAnswers = Mapping[str, Any]
"""Values by field: of a group a tuple of rows, of a document a `GivenFile`."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a service in the order in which they are asked. `valid_from`: since when this version is asked with."""

    fields: tuple[Field, ...] = ()
    version: int = 1
    valid_from: date = date.min

    def __post_init__(self) -> None:
        _check(self.fields)

    def using(self, used_from: UsedFrom) -> Self:
        """Return the form as an installation asks it that uses versions of lists since these days."""
        return replace(self, fields=tuple(each.using(used_from) for each in self.fields))

    def get(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((each for each in self.fields if each.name == name), None)

    def asked(self, answers: FormAnswers, today: date) -> tuple[Field, ...]:
        """Return the fields that apply, going by the answers so far."""
        return asked(self.fields, answers, today)

    def kept(self, answers: FormAnswers, today: date) -> dict[str, Any]:
        """Return the answers to fields that apply: another answer to an earlier one may have closed some."""
        return {each.name: answers[each.name] for each in self.asked(answers, today) if each.name in answers}

    def read(self, raw: Mapping[str, Any], today: date) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
        """Return the values of a body's answers, and every problem, each named `answers.<field>`.

        A document is `{"file_id": …, "kind": …}`, or the id alone where the field takes one kind.
        """
        problems: list[FieldProblem] = []
        return _read(self.fields, raw, today, "answers.", problems), tuple(problems)

    def wire(self, answers: FormAnswers) -> dict[str, Any]:
        """Return the answers as they travel, without the documents: those are attachments."""
        return _wire(self.fields, answers)

    def values(self, wire: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of answers that travelled: checked before, so the day and the limits do not matter any more.

        A field that this version does not know stays as it came.
        """
        return _values(self.fields, wire)

    def schema(self, today: date) -> dict[str, Any]:
        """Return the JSON Schema of the answers, with `x-type`, `x-when` and `x-labels` for whoever draws a form.

        A field with a condition is never `required` in it: `read` knows when it is.
        """
        return schema_of(self.fields, today)


def asked(fields: Sequence[Field], answers: FormAnswers, today: date) -> tuple[Field, ...]:
    """Return those of some fields that apply. A field that does not apply can't open another one."""
    known: dict[str, Any] = {}
    found = []
    for each in fields:
        if holds(each.when, known, today):
            found.append(each)
            if each.name in answers:
                known[each.name] = answers[each.name]
    return tuple(found)


def _check(fields: Sequence[Field]) -> None:
    seen: dict[str, Field] = {}
    for each in fields:
        if each.name in seen:
            raise ValueError(f"field {each.name} is there twice")
        for part in each.when.parts if each.when else ():
            if part.field not in seen:
                raise ValueError(f"field {each.name}: its condition looks at {part.field}, which does not come before it")
            if wrong := _never(part, seen[part.field]):
                raise ValueError(f"field {each.name}: {part.field} is never {wrong}")
        seen[each.name] = each
        _check(each.fields)


def _never(condition: Condition, about: Field) -> str:
    """Return what a condition waits for in vain; "" where it can hold."""
    if not condition.values:
        return "" if about.type == "date" else "a date"
    known: Collection[Any] = {"choice": code_list(about.choices).rows if about.choices else (), "yes_no": (True, False)}.get(about.type, ())
    return ", ".join(str(value) for value in condition.values if value not in known)


def _read(fields: Sequence[Field], raw: Mapping[str, Any], today: date, path: str, problems: list[FieldProblem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    open_: list[str] = []
    for each in fields:
        if not holds(each.when, values, today):
            continue
        open_.append(each.name)
        given = raw.get(each.name)
        if given is None:
            if not each.may_be_left_out:
                problems.append(FieldProblem(f"{path}{each.name}", "document_missing" if each.is_document else "answer_missing"))
            continue
        try:
            values[each.name] = _value(each, given, today, f"{path}{each.name}", problems)
        except Malformed as malformed:
            problems.append(FieldProblem(f"{path}{each.name}", malformed.code, _nearest(each, malformed, today)))
    problems.extend(FieldProblem(f"{path}{name}", "answer_not_asked") for name in raw if name not in open_ and raw[name] is not None)
    return values


def _nearest(each: Field, malformed: Malformed, today: date) -> str:
    """Return which values come nearest to one that is none, for whoever sent it; "" where none can be named."""
    found = malformed.candidates if isinstance(malformed, Unclear) else ()
    named = ", ".join(f"{code} ({each.show(code, today)})" for code in found[:_MOST_NAMED])
    return f"nearest: {named}" if named else ""


def _value(each: Field, given: Any, today: date, path: str, problems: list[FieldProblem]) -> Any:
    if each.is_document:
        return _file(each, given)
    if not each.is_group:
        return each.read(given, today)
    if not isinstance(given, (list, tuple)) or not all(isinstance(row, Mapping) for row in given):
        raise Malformed("rows_expected")
    least, most = each.count
    if len(given) < least:
        raise Malformed("group_too_few")
    if len(given) > most:
        raise Malformed("group_too_many")
    return tuple(_read(each.fields, row, today, f"{path}[{number}].", problems) for number, row in enumerate(given))


def _file(each: Field, given: Any) -> GivenFile:
    match given:
        case str(file_id) if file_id and len(each.any_of) == 1:
            return GivenFile(file_id, each.any_of[0])
        case str():
            raise Malformed("document_kind_missing")
        case {"file_id": str(file_id), "kind": str(kind)} if file_id:
            if kind not in each.any_of:
                raise Malformed("document_kind_unknown")
            return GivenFile(file_id, kind)
        case {"file_id": str(file_id)} if file_id:
            return _file(each, file_id)
    raise Malformed("document_malformed")


def _wire(fields: Sequence[Field], answers: FormAnswers) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for each in fields:
        if each.name not in answers or each.is_document:
            continue
        value = answers[each.name]
        made[each.name] = [_wire(each.fields, row) for row in value] if each.is_group else each.kind.wire(value)
    return made


def _values(fields: Sequence[Field], wire: Mapping[str, Any]) -> dict[str, Any]:
    known = {each.name: each for each in fields}
    values: dict[str, Any] = {}
    for name, raw in wire.items():
        each = known.get(name)
        if each is None or each.is_document:
            values[name] = raw
        elif each.is_group:
            values[name] = tuple(_values(each.fields, row) for row in raw)
        else:
            values[name] = each.kind.value(raw)
    return values
