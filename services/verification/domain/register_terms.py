"""What the register writes for the answers of forms: codes of lists become its terms, words its capitals. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.errors import DomainError
from shared.reference.lists import code_list
from shared.reference.population import BloodType, Disability, Education, KkMarital, Religion

TERMS_OF: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "name": str.upper,
        "education": lambda code: Education[code.upper()].value,
        "occupation": lambda code: code_list("occupation").label(code).upper(),
        "blood_type": lambda code: BloodType[code.upper()].value,
        "religion": lambda code: Religion[code.upper()].value,
        "marital": lambda code: KkMarital[code.upper()].value,
        "birth_place": str.upper,
        "father": str.upper,
        "mother": str.upper,
        "disability": lambda code: Disability[code.upper()].value,
    }
)
"""Column of a row -> its text for an answer. The field of the form has the name of the column."""


def term_of(column: str, answer: str | None) -> str:
    """Return what the register writes.

    Raises:
        DomainError: `answer_missing`: there is no answer, or no such column.
    """
    if column not in TERMS_OF or answer is None:
        raise DomainError("answer_missing", column)
    return TERMS_OF[column](answer)
