"""The Kartu Keluarga. Pure."""

from __future__ import annotations

from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always, printed_address


def fill(content: Content, _context: FillContext) -> RenderInput:
    """Return the family with its address, one row a member."""
    return {
        "kk_number": content["kk_number"],
        "head_name": content["head_name"],
        "address": printed_address(content["address"]),
        "members": [dict(member) for member in content["members"]],
    }


SPEC: Final = Spec(content_type="family_card.v1", template="kk", form=DocumentForm.PDF, number_kind=always("KK"), fill=fill)
