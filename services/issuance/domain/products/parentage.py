"""The kutipan akta pengakuan anak and the kutipan akta pengesahan anak: one content, two akta. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Final

from services.issuance.domain.in_words import date_in_words
from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always

_AS_GIVEN: Final = (
    *("nik", "name", "sex", "birth_place", "born_on", "deed_number", "deed_on", "married_on", "religious_on", "marriage_number"),
    *("basis", "basis_issuer", "basis_number", "basis_on"),
)


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return the child with its akta kelahiran, the parents, their marriage, and on what it rests."""
    return {
        **{name: content[name] for name in _AS_GIVEN},
        "born_on_words": asdict(date_in_words(date.fromisoformat(content["born_on"]))),
        "father": content["father"]["name"],
        "mother": content["mother"]["name"],
        "issued_on_words": asdict(date_in_words(context.issued_on)),
    }


def _spec(template: str, kind: str) -> Spec:
    return Spec(content_type="parentage_certificate.v1", template=template, form=DocumentForm.PDF, number_kind=always(kind), fill=fill)


ACKNOWLEDGEMENT: Final = _spec("akta_pengakuan", "PA")
LEGITIMATION: Final = _spec("akta_pengesahan", "PS")
