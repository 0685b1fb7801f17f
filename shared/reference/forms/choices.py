"""The type of a field that is chosen from a code list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from typing_extensions import override

from shared.reference.forms.field_type import FieldType, NotHere, Setup, Unclear
from shared.reference.lists import CodeList, code_list
from shared.values import Malformed

_MOST_NEAR: Final = 8  # choices that are offered where an answer is near to some; with more the whole list is shown


class ChoiceType(FieldType):
    """One of a code list as it is in force; the value is the code. People write the number in the list, the label, or the code."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        codes, not_here = _list(setup), setup.limits.not_here
        if text in not_here:
            raise NotHere("choice_not_here")
        if text in codes.others and text not in codes.taken:
            raise Unclear("choice_not_in_force", codes.nearest(text))
        found = codes.find(text)
        if found is not None:
            return found
        if not_here and not text.strip().isdecimal() and code_list(codes.name).find(text) in not_here:
            raise NotHere("choice_not_here")
        near = codes.near(text)
        if 0 < len(near) <= _MOST_NEAR:
            raise Unclear("choice_unclear", near)
        raise Malformed("choice_unknown")

    @override
    def read(self, raw: Any, setup: Setup) -> str:
        try:
            return str(super().read(raw, setup))
        except Malformed as malformed:
            if malformed.code != "choice_unknown":
                raise
            raise Unclear(malformed.code, _list(setup).nearest(raw)) from None  # a program has no list before its eyes

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return _list(setup).label(value)

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(_list(setup).rows)}


def _list(setup: Setup) -> CodeList:
    if setup.choices is None:
        raise ValueError("a choice without a list")
    return setup.choices
