"""The KIA: the card is printed by the office, a parent is given the slip to fetch it with. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from services.issuance.domain.products.spec import (
    Content,
    DocumentForm,
    FillContext,
    NumberOf,
    RenderInput,
    Spec,
    always,
    printed_address,
)

_HOLDER: Final = ("name", "nik", "sex", "birth_place", "born_on", "blood_type", "religion", "citizenship")
_CARD: Final = ("kk_number", "head_name", "birth_certificate_number", "has_photo", "valid_until")


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return the child, what the card says of it, and the place where it is handed over."""
    return {
        "holder": {name: content[name] for name in _HOLDER},
        **{name: content[name] for name in _CARD},
        "address": printed_address(content["address"]),
        "pickup": asdict(context.office.pickup) | {"code": context.pickup_code},
    }


SPEC: Final = Spec(
    content_type="child_card.v1",
    template="kia",
    form=DocumentForm.CARD,
    number_kind=always("KI"),
    fill=fill,
    number_of=NumberOf(key="birth_certificate_of", into="birth_certificate_number"),
)
