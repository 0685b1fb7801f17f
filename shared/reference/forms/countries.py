"""The type of countries abroad. The value is the code; people write names, in many ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from typing_extensions import override

from shared.reference.forms.field_type import FieldType, Setup, Unclear
from shared.reference.lists import code_list
from shared.values import Malformed

LIST: Final = "country"


class CountryType(FieldType):
    """A country abroad, of the list `country`: too many to be shown to whoever is asked."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        countries = code_list(LIST)
        code = countries.find(text) if any(map(str.isalpha, text)) else None  # a place in a list that nobody sees is none
        if code is not None:
            return code
        if candidates := countries.near(text):
            raise Unclear("country_unclear", candidates)
        raise Malformed("country_unknown")

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return code_list(LIST).label(str(value))

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(code_list(LIST).rows)}
