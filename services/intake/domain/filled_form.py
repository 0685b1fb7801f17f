"""A service's form as it was filled: who asks, about whom, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared.errors import DomainError
from shared.reference.catalogue import CivilService
from shared.values import Attachment

NIK: Final = "nik"  # the fields of every form that say who asks, and about which family card
KK_NUMBER: Final = "kk_number"
RELATION: Final = "relation"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a request, as the sender named them."""

    nik: str | None = field(default=None, repr=False)
    kk_number: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The answers to a service's form, by the types of its fields; its documents are `attachments`. A court's request has no answers."""

    service: str
    form_version: int
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    attachments: tuple[Attachment, ...] = ()
    party: Person | None = None
    """Whose documents these are where a court asks; None: the form says it."""

    @property
    def applicant(self) -> Person:
        """Who asks: by the form, or the party of a court's decision."""
        return self.party or Person(self.answers.get(NIK), self.answers.get(KK_NUMBER))

    @property
    def relation(self) -> str | None:
        """What the applicant is to whom it is about, where the form asks."""
        return self.answers.get(RELATION)

    def subject(self, service: CivilService) -> Person | None:
        """Return whom the documents are about; None: the applicant or their family."""
        about = service.subject
        if not about.fields:
            return None
        return Person(self.answers.get(about.nik), None, self.answers.get(about.name))

    def person_key(self, service: CivilService) -> str:
        """Return what two requests for the same person share: the NIK, or of a newborn the applicant's with name and day of birth."""
        subject = self.subject(service)
        if subject is None or subject.nik is not None:
            return (subject.nik if subject else None) or self.applicant_nik
        born_on = self.answers.get(service.subject.born_on)
        return f"{self.applicant_nik}|{subject.name}|{born_on.isoformat() if isinstance(born_on, date) else born_on}"

    @property
    def applicant_nik(self) -> str:
        """The applicant's NIK.

        Raises:
            DomainError: `nik_missing`; every form asks for it.
        """
        nik = self.applicant.nik
        if nik is None:
            raise DomainError("nik_missing", "The request names no NIK.")
        return nik

    def has(self, fields: Sequence[str]) -> bool:
        """Return whether all of these fields are answered."""
        filled = {attachment.field for attachment in self.attachments} | set(self.answers)
        return filled.issuperset(fields)
