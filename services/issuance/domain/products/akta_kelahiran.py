"""The kutipan akta kelahiran. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Final

from services.issuance.domain.in_words import date_in_words, ordinal_in_words
from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec

_WITH_FATHER: Final = (1, 2)
_WITH_MOTHER: Final = (1, 2, 3)


def number_kind(content: Content) -> str:
    """Return LU, or LT for a birth reported late."""
    return "LT" if content["late"] else "LU"


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return the child and the parents that an akta of its kind names, with the child's place among the mother's children in words."""
    kind = content["kind"]
    mother = content["mother"] if kind in _WITH_MOTHER else None
    return {
        "nik": content["nik"],
        "name": content["name"],
        "sex": content["sex"],
        "birth_place": content["birth_place"],
        "born_on": content["born_on"],
        "born_on_words": asdict(date_in_words(date.fromisoformat(content["born_on"]))),
        "birth_order": mother and asdict(ordinal_in_words(content["birth_order"])),
        "kind": kind,
        "father": content["father"]["name"] if kind in _WITH_FATHER else None,
        "mother": mother and mother["name"],
        "issued_on_words": asdict(date_in_words(context.issued_on)),
    }


SPEC: Final = Spec(
    content_type="birth_certificate.v1",
    template="akta_kelahiran",
    form=DocumentForm.PDF,
    number_kind=number_kind,
    fill=fill,
    extract_of="certificate_number",
)
