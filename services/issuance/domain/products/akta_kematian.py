"""The kutipan akta kematian. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Final

from services.issuance.domain.in_words import date_in_words, ordinal_in_words
from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always

_AS_GIVEN: Final = ("nik", "name", "sex", "birth_place", "born_on", "death_place", "died_on", "citizenship")


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return the deceased, both days in words, and the parents as far as they are known."""
    order = content["birth_order"]
    return {
        **{name: content[name] for name in _AS_GIVEN},
        "born_on_words": asdict(date_in_words(date.fromisoformat(content["born_on"]))),
        "died_on_words": asdict(date_in_words(date.fromisoformat(content["died_on"]))),
        "birth_order": None if order is None else asdict(ordinal_in_words(order)),
        "father": content["father"] and content["father"]["name"],
        "mother": content["mother"] and content["mother"]["name"],
        "issued_on_words": asdict(date_in_words(context.issued_on)),
    }


SPEC: Final = Spec(
    content_type="death_certificate.v1",
    template="akta_kematian",
    form=DocumentForm.PDF,
    number_kind=always("KM"),
    fill=fill,
    extract_of="certificate_number",
)
