"""The questions of each service in their order, derived from the catalogue: a new service needs no code here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.reference.catalogue import Catalogue, Offer

SELFIE: Final = "selfie_ktp"  # kind of the photo that an officer compares with the KTP-el


class Question(StrEnum):
    """The kind of a question's answer."""

    NIK = "nik"
    KK_NUMBER = "kk_number"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Field:
    """One question. A document may be any of `kinds`, whose first names the texts; `title` is what citizens call it."""

    question: Question
    kinds: tuple[str, ...] = ()
    title: str = ""

    @property
    def name(self) -> str:
        """The name of its texts: `nik`, `kk_number`, `surat_kehilangan`."""
        return self.kinds[0] if self.kinds else self.question.value


@dataclass(frozen=True, slots=True)
class Form:
    """An online service as the dialogue sees it."""

    service: str
    title: str
    products: tuple[str, ...]
    asks: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class InPersonService:
    """A service that is offered in person only: the chat answers with the place and the hours."""

    service: str
    title: str
    place: str
    hours: str


@dataclass(frozen=True, slots=True)
class ServiceMenu:
    """All services the chat knows, by service code. `others`: titles of services that are not open by chat.

    `selfie`: the question that is added to a form when nobody vouches for the sender.
    """

    forms: Mapping[str, Form]
    counters: Mapping[str, InPersonService]
    others: Mapping[str, str]
    selfie: Field

    @classmethod
    def of(cls, catalogue: Catalogue, open_services: Iterable[str]) -> ServiceMenu:
        """Build the menu with the forms of the open services.

        Raises:
            NotFound: `unknown_service`, an open service that the catalogue does not have: better at startup than at the first chat.
        """
        forms = {code: _form(catalogue, code) for code in open_services}
        counters = {
            code: InPersonService(code, service.name, service.place.name, service.place.hours)
            for code, service in catalogue.services.items()
            if service.offer is Offer.IN_PERSON and service.place is not None
        }
        others = {code: service.name for code, service in catalogue.services.items() if code not in forms and code not in counters}
        return cls(forms, counters, others, Field(Question.DOCUMENT, (SELFIE,), catalogue.attachment_name(SELFIE)))

    def asks(self, service: str, *, with_selfie: bool) -> tuple[Field, ...]:
        """Return the service's questions in their order; none where it is not open."""
        form = self.forms.get(service)
        return () if form is None else (*form.asks, *([self.selfie] if with_selfie else []))


def _form(catalogue: Catalogue, code: str) -> Form:
    service = catalogue.get(code)
    documents = tuple(
        Field(Question.DOCUMENT, need.any_of, catalogue.attachment_name(need.any_of[0])) for need in service.needs if need.is_required
    )
    return Form(code, service.name, service.products, (Field(Question.NIK), Field(Question.KK_NUMBER), *documents))
