"""The kinds of decisions as the clerk's page draws them, and the sentences for what the office answers: from the product's own lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import DecisionKind, decision_kinds
from shared.reference.forms import Field
from shared.reference.lists import code_list
from shared.reference.reasons import reasons


def forms(courts: Collection[CourtKind]) -> dict[str, Any]:
    """Return what the page needs: each kind that these courts send with its fields, and a sentence for each code of a refusal."""
    kinds = [kind for kind in decision_kinds().values() if kind.court in courts]
    return {
        "kinds": [{"id": kind.id, "name": kind.name, "fields": _fields(kind, kind.form.fields, "")} for kind in kinds],
        "labels": {name: label for kind in kinds for name, label in kind.labels.items()},
        "codes": {code: reason.text for code, reason in reasons().items()},
    }


def _fields(kind: DecisionKind, fields: Sequence[Field], path: str) -> list[Mapping[str, Any]]:
    return [_drawn(kind, each, f"{path}{each.name}") for each in fields]


def _drawn(kind: DecisionKind, each: Field, path: str) -> dict[str, Any]:
    drawn = {"name": each.name, "label": kind.labels[path], "type": each.type, "optional": each.may_be_left_out}
    if each.choices:
        drawn["choices"] = list(code_list(each.choices).rows.items())
    if each.is_group:
        drawn |= {"least": each.count[0], "most": each.count[1], "fields": _fields(kind, each.fields, f"{path}.")}
        drawn["type"] = "person" if each.name in kind.persons else "group"
    return drawn
