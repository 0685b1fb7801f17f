"""The KTP-el: the card is printed by the office, its owner is given the slip to fetch it with. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always, printed_address

_HOLDER: Final = (
    *("name", "nik", "sex", "birth_place", "born_on", "blood_type"),
    *("religion", "marital_status", "occupation", "citizenship"),
)


def fill(content: Content, context: FillContext) -> RenderInput:
    """Return the owner and the place where the card is handed over; nothing of the rest of the family."""
    return {
        "holder": {name: content[name] for name in _HOLDER},
        "address": printed_address(content["address"]),
        "pickup": asdict(context.office.pickup) | {"code": context.pickup_code},
    }


SPEC: Final = Spec(content_type="identity_card.v1", template="ktp", form=DocumentForm.CARD, number_kind=always("KT"), fill=fill)
