"""What the renderer is given: the words of one sheet, as plain data. Pure; how they look is the templates' business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.issuance.domain.card import CardMember, FamilyCard
from services.issuance.domain.document import Document, DocumentContent
from shared.errors import DomainError
from shared.reference.population import KTP_MARITAL, KkMarital

RenderInput = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Officer:
    """The officer who signs. `nip` may be empty."""

    title: str
    name: str
    nip: str


@dataclass(frozen=True, slots=True)
class Pickup:
    """The place where cards are handed over."""

    place: str
    address: str
    hours: str


@dataclass(frozen=True, slots=True)
class Office:
    """The office as it stands on its documents."""

    government: str
    name: str
    city: str
    officer: Officer
    pickup: Pickup


def compose(document: Document, *, office: Office, check_url: str, issued_on: date) -> RenderInput:
    """Return the sheet of a document that still holds its material.

    Raises:
        DomainError: `product_unknown`, `material_gone` or `holder_not_on_card`.
    """
    material = document.material
    if material is None:
        raise DomainError("material_gone")
    fill = _PRODUCTS.get(document.product)
    if fill is None:
        raise DomainError("product_unknown")
    shared: RenderInput = {
        "number": document.number,
        "receipt": document.receipt,
        "government": office.government,
        "office": office.name,
        "city": office.city,
        "officer": asdict(office.officer),
        "issued_on": issued_on.isoformat(),
        "check_url": check_url,
        "address": _address(material.card),
    }
    return shared | fill(document, material, office)


def _address(card: FamilyCard) -> RenderInput:
    return {
        "street": card.address,
        "rt_rw": f"{card.rt}/{card.rw}",
        "village": card.village,
        "district": card.district,
        "regency": card.regency,
        "province": card.province,
        "postal_code": card.postal_code,
    }


def _family_card(document: Document, material: DocumentContent, _office: Office) -> RenderInput:
    return {
        "kk_number": document.allocated_kk or material.card.kk_number,
        "head_name": material.card.head_name,
        "members": [_member(member) for member in material.card.members],
    }


def _member(member: CardMember) -> RenderInput:
    on = member.marital_status_on
    return asdict(member) | {"born_on": member.born_on.isoformat(), "marital_status_on": on.isoformat() if on else None}


def _pickup_slip(_document: Document, material: DocumentContent, office: Office) -> RenderInput:
    holder = next((member for member in material.card.members if member.nik == material.holder_nik), None)
    if holder is None:
        raise DomainError("holder_not_on_card")
    return {
        "holder": {
            "name": holder.name,
            "nik": holder.nik,
            "sex": holder.sex,
            "birth_place": holder.birth_place,
            "born_on": holder.born_on.isoformat(),
            "religion": holder.religion,
            "occupation": holder.occupation,
            "marital_status": marital_on_ktp(holder.marital_status),
        },
        "pickup": asdict(office.pickup),
    }


def marital_on_ktp(on_kk: str) -> str:
    """Return the word of the KTP-el for a word of the KK; a word the register does not know stays as it is."""
    try:
        return KTP_MARITAL[KkMarital(on_kk)].value
    except ValueError:
        return on_kk


_PRODUCTS: Final[Mapping[str, Callable[[Document, DocumentContent, Office], RenderInput]]] = MappingProxyType(
    {"kk": _family_card, "ktp": _pickup_slip}
)

PRODUCTS: Final = tuple(_PRODUCTS)
"""What this office can make; each has a template of the same name."""
