"""The biodata penduduk, form F-1.08. Pure."""

from __future__ import annotations

from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always, printed_address

_AS_GIVEN: Final = ("kk_number", "head_name", "former_address", "mother_nik", "father_nik", "disability", "birth_certificate_number")


def fill(content: Content, _context: FillContext) -> RenderInput:
    """Return the person with the family and address, and the papers that are known."""
    return {
        **{name: content[name] for name in _AS_GIVEN},
        "person": dict(content["person"]),
        "address": printed_address(content["address"]),
    }


SPEC: Final = Spec(content_type="biodata.v1", template="biodata", form=DocumentForm.PDF, number_kind=always("BP"), fill=fill)
