"""A service's form: which fields are open, what is wrong with a body, and what travels. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from shared.errors import FieldProblem
from shared.reference.forms.conditions import Condition, holds
from shared.reference.forms.rules import NO_LIMITS, Limits
from shared.reference.forms.types import TYPES, FieldType, Setup
from shared.reference.lists import code_list
from shared.values import Malformed

GROUP: Final = "group"
DOCUMENT: Final = "document"
_KEYS: Final = frozenset(("name", "type", "when", "rules", "choices", "any_of", "count", "fields", "optional"))

FormAnswers = Mapping[str, Any]
"""Values by field: of a group a tuple of rows, of a document a `GivenFile`."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that answers a document field, and which of its kinds it shows."""

    file_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `any_of`: kinds of a document. `count`: least and most rows of a group. `fields`: of a row."""

    name: str
    type: str
    when: Condition | None = None
    limits: Limits = NO_LIMITS
    choices: str = ""
    any_of: tuple[str, ...] = ()
    count: tuple[int, int] = (1, 1)
    fields: tuple[Field, ...] = ()
    optional: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a field from a service's file.

        Raises:
            ValueError: a key, a type or a list that there is not.
            NotFound: `unknown_code_list`.
        """
        if unknown := set(row) - _KEYS:
            raise ValueError(f"field {row.get('name')}: no key {', '.join(sorted(unknown))}")
        if not {"name", "type"} <= set(row):
            raise ValueError(f"field {row.get('name')}: name or type missing")
        kind = row["type"]
        if kind not in TYPES and kind not in (GROUP, DOCUMENT):
            raise ValueError(f"field {row['name']}: no type {kind}")
        if (kind == DOCUMENT) != ("any_of" in row) or (kind == GROUP) != ("fields" in row) or (kind == "choice") != ("choices" in row):
            raise ValueError(f"field {row['name']}: any_of, fields and choices go with document, group and choice")
        if kind == "choice":
            code_list(row["choices"])
        return cls(
            name=row["name"],
            type=kind,
            when=Condition.of(row["when"]) if "when" in row else None,
            limits=Limits.of(row.get("rules", {})),
            choices=row.get("choices", ""),
            any_of=tuple(row.get("any_of", ())),
            count=tuple(row.get("count", (1, 1))),
            fields=tuple(map(cls.of, row.get("fields", ()))),
            optional=row.get("optional", False),
        )

    @property
    def is_document(self) -> bool:
        """Whether a file answers it."""
        return self.type == DOCUMENT

    @property
    def is_group(self) -> bool:
        """Whether rows of fields answer it."""
        return self.type == GROUP

    @property
    def kind(self) -> FieldType:
        """The type of a single value."""
        return TYPES[self.type]

    def setup(self, today: date) -> Setup:
        """Return what its type needs to know."""
        return Setup(today, self.limits, code_list(self.choices) if self.choices else None)

    def parse(self, text: str, today: date) -> Any:
        """Return the value that a person wrote.

        Raises:
            Malformed: with the code of what is wrong.
        """
        return self.kind.parse(text, self.setup(today))

    def show(self, value: Any, today: date) -> str:
        """Return a single value as it is shown to whoever gave it."""
        return self.kind.show(value, self.setup(today))


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a service in the order in which they are asked. `valid_from`: since when this version is asked with."""

    fields: tuple[Field, ...] = ()
    version: int = 1
    valid_from: date = date.min

    def __post_init__(self) -> None:
        _check(self.fields)

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
        """Return the JSON Schema of the answers."""
        return _schema(self.fields, today)


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
            if not each.optional and not (each.is_group and each.count[0] == 0):
                problems.append(FieldProblem(f"{path}{each.name}", "document_missing" if each.is_document else "answer_missing"))
            continue
        try:
            values[each.name] = _value(each, given, today, f"{path}{each.name}", problems)
        except Malformed as malformed:
            problems.append(FieldProblem(f"{path}{each.name}", malformed.code))
    problems.extend(FieldProblem(f"{path}{name}", "answer_not_asked") for name in raw if name not in open_ and raw[name] is not None)
    return values


def _value(each: Field, given: Any, today: date, path: str, problems: list[FieldProblem]) -> Any:
    if each.is_document:
        return _file(each, given)
    if not each.is_group:
        return each.kind.read(given, each.setup(today))
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


def _schema(fields: Sequence[Field], today: date) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {each.name: dict(_schema_of(each, today)) for each in fields},
        "required": [
            each.name for each in fields if each.when is None and not each.optional and not (each.is_group and each.count[0] == 0)
        ],
        "additionalProperties": False,
    }


def _schema_of(each: Field, today: date) -> Mapping[str, Any]:
    if each.is_group:
        return {"type": "array", "minItems": each.count[0], "maxItems": each.count[1], "items": _schema(each.fields, today)}
    if each.is_document:
        kind = {"type": "string", "enum": list(each.any_of)}
        return {"type": "object", "properties": {"file_id": {"type": "string"}, "kind": kind}, "required": ["file_id"]}
    return each.kind.schema(each.setup(today))


def documents(fields: Sequence[Field]) -> Iterator[Field]:
    """Yield the fields that files answer."""
    yield from (each for each in fields if each.is_document)
