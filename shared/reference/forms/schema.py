"""The JSON Schema of answers, with what a form is drawn with: `x-type`, `x-when`, `x-labels`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.reference.forms.field import Field


def schema_of(fields: Sequence[Field], today: date) -> dict[str, Any]:
    """Return the schema of the answers to some fields. One with a condition is never `required` in it: reading knows when it is."""
    return {
        "type": "object",
        "properties": {each.name: {**_schema_of(each, today), **_drawn(each, today)} for each in fields},
        "required": [each.name for each in fields if each.when is None and not each.may_be_left_out],
        "additionalProperties": False,
    }


def _drawn(each: Field, today: date) -> dict[str, Any]:
    """Return what a form is drawn with beside the schema: the type, the condition, the words of a choice."""
    drawn: dict[str, Any] = {"x-type": each.type}
    if each.when is not None:
        drawn["x-when"] = each.when.row()
    if each.choices:
        drawn["x-labels"] = dict(each.codes(today).rows)
    return drawn


def _schema_of(each: Field, today: date) -> Mapping[str, Any]:
    if each.is_group:
        return {"type": "array", "minItems": each.count[0], "maxItems": each.count[1], "items": schema_of(each.fields, today)}
    if each.is_document:
        kind = {"type": "string", "enum": list(each.any_of)}
        needed = ["file_id", "kind"] if len(each.any_of) > 1 else ["file_id"]
        return {"type": "object", "properties": {"file_id": {"type": "string", "minLength": 1}, "kind": kind}, "required": needed}
    return each.kind.schema(each.setup(today))
