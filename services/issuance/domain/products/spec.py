"""What this office must know of a product to make it. Pure.

A content is plain data, as `shared.contracts.contents` allows its type and as JSON has it: days are ISO text (`2026-11-24`), what is not
known is None. The consumer has it checked before the domain sees it, so a `fill` may take every field of its content type for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from services.issuance.domain.office import Office

Content: TypeAlias = Mapping[str, Any]
"""What a document says. Personal."""

RenderInput: TypeAlias = dict[str, Any]
"""What a template is given, as plain data. Personal."""


class DocumentForm(StrEnum):
    """What the PDF is: the document itself, or the slip with which a card is fetched."""

    PDF = "pdf"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class FillContext:
    """What a product may show beside its content. `issued_on`: the day in Madiun that the number carries; a further extract has its own."""

    number: str
    receipt: str
    issued_on: date
    office: Office
    pickup_code: str
    """With which a card is fetched; shown by slips alone."""


@dataclass(frozen=True, slots=True)
class NumberOf:
    """A number of another document of the same request: the field that names its key, and the field that its number goes into."""

    key: str
    into: str


@dataclass(frozen=True, slots=True)
class Spec:
    """One product.

    `fill` gives what only this product shows; number, receipt, office, officer, day and check address stand in every sheet already.
    `template` is the name of `templates/<template>.typ` and of `templates/samples/<template>.json`.
    """

    content_type: str
    template: str
    form: DocumentForm
    number_kind: Callable[[Content], str]
    """The two letters in its number, such as LU for a birth in time and LT for one reported late."""
    fill: Callable[[Content, FillContext], RenderInput]
    number_of: NumberOf | None = None
    """Set where the sheet shows the number of another document of the request; filled in when the numbers are given."""
    extract_of: str | None = None
    """The field of the content that names an akta which exists: where it is set, the sheet is a further extract and has that number."""


def always(kind: str) -> Callable[[Content], str]:
    """Return a `number_kind` that is the same for every content."""

    def number_kind(_content: Content) -> str:
        return kind

    return number_kind


def printed_address(address: Mapping[str, Any]) -> RenderInput:
    """Return an address of a content as the templates take it."""
    return {
        "street": address["street"],
        "rt_rw": f"{address['rt']}/{address['rw']}",
        "village": address["village"],
        "district": address["district"],
        "regency": address["regency"],
        "province": address["province"],
        "postal_code": address["postal_code"],
    }
