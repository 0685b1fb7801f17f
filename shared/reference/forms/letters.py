"""The type of numbers of letters of other offices: of a moving letter (SKPWNI)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from shared.reference.forms.field_type import FieldType, Setup
from shared.reference.regions import find_regency
from shared.values import Malformed, MovingLetterNumber


class MovingLetterType(FieldType):
    """The number of an SKPWNI, of a regency that there is."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        letter = MovingLetterNumber.parse(text)
        if find_regency(letter.regency) is None:
            raise Malformed("letter_regency_unknown")
        return letter.text

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^SKPWNI/[0-9]{4}/([0-9]{8}|[0-9]{6})/[0-9]{1,6}$"}
