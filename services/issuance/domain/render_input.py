"""What the renderer is given: the words of one sheet, as plain data. Pure; how they look is the templates' business."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from services.issuance.domain.cards import pickup_code
from services.issuance.domain.document import Document
from services.issuance.domain.office import Office
from services.issuance.domain.products.spec import FillContext, RenderInput, Spec
from shared.errors import DomainError


def compose(document: Document, spec: Spec, *, office: Office, check_url: str, issued_on: date) -> RenderInput:
    """Return the sheet of a document that still holds its content.

    Raises:
        DomainError: `content_gone`.
    """
    if document.content is None:
        raise DomainError("content_gone")
    context = FillContext(
        number=document.number, receipt=document.receipt, issued_on=issued_on, office=office, pickup_code=pickup_code(document.token)
    )
    shared: RenderInput = {
        "number": document.number,
        "receipt": document.receipt,
        "government": office.government,
        "office": office.name,
        "city": office.city,
        "officer": asdict(office.officer),
        "issued_on": issued_on.isoformat(),
        "check_url": check_url,
    }
    return shared | spec.fill(document.content, context)
