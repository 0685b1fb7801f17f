"""The surat keterangan lahir mati, form F-2.05. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from services.issuance.domain.in_words import ordinal_in_words
from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always

_AS_GIVEN: Final = ("sex", "stillborn_on", "stillborn_at", "place", "plurality", "months")


def fill(content: Content, _context: FillContext) -> RenderInput:
    """Return what happened, who reported it, and the parents, each with the age on that day."""
    day = date.fromisoformat(content["stillborn_on"])
    return {
        **{name: content[name] for name in _AS_GIVEN},
        "birth_order": asdict(ordinal_in_words(content["birth_order"])),
        "reporter": _person(content["reporter"], day),
        "mother": _person(content["mother"], day),
        "father": content["father"] and _person(content["father"], day),
    }


def _person(declarant: Mapping[str, Any], day: date) -> RenderInput:
    return {**declarant, "age": declarant["born_on"] and _age(date.fromisoformat(declarant["born_on"]), day)}


def _age(born_on: date, day: date) -> int:
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


SPEC: Final = Spec(content_type="stillbirth_letter.v1", template="lahir_mati", form=DocumentForm.PDF, number_kind=always("LM"), fill=fill)
