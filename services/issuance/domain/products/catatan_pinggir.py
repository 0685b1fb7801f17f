"""The catatan pinggir: what happened to an akta since it was written, on the register sheet and joined to the quote. Pure."""

from __future__ import annotations

from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always

_AS_GIVEN: Final = (
    *("deed", "deed_number", "deed_on", "deed_office", "nik", "name", "event"),
    *("basis", "basis_issuer", "basis_number", "basis_on", "persons", "changes"),
)


def fill(content: Content, _context: FillContext) -> RenderInput:
    """Return the akta, what happened, on what it rests, and what stood there and what holds from now on."""
    return {name: content[name] for name in _AS_GIVEN}


SPEC: Final = Spec(content_type="side_note.v1", template="catatan_pinggir", form=DocumentForm.PDF, number_kind=always("CP"), fill=fill)
