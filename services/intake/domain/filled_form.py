"""A service's form as it was filled: who asks, about whom, and what was answered."""

from __future__ import annotations

import hashlib
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
ANONYMOUS: Final = "anonymous"


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
    def is_anonymous(self) -> bool:
        """Whether its sender wants to be unknown to the office: nothing may lead from the request to their chat."""
        return self.answers.get(ANONYMOUS) is True

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
        """Return what two requests for the same person share: the NIK, or of whom has none the applicant's with name and day of birth.

        Where the form names nobody at all, two requests are the same that say the same.

        Raises:
            DomainError: `nik_missing`.
        """
        subject = self.subject(service)
        if nik := (subject.nik if subject else self.applicant.nik):
            return nik
        if subject is None or not service.subject.born_on:
            says = hashlib.sha256(repr(sorted(self.answers.items())).encode()).hexdigest()
            return says if service.form.get(NIK) is None and self.party is None else self.applicant_nik
        born_on = self.answers.get(service.subject.born_on)
        return f"{self.applicant.nik or ''}|{subject.name}|{born_on.isoformat() if isinstance(born_on, date) else born_on}"

    def day_chosen(self, service: CivilService) -> date | None:
        """Return the day on which the applicant comes, where the form asks for one."""
        return self.answers.get(service.day_field)

    @property
    def applicant_nik(self) -> str:
        """The applicant's NIK, for what can't be done without one.

        Raises:
            DomainError: `nik_missing`: the form does not ask for it.
        """
        nik = self.applicant.nik
        if nik is None:
            raise DomainError("nik_missing", "The request names no NIK.")
        return nik

    def has(self, fields: Sequence[str]) -> bool:
        """Return whether all of these fields are answered."""
        filled = {attachment.field for attachment in self.attachments} | set(self.answers)
        return filled.issuperset(fields)
