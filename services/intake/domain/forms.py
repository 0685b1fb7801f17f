"""The menu: which services the chat offers, in which order, and the form of each, all from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.errors import DomainError
from shared.reference.catalogue import Catalogue, CivilService, Offer
from shared.reference.forms import Field, Form

SELFIE: Final = "selfie_ktp"  # kind of the photo that an officer compares with the KTP-el
SELFIE_FIELD: Final = Field(SELFIE, "document", any_of=(SELFIE,))
"""The question that is added to a form when nobody vouches for the sender."""

_NO_PAPERS: Final = frozenset({SELFIE, "foto", "foto_pendukung"})
"""Pictures of people and places: writing, edges and brightness say nothing about them."""


def is_paper(field: Field) -> bool:
    """Return whether a document is one that is read."""
    return not _NO_PAPERS.issuperset(field.any_of)


@dataclass(frozen=True, slots=True)
class ServiceMenu:
    """The services as the chat knows them. `forms`: those that are open, in the order of the menu; of those in person a day is asked."""

    catalogue: Catalogue
    forms: Mapping[str, Form]

    @classmethod
    def of(cls, catalogue: Catalogue, open_services: Iterable[str]) -> ServiceMenu:
        """Build the menu with the forms of the open services, those of a group together.

        Raises:
            NotFound: `unknown_service`, an open service that the catalogue does not have: better at startup than at the first chat.
            DomainError: `service_not_ready`; `service_not_online`: it is the court's.
        """
        services = [catalogue.openable(code) for code in open_services]
        for service in services:
            if service.offer is Offer.COURT:
                raise DomainError("service_not_online", service.id)
        groups = list(dict.fromkeys(service.group for service in services))
        ordered = sorted(services, key=lambda service: groups.index(service.group))
        return cls(catalogue, {service.id: service.form for service in ordered})

    def form_of(self, service: str) -> Form | None:
        """Return the form of a service, also of one that is not open any more: its drafts may be finished. None where there is none."""
        found = self.catalogue.find(service)
        return found.form if found is not None and found.form.fields else None

    def title(self, service: str) -> str:
        """Return the name of a service."""
        found = self.catalogue.find(service)
        return found.name if found is not None else service

    def groups(self) -> Mapping[str, tuple[CivilService, ...]]:
        """Return the open services by group, in the order of the menu."""
        services = [self.catalogue.get(code) for code in self.forms]
        names = dict.fromkeys(service.group for service in services)
        return {name: tuple(service for service in services if service.group == name) for name in names}

    @property
    def in_person(self) -> Mapping[str, CivilService]:
        """The services that are offered in person only: the chat answers with the place and the hours."""
        found = self.catalogue.services.items()
        return {code: service for code, service in found if service.offer is Offer.IN_PERSON and service.place is not None}

    def document(self, field: Field) -> str:
        """Return what citizens call the document that a field asks for."""
        return " atau ".join(self.catalogue.attachment_name(kind) for kind in field.any_of)
