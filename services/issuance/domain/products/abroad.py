"""The letters about other countries: SKPLN, SKDLN, and that an event abroad was reported. Pure."""

from __future__ import annotations

from typing import Final

from services.issuance.domain.products.spec import Content, DocumentForm, FillContext, RenderInput, Spec, always, printed_address

_PDF: Final = DocumentForm.PDF
_OF_LEAVING: Final = (
    *("kk_number", "head_name", "applicant_nik", "applicant_name", "reason", "country", "foreign_address", "responsible"),
    *("who_moves", "card_of_stayers", "planned_on"),
)
_OF_ARRIVAL: Final = ("kk_number", "head_name", "country", "arrived_on", "leaving_letter", "leaving_letter_number", "leaving_letter_on")
_OF_EVENT: Final = (
    *("event", "event_on", "place", "country", "certificate_issuer", "certificate_number", "certificate_on"),
    *("reporter_nik", "reporter_name", "returned_on"),
)


def fill_leaving(content: Content, _context: FillContext) -> RenderInput:
    """Return who moves abroad, from where and to where."""
    movers = [dict(mover) for mover in content["movers"]]
    return {**{name: content[name] for name in _OF_LEAVING}, "address": printed_address(content["address"]), "movers": movers}


def fill_arrival(content: Content, _context: FillContext) -> RenderInput:
    """Return who came back, from where, and where they live."""
    arrivers = [dict(arriver) for arriver in content["arrivers"]]
    return {**{name: content[name] for name in _OF_ARRIVAL}, "address": printed_address(content["address"]), "arrivers": arrivers}


def fill_event(content: Content, _context: FillContext) -> RenderInput:
    """Return what happened abroad, to whom, by which certificate, and who reported it."""
    return {**{name: content[name] for name in _OF_EVENT}, "persons": [dict(person) for person in content["persons"]]}


LEAVING: Final = Spec(content_type="leaving_letter.v1", template="skpln", form=_PDF, number_kind=always("SL"), fill=fill_leaving)
ARRIVAL: Final = Spec(content_type="arrival_letter.v1", template="skdln", form=_PDF, number_kind=always("SD"), fill=fill_arrival)
EVENT: Final = Spec(content_type="foreign_event.v1", template="lapor_ln", form=_PDF, number_kind=always("PL"), fill=fill_event)
