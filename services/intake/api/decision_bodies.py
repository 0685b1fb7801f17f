"""The body of a decision, a model for each kind, made of its description (`shared/reference/decisions`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from types import GenericAlias, MappingProxyType
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model
from pydantic.json_schema import models_json_schema

from shared.reference.decision_kinds import DecisionKind, decision_kinds, person_fields
from shared.reference.forms import Field as FormField
from shared.reference.lists import code_list
from shared.typed import compact_number

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
VillageCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{10}$"), BeforeValidator(lambda code: compact_number(code) if isinstance(code, str) else code)
]
_TYPES: Final[Mapping[str, Any]] = MappingProxyType(
    {"nik": Digits, "kk_number": Digits, "phone": Digits, "person_name": Line, "text": Line, "date": date, "yes_no": bool, "number": int}
)
"""Type of a field -> what is sent; the type itself then says whether it makes sense."""


class PartyBody(BaseModel):
    """Whom a decision names and whose documents may follow, as the court wrote it."""

    nik: Digits
    name: Line
    birth_place: Line | None = None
    born_on: date | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    village_code: Annotated[VillageCode | None, Field(description="Kemendagri code of where the party lives now, ten digits")] = None
    kk_number: Digits | None = None
    occupation: Line | None = None
    phone: Digits | None = None


class PersonBody(BaseModel):
    """Whom a decision names by NIK and name alone."""

    nik: Digits
    name: Line


class CaseBody(BaseModel):
    """What every decision carries. Fields that are not known here are ignored."""

    model_config = ConfigDict(title="CourtDecision")

    decision_id: Annotated[Line, Field(description="The court's own reference; comes back in every callback")]
    court_code: Annotated[Line, Field(description="PA.Kab.Mn, …", examples=["PA.Kab.Mn"])]
    case_number: Annotated[Line, Field(examples=["40/Pdt.G/2026/PA.Kab.Mn"])]
    kind: Annotated[Line, Field(description=f"One of {', '.join(decision_kinds())}")]
    decided_on: date
    notified_on: Annotated[date | None, Field(description="When notice reached the party that was absent at the reading")] = None
    final_on: Annotated[date, Field(description="BHT, berkekuatan hukum tetap")]


@cache
def body_of(kind: str) -> type[CaseBody]:
    """Return the model of a kind's body; what every decision carries where there is no such kind."""
    known = decision_kinds().get(kind)
    if known is None:
        return CaseBody
    fields: dict[str, Any] = {each.name: _field(known, each) for each in known.own_fields}
    fields |= {name: (Any, None) for name in known.ruled if name not in fields} | {"kind": (Literal[kind], ...)}
    made = create_model(f"Decision_{kind}", __base__=CaseBody, __doc__=f"{known.name}: {known.about}.", **fields)
    made.model_config["title"] = kind
    made.model_rebuild(force=True)
    return made


def bodies_schema(path: str) -> dict[str, Any]:
    """Return what may be sent: one of the kinds, told by `kind`. Its parts stand in the schema itself, at this path of the document."""
    schema: dict[str, Any] = orjson.loads(_bodies_schema(path))  # its own: whoever puts it into a document may change it
    return schema


@cache
def _bodies_schema(path: str) -> bytes:
    ref = f"{path}/$defs/{{model}}"
    named, whole = models_json_schema([(body_of(kind), "validation") for kind in decision_kinds()], ref_template=ref)
    chosen = {kind: named[body_of(kind), "validation"]["$ref"] for kind in decision_kinds()}
    return orjson.dumps(
        {
            "title": "CourtDecision",
            "oneOf": [{"$ref": target} for target in chosen.values()],
            "discriminator": {"propertyName": "kind", "mapping": chosen},
            "$defs": whole["$defs"],
        }
    )


def _field(kind: DecisionKind, each: FormField) -> tuple[Any, Any]:
    is_left_out = each.may_be_left_out or each.name in kind.ruled
    default: Any = ... if not is_left_out else () if each.is_group and each.name not in kind.persons else None
    sent = _sent(kind, each)
    return Annotated[sent if default in (..., ()) else sent | None, Field(description=kind.labels[each.name])], default


def _sent(kind: DecisionKind, each: FormField) -> Any:
    if each.name in kind.persons:
        return PartyBody if len(each.fields) == len(person_fields("party")) else PersonBody
    if each.is_group:
        least, most = each.count
        rows: Any = GenericAlias(tuple, (_row(kind, each.name, each.fields), ...))
        return Annotated[rows, Field(min_length=least, max_length=most)]
    if each.choices:
        codes = code_list(each.choices).rows
        return Annotated[Line, Field(json_schema_extra={"enum": list(codes), "x-labels": dict(codes)})]
    return _TYPES[each.type]


def _row(kind: DecisionKind, group: str, fields: Sequence[FormField]) -> type[BaseModel]:
    rows: dict[str, Any] = {
        each.name: (Annotated[_TYPES[each.type] | None if each.optional else _TYPES[each.type], _labelled(kind, group, each)], _left(each))
        for each in fields
    }
    return create_model(f"{kind.id}_{group}", __base__=BaseModel, **rows)


def _labelled(kind: DecisionKind, group: str, each: FormField) -> Any:
    return Field(description=kind.labels[f"{group}.{each.name}"])


def _left(each: FormField) -> Any:
    return None if each.optional else ...
